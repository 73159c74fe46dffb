package dev.weft.test;

import dev.weft.Simulation;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * Whether programs do the same again, from the same seeds: in this JVM, and in another one with
 * other hash codes and without the archive of its classes. As a main class it is that other JVM.
 */
final class Repeats {
    private static final int LEAST_PROGRAMS = 60;
    private static final int IN_THIS_JVM = 3;

    private static final List<String> FLAGS =
            List.of(
                    "-XX:+UnlockExperimentalVMOptions",
                    "-XX:hashCode=3",
                    "-Xshare:off",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED");

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{1,16}");

    private static final String STEPS = "steps";

    private Repeats() {}

    static List<Figure> figures(Scale scale) throws IOException, InterruptedException {
        int programs = Subjects.ALL.size();
        List<String> problems = differences(Subjects.ALL, scale.hashed());
        if (programs < LEAST_PROGRAMS) {
            problems.add("there are only " + programs + " programs");
        }
        int canary = differences(List.of(Canaries.ORDER_OF_A_SET), scale.hashed()).size();
        return List.of(
                Figure.of(
                        "S1",
                        "60 programs or more, "
                                + scale.hashed()
                                + " seeds, 3 times + in another JVM: same traces",
                        "0 of "
                                + Figure.number(
                                        (long) programs * scale.hashed() * (IN_THIS_JVM + 1))
                                + " runs of "
                                + programs
                                + " programs differ",
                        problems),
                new Figure(
                        "S1",
                        "canary: that the order of a Set.of differs in another JVM is seen",
                        "seen from " + canary + " of " + scale.hashed(),
                        canary > 0));
    }

    /** Where they do not, each in words; of each program and JVM the first one with its step. */
    static List<String> differences(List<Subject> subjects, int seeds)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        List<long[]> first = new ArrayList<>();
        for (Subject subject : subjects) {
            first.add(hashes(subject, seeds));
        }
        for (int time = 1; time < IN_THIS_JVM; time++) {
            for (int s = 0; s < subjects.size(); s++) {
                Subject subject = subjects.get(s);
                long[] again = hashes(subject, seeds);
                for (int seed = 0; seed < seeds; seed++) {
                    if (again[seed] != first.get(s)[seed]) {
                        all.add(difference(subject, seed, "here", steps(subject, seed)));
                    }
                }
            }
        }
        long[] other = hashesElsewhere(subjects, seeds);
        for (int s = 0; s < subjects.size(); s++) {
            Subject subject = subjects.get(s);
            boolean isFirst = true;
            for (int seed = 0; seed < seeds; seed++) {
                if (other[s * seeds + seed] != first.get(s)[seed]) {
                    all.add(
                            isFirst
                                    ? difference(
                                            subject,
                                            seed,
                                            "in another JVM",
                                            stepsElsewhere(subject, seed))
                                    : subject + " differs from seed " + seed);
                    isFirst = false;
                }
            }
        }
        return all;
    }

    private static String difference(Subject subject, int seed, String where, List<String> others) {
        List<String> ours = steps(subject, seed);
        int i = 0;
        while (i < Math.min(ours.size(), others.size()) && ours.get(i).equals(others.get(i))) {
            i++;
        }
        String what = subject + " differs from seed " + seed + " " + where;
        return i == ours.size() && i == others.size()
                ? what + ", and did not when it was asked for the steps"
                : what
                        + ": step "
                        + i
                        + " was "
                        + (i < ours.size() ? ours.get(i) : "none")
                        + " and is "
                        + (i < others.size() ? others.get(i) : "none");
    }

    // ---- one program

    /** A hash for each seed. */
    private static long[] hashes(Subject subject, int seeds) {
        return Simulation.session(
                () -> {
                    List<Fault> faults = faults(subject);
                    long[] hashes = new long[seeds];
                    for (int seed = 0; seed < seeds; seed++) {
                        hashes[seed] = hash(run(subject, seed, faults));
                    }
                    return hashes;
                });
    }

    private static List<String> steps(Subject subject, int seed) {
        return Simulation.session(
                () ->
                        run(subject, seed, faults(subject)).trace.steps().stream()
                                .map(step -> step.toString().replace('\n', ' '))
                                .toList());
    }

    private static List<Fault> faults(Subject subject) {
        return subject.exploring().new Search(subject.program()).faultsOf(0);
    }

    /** Orders of all kinds; in every second run a fault, if some are swept. */
    private static Run run(Subject subject, int seed, List<Fault> faults) {
        SplittableRandom drawn = new SplittableRandom(seed);
        long own = drawn.nextLong();
        Strategy strategy =
                switch (seed % 3) {
                    case 0 -> new Strategy.RandomWalk(own, 0);
                    case 1 -> new Strategy.RandomWalk(own, 0.02);
                    default -> new Strategy.Pct(own, 3, 50);
                };
        Fault fault =
                seed % 2 == 0 || faults.isEmpty() ? null : faults.get(drawn.nextInt(faults.size()));
        Run run = new Run(strategy, drawn.nextLong(), Explorer.MOST_STEPS, fault, true, new Seen());
        run.execute(subject.program());
        return run;
    }

    /** Of what was decided and when, whose step it was, what it did in it, and how it ended. */
    private static long hash(Run run) {
        long hash = run.trace.hash();
        for (Trace.Step step : run.trace.steps()) {
            hash = hash * 31 + step.actor();
            hash = hash * 31 + step.name().hashCode();
            hash = hash * 31 + step.what().hashCode();
            hash = hash * 31 + step.at().toNanos();
            hash = hash * 31 + step.others();
        }
        Throwable wrong = run.wrong();
        return hash * 31 + (wrong == null ? 0 : wrong.getClass().getName().hashCode());
    }

    // ---- the other JVM

    static void main(String[] args) {
        if (args[0].equals(STEPS)) {
            steps(Subjects.named(args[1]), Integer.parseInt(args[2])).forEach(System.out::println);
            return;
        }
        for (String name : Arrays.asList(args).subList(1, args.length)) {
            for (long hash : hashes(Subjects.named(name), Integer.parseInt(args[0]))) {
                System.out.println(Long.toHexString(hash));
            }
        }
    }

    private static long[] hashesElsewhere(List<Subject> subjects, int seeds)
            throws IOException, InterruptedException {
        List<String> args = new ArrayList<>(List.of(Integer.toString(seeds)));
        subjects.forEach(subject -> args.add(subject.name()));
        String said = elsewhere(args);
        long[] hashes =
                said.lines()
                        .filter(line -> HASH.matcher(line).matches())
                        .mapToLong(line -> Long.parseUnsignedLong(line, 16))
                        .toArray();
        if (hashes.length != subjects.size() * seeds) {
            throw new IllegalStateException("the other JVM said:\n" + said);
        }
        return hashes;
    }

    private static List<String> stepsElsewhere(Subject subject, int seed)
            throws IOException, InterruptedException {
        return elsewhere(List.of(STEPS, subject.name(), Integer.toString(seed)))
                .lines()
                .filter(line -> line.startsWith("Step["))
                .toList();
    }

    private static String elsewhere(List<String> args) throws IOException, InterruptedException {
        @Nullable String classPath = System.getProperty("java.class.path");
        return Forked.java(FLAGS, classPath == null ? "" : classPath, Repeats.class, args);
    }
}

package dev.weft.test;

import dev.weft.Simulation;
import dev.weft.Weft;
import dev.weft.test.corpus.Bug;
import dev.weft.test.corpus.Corpus;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Whether the bugs of the corpus are found, soon and from every seed, repeat and become small. */
final class Hunts {
    private static final int MOST_RUNS = 5_000;

    /** Stands for a failure that was not found: no figure is reached with it. */
    private static final SimFailure.Hunt NOT_FOUND =
            new SimFailure.Hunt(
                    Long.MAX_VALUE,
                    Decisions.calm(0),
                    Decisions.calm(0)
                            .withSchedule(IntStream.generate(() -> 1).limit(100).toArray()),
                    Integer.MAX_VALUE);

    private static final int FEW_RUNS = 200;
    private static final int MOST_REEXECUTIONS = 1_000;
    private static final long MOST_NANOS = 5_000_000_000L;

    private final Scale scale;

    /** What is written into the table, of each bug. */
    private final Map<Bug, Map<String, Object>> table = new HashMap<>();

    private Hunts(Scale scale) {
        this.scale = scale;
    }

    static List<Figure> figures(Scale scale) throws IOException {
        Hunts hunts = new Hunts(scale);
        List<Figure> all = new ArrayList<>(hunts.found());
        all.addAll(hunts.shrunk());
        if (scale.timed()) {
            hunts.strategies();
        }
        hunts.write();
        return all;
    }

    // ---- finding

    private List<Figure> found() {
        List<String> problems = new ArrayList<>();
        int soon = 0;
        long most = 0;
        long mostNanos = 0;
        for (Bug bug : Corpus.BUGS) {
            List<Long> executions = new ArrayList<>();
            for (int seed = 1; seed <= scale.seeds(); seed++) {
                long start = System.nanoTime();
                SimFailure failure = find(bug, seed);
                long nanos = System.nanoTime() - start;
                mostNanos = Math.max(mostNanos, nanos);
                if (failure == null) {
                    problems.add(bug + " is not found from seed " + seed);
                } else if (scale.timed() && nanos > MOST_NANOS) {
                    problems.add(bug + " took " + Figure.millis(nanos) + " from seed " + seed);
                } else if (!repeats(bug, failure)) {
                    problems.add(bug + " does not repeat by " + failure.replay());
                }
                executions.add(failure == null ? Long.MAX_VALUE : hunt(failure).executions());
            }
            executions.sort(null);
            most = Math.max(most, executions.getLast());
            soon += executions.getLast() <= FEW_RUNS ? 1 : 0;
            row(bug).put("found min", executions.getFirst());
            row(bug).put("median", executions.get(scale.seeds() / 2));
            row(bug).put("max", executions.getLast());
        }
        int bugs = Corpus.BUGS.size();
        return List.of(
                Figure.of(
                        "S3",
                        "each bug from each of "
                                + scale.seeds()
                                + " seeds, within 5,000 executions and 5 s",
                        bugs
                                + " of "
                                + bugs
                                + " within "
                                + Figure.number(most)
                                + " and "
                                + Figure.millis(mostNanos),
                        problems),
                new Figure(
                        "S3",
                        "17 of 20 within 200 executions, from each seed",
                        soon + " of " + bugs,
                        soon * 20 >= bugs * 17));
    }

    /** Null if it was not found. */
    static @Nullable SimFailure find(Bug bug, long seed) {
        Subject broken = Subjects.broken(bug);
        try {
            broken.exploring().runs(MOST_RUNS).seed(seed).run(broken.program());
            return null;
        } catch (SimFailure found) {
            return found;
        }
    }

    private static boolean repeats(Bug bug, SimFailure failure) {
        for (int i = 0; i < 5; i++) {
            SimFailure again = replay(bug, failure.replay());
            if (again == null || !kind(again).equals(kind(failure))) {
                return false;
            }
        }
        return true;
    }

    /** Null if nothing fails. */
    static @Nullable SimFailure replay(Bug bug, String replay) {
        try {
            Sim.exploring().replay(replay, bug::broken);
            return null;
        } catch (SimFailure failed) {
            return failed;
        }
    }

    /** What the program failed with, in a line. */
    private static String kind(SimFailure failure) {
        return Objects.requireNonNull(failure.getCause()).toString().lines().findFirst().orElse("");
    }

    private static SimFailure.Hunt hunt(SimFailure failure) {
        return Objects.requireNonNull(failure.hunt(), failure::getMessage);
    }

    // ---- shrinking

    /**
     * What random orders and random faults found in a program that does other things as well, so
     * that there is much to take away.
     */
    private List<Figure> shrunk() {
        List<Integer> left = new ArrayList<>();
        int small = 0;
        int mostRuns = 0;
        long mostNanos = 0;
        for (Bug bug : Corpus.BUGS) {
            List<Integer> before = new ArrayList<>();
            List<Integer> after = new ArrayList<>();
            int runs = 0;
            long nanos = 0;
            for (int seed = 1; seed <= scale.seeds(); seed++) {
                long[] start = new long[1];
                SimFailure failure = findAtRandom(bug, seed, start);
                SimFailure.Hunt hunt = failure == null ? NOT_FOUND : hunt(failure);
                nanos = Math.max(nanos, System.nanoTime() - start[0]);
                runs = Math.max(runs, hunt.reexecutions());
                before.add(hunt.found().deviations());
                after.add(hunt.shrunk().deviations());
                small += isSmall(after.getLast(), before.getLast()) ? 1 : 0;
            }
            left.addAll(after);
            before.sort(null);
            after.sort(null);
            row(bug).put("decisions", before.get(scale.seeds() / 2));
            row(bug).put("shrunk", after.get(scale.seeds() / 2));
            row(bug).put("shrunk max", after.getLast());
            row(bug).put("runs for it", runs);
            row(bug).put("ms", nanos / 1_000_000);
            mostRuns = Math.max(mostRuns, runs);
            mostNanos = Math.max(mostNanos, nanos);
        }
        left.sort(null);
        int median = left.get(left.size() / 2);
        return List.of(
                new Figure(
                        "S5",
                        "what is left of a failure: at most 3 decisions, in the median",
                        Integer.toString(median),
                        median <= 3),
                new Figure(
                        "S5",
                        "9 of 10 failures are reduced by 70 %, or to the fault alone",
                        small + " of " + left.size(),
                        small * 10 >= left.size() * 9),
                new Figure(
                        "S5",
                        "at most 1,000 executions and 5 s to shrink one",
                        Figure.number(mostRuns) + " and " + Figure.millis(mostNanos),
                        mostRuns <= MOST_REEXECUTIONS
                                && (!scale.timed() || mostNanos <= MOST_NANOS)));
    }

    /** Null if it was not found. */
    private static @Nullable SimFailure findAtRandom(Bug bug, long seed, long[] start) {
        return Simulation.session(
                () -> {
                    Explorer.Search search =
                            Subjects.broken(bug).exploring().seed(seed).new Search(busy(bug));
                    search.faultsOf(0);
                    for (int i = 2; i < MOST_RUNS; i++) {
                        start[0] = System.nanoTime();
                        try {
                            search.one(i);
                        } catch (SimFailure found) {
                            return found;
                        }
                    }
                    return null;
                });
    }

    private static boolean isSmall(int after, int before) {
        return after <= Math.max(1, before * 3 / 10);
    }

    /** The program, and five tasks that have nothing to do with it. */
    private static Program<Exception> busy(Bug bug) {
        return sim ->
                Weft.group(
                        g -> {
                            for (int i = 0; i < 5; i++) {
                                int millis = i % 3;
                                g.start(
                                        "other-" + i,
                                        () -> {
                                            for (int n = 0; n < 6; n++) {
                                                Weft.sleep(Duration.ofMillis(millis));
                                            }
                                        });
                            }
                            bug.broken(sim);
                        });
    }

    // ---- how often each strategy finds it

    private void strategies() {
        for (Bug bug : Corpus.BUGS) {
            Map<String, Object> row = row(bug);
            row.put("fifo", rate(bug, false, _ -> new Strategy.Fifo()));
            row.put("random", rate(bug, false, s -> new Strategy.RandomWalk(s, 0)));
            row.put("pct", rate(bug, false, s -> new Strategy.Pct(s, 3, 30)));
            if (!bug.victims().isEmpty()) {
                row.put("random + fault", rate(bug, true, s -> new Strategy.RandomWalk(s, 0)));
            }
        }
    }

    private static String rate(Bug bug, boolean withFault, LongFunction<Strategy> strategy) {
        return Simulation.session(
                () -> {
                    Explorer.Search search =
                            Subjects.broken(bug).exploring().new Search(bug::broken);
                    List<Fault> faults = withFault ? search.faultsOf(0) : List.of();
                    SplittableRandom random = new SplittableRandom(4711);
                    int failed = 0;
                    for (int i = 0; i < MOST_RUNS; i++) {
                        Fault fault =
                                faults.isEmpty() ? null : faults.get(random.nextInt(faults.size()));
                        Run run =
                                new Run(
                                        strategy.apply(random.nextLong()),
                                        random.nextLong(),
                                        Explorer.MOST_STEPS,
                                        fault,
                                        false,
                                        new Seen());
                        failed += run.execute(bug::broken) == null ? 0 : 1;
                    }
                    return String.format(Locale.ROOT, "%.4f", failed / (double) MOST_RUNS);
                });
    }

    // ---- the table

    private static final List<String> COLUMNS =
            List.of(
                    "fifo",
                    "random",
                    "pct",
                    "random + fault",
                    "found min",
                    "median",
                    "max",
                    "decisions",
                    "shrunk",
                    "shrunk max",
                    "runs for it",
                    "ms");

    private Map<String, Object> row(Bug bug) {
        return table.computeIfAbsent(bug, _ -> new HashMap<>());
    }

    private void write() throws IOException {
        StringBuilder text = new StringBuilder("| bug | met in | ");
        text.append(String.join(" | ", COLUMNS)).append(" |\n|---|---|");
        text.append("---|".repeat(COLUMNS.size())).append('\n');
        for (Bug bug : Corpus.BUGS) {
            text.append("| ").append(bug).append(" | ").append(bug.reference());
            COLUMNS.forEach(c -> text.append(" | ").append(row(bug).getOrDefault(c, "")));
            text.append(" |\n");
        }
        Files.writeString(Path.of("target", "corpus.md"), text);
    }
}

package dev.weft.test;

import dev.weft.test.corpus.Bug;
import dev.weft.test.corpus.Corpus;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Failures that were found once, one a line: the bug, its replay, and what it failed with. Each has
 * to fail so again.
 */
final class OldFailures {
    private static final String FILE = "old-failures.txt";

    private static final Path SOURCE =
            Path.of("src", "test", "resources", "dev", "weft", "test", FILE);

    private OldFailures() {}

    static List<Figure> figures() throws IOException {
        List<String> lines = lines();
        return List.of(
                Figure.of(
                        "S11",
                        "old failures of each bug fail as they did",
                        lines.size() + " do",
                        problems(lines)));
    }

    /** Of those that do not. */
    static List<String> problems(List<String> lines) {
        List<String> problems = new ArrayList<>();
        for (Bug bug : Corpus.BUGS) {
            List<String> own = lines.stream().filter(line -> line.startsWith(bug + "\t")).toList();
            if (own.isEmpty()) {
                problems.add(bug + " has none" + remedy());
            }
            own.forEach(line -> problem(bug, line, problems));
        }
        return problems;
    }

    private static void problem(Bug bug, String line, List<String> problems) {
        String[] parts = line.split("\t", 3);
        SimFailure again = Hunts.replay(bug, parts[1]);
        String kind = again == null ? "nothing" : kind(again);
        if (!kind.equals(parts[2])) {
            problems.add(
                    bug
                            + " failed by "
                            + parts[1]
                            + " with '"
                            + parts[2]
                            + "' and now with '"
                            + kind
                            + "'"
                            + remedy());
        }
    }

    /** As the shrinker tells failures apart: messages tell of times, and are worded anew. */
    private static String kind(SimFailure failure) {
        return Objects.requireNonNull(failure.getCause()).getClass().getName();
    }

    private static String remedy() {
        return " (if the steps of programs were changed on purpose: test/run --refresh finds them"
                + " anew)";
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = OldFailures.class.getResourceAsStream(FILE)) {
            return new String(
                            Objects.requireNonNull(in, FILE).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    /** Finds each bug from two seeds, and keeps what is left of it. */
    static void refresh() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Bug bug : Corpus.BUGS) {
            for (int seed = 1; seed <= 2; seed++) {
                SimFailure found = Hunts.find(bug, seed);
                if (found == null) {
                    throw new IllegalStateException(bug + " is not found from seed " + seed);
                }
                String line = bug + "\t" + found.replay() + "\t" + kind(found);
                if (!lines.contains(line)) {
                    lines.add(line);
                }
            }
        }
        Files.write(SOURCE, lines);
        System.out.println(lines.size() + " failures in test/" + SOURCE);
    }
}

package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.Simulation;
import dev.weft.Weft;
import dev.weft.test.corpus.Bug;
import dev.weft.test.corpus.Corpus;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

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

/**
 * Whether the kit finds the bugs of the corpus, soon and from every seed, makes them small, replays
 * them, and keeps quiet about their twins.
 *
 * <p>{@code -Dweft.sim.seeds=20 -Dweft.sim.twins=1000000} are the full figures, which take some
 * minutes; {@code target/corpus.md} has them as a table.
 */
class CorpusTest {
    private static final int SEEDS = Integer.getInteger("weft.sim.seeds", 3);

    /** How often the twins run, all of them together. */
    private static final int TWINS = Integer.getInteger("weft.sim.twins", 5_000);

    private static final boolean FULL = SEEDS >= 20;

    private static final int MOST_RUNS = 5_000;
    private static final int FEW_RUNS = 200;
    private static final long MOST_NANOS = 5_000_000_000L;

    // ---- what is written into the table

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

    private static final Map<Bug, Map<String, Object>> TABLE = new HashMap<>();

    private static String summary = "";

    private static Map<String, Object> row(Bug bug) {
        return TABLE.computeIfAbsent(bug, _ -> new HashMap<>());
    }

    @AfterAll
    static void write() throws IOException {
        StringBuilder table = new StringBuilder("| bug | met in | ");
        table.append(String.join(" | ", COLUMNS)).append(" |\n|---|---|");
        table.append("---|".repeat(COLUMNS.size())).append('\n');
        for (Bug bug : Corpus.BUGS) {
            table.append("| ").append(bug).append(" | ").append(bug.reference());
            COLUMNS.forEach(c -> table.append(" | ").append(row(bug).getOrDefault(c, "")));
            table.append(" |\n");
        }
        table.append('\n').append(summary).append('\n');
        Files.writeString(Path.of("target/corpus.md"), table);
        if (FULL) {
            System.out.println(table);
        }
    }

    // ---- in common

    private static Explorer exploring(Bug bug, long seed) {
        Explorer explorer = Sim.exploring().runs(MOST_RUNS).seed(seed);
        return bug.victims().isEmpty()
                ? explorer
                : explorer.cancelling(bug.victims().toArray(String[]::new));
    }

    private static String kind(SimFailure failure) {
        return Objects.requireNonNull(failure.getCause()).toString().lines().findFirst().orElse("");
    }

    private static SimFailure.Hunt hunt(SimFailure failure) {
        return Objects.requireNonNull(failure.hunt(), failure::getMessage);
    }

    // ---- finding

    @Test
    void eachBugIsFoundFromEachSeedAndRepeats() {
        int soon = 0;
        for (Bug bug : Corpus.BUGS) {
            List<Long> executions = new ArrayList<>();
            for (int seed = 1; seed <= SEEDS; seed++) {
                long start = System.nanoTime();
                SimFailure failure = find(bug, seed);
                assertThat(System.nanoTime() - start).as("time for " + bug).isLessThan(MOST_NANOS);
                executions.add(hunt(failure).executions());
                for (int i = 0; i < 5; i++) {
                    repeats(bug, failure);
                }
            }
            executions.sort(null);
            assertThat(executions.getLast()).as("runs for " + bug).isLessThanOrEqualTo(MOST_RUNS);
            soon += executions.getLast() <= FEW_RUNS ? 1 : 0;
            row(bug).put("found min", executions.getFirst());
            row(bug).put("median", executions.get(SEEDS / 2));
            row(bug).put("max", executions.getLast());
        }
        assertThat(soon / (double) Corpus.BUGS.size())
                .as("of the bugs, found within " + FEW_RUNS + " runs from every seed")
                .isGreaterThanOrEqualTo(17 / 20.0);
    }

    private static SimFailure find(Bug bug, long seed) {
        SimFailure failure =
                catchThrowableOfType(SimFailure.class, () -> exploring(bug, seed).run(bug::broken));
        assertThat(failure).as(bug + " from seed " + seed).isNotNull();
        return failure;
    }

    private static void repeats(Bug bug, SimFailure failure) {
        SimFailure again =
                catchThrowableOfType(
                        SimFailure.class,
                        () -> Sim.exploring().replay(failure.replay(), bug::broken));
        assertThat(again).as(bug + ", " + failure.replay()).isNotNull();
        assertThat(kind(again)).isEqualTo(kind(failure));
    }

    // ---- twins

    @Test
    void noTwinEverAlarms() {
        int each = Math.max(1, TWINS / Corpus.BUGS.size());
        long executions = 0;
        for (Bug bug : Corpus.BUGS) {
            executions += exploring(bug, 4711).runs(each).run(bug::fixed).runs();
        }
        assertThat(executions).isGreaterThanOrEqualTo(TWINS);
    }

    // ---- shrinking

    /**
     * What random orders and random faults found in a program that does other things as well, so
     * that there is much to take away.
     */
    @Test
    void whatIsFoundBecomesSmall() {
        List<Integer> left = new ArrayList<>();
        int much = 0;
        for (Bug bug : Corpus.BUGS) {
            List<Integer> before = new ArrayList<>();
            List<Integer> after = new ArrayList<>();
            int mostRuns = 0;
            long mostNanos = 0;
            for (int seed = 1; seed <= SEEDS; seed++) {
                long[] start = new long[1];
                SimFailure.Hunt hunt = hunt(findAtRandom(bug, seed, start));
                mostNanos = Math.max(mostNanos, System.nanoTime() - start[0]);
                mostRuns = Math.max(mostRuns, hunt.reexecutions());
                before.add(hunt.found().deviations());
                after.add(hunt.shrunk().deviations());
                much += isSmall(after.getLast(), before.getLast()) ? 1 : 0;
            }
            left.addAll(after);
            before.sort(null);
            after.sort(null);
            row(bug).put("decisions", before.get(SEEDS / 2));
            row(bug).put("shrunk", after.get(SEEDS / 2));
            row(bug).put("shrunk max", after.getLast());
            row(bug).put("runs for it", mostRuns);
            row(bug).put("ms", mostNanos / 1_000_000);
            assertThat(mostRuns).as("runs to shrink " + bug).isLessThanOrEqualTo(1_000);
            assertThat(mostNanos).as("time to shrink " + bug).isLessThan(MOST_NANOS);
        }
        left.sort(null);
        summary =
                "of "
                        + left.size()
                        + " failures "
                        + much
                        + " became small; what is left, median: "
                        + left.get(left.size() / 2);
        assertThat(left.get(left.size() / 2)).as("median of what is left").isLessThanOrEqualTo(3);
        assertThat(much / (double) left.size())
                .as("of the failures, reduced by 70 %")
                .isGreaterThanOrEqualTo(0.9);
    }

    private static SimFailure findAtRandom(Bug bug, long seed, long[] start) {
        return Simulation.session(
                () -> {
                    Explorer.Search search = exploring(bug, seed).new Search(busy(bug));
                    search.faultsOf(0);
                    for (int i = 2; i < MOST_RUNS; i++) {
                        start[0] = System.nanoTime();
                        try {
                            search.one(i);
                        } catch (SimFailure found) {
                            return found;
                        }
                    }
                    throw new AssertionError(bug + " was not found from seed " + seed);
                });
    }

    /** Reduced by 70 %, or to the fault alone. */
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

    // ---- how often it fails

    @Test
    void howOftenEachStrategyFindsIt() {
        int runs = FULL ? 5_000 : 50;
        for (Bug bug : Corpus.BUGS) {
            Map<String, Object> row = row(bug);
            row.put("fifo", rate(bug, runs, false, _ -> new Strategy.Fifo()));
            row.put("random", rate(bug, runs, false, s -> new Strategy.RandomWalk(s, 0)));
            row.put("pct", rate(bug, runs, false, s -> new Strategy.Pct(s, 3, 30)));
            if (!bug.victims().isEmpty()) {
                row.put(
                        "random + fault",
                        rate(bug, runs, true, s -> new Strategy.RandomWalk(s, 0)));
            }
        }
        assertThat(TABLE).hasSameSizeAs(Corpus.BUGS);
    }

    private static String rate(
            Bug bug, int runs, boolean withFault, LongFunction<Strategy> strategy) {
        return Simulation.session(
                () -> {
                    Explorer.Search search = exploring(bug, 1).new Search(bug::broken);
                    List<Fault> faults = withFault ? search.faultsOf(0) : List.of();
                    SplittableRandom random = new SplittableRandom(4711);
                    int failed = 0;
                    for (int i = 0; i < runs; i++) {
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
                    return String.format(Locale.ROOT, "%.4f", failed / (double) runs);
                });
    }
}

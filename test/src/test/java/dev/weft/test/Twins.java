package dev.weft.test;

import dev.weft.Simulation;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Whether programs without a bug raise no alarm, and one with a bug that is rare does. */
final class Twins {
    private static final long SEED = 4711;

    /** So soon the rare bug has to be found. */
    private static final int MOST_CANARY_RUNS = 50_000;

    private static final int DRAWN = 20_000;

    private static final Duration FOREVER = Duration.ofDays(1);

    private Twins() {}

    static List<Figure> figures(Scale scale) throws InterruptedException {
        return List.of(alarms(scale), rare(), canary(SEED));
    }

    private static Figure alarms(Scale scale) throws InterruptedException {
        long rounds = Math.ceilDiv(scale.twins(), Soak.ROUND);
        long each = Math.ceilDiv(rounds, Subjects.FIXED.size()) * Subjects.FIXED.size();
        Soak twins = new Soak(Subjects.FIXED, SEED);
        twins.run(Runtime.getRuntime().availableProcessors(), each, FOREVER);
        return twins.quiet(
                "S4", "no alarm in " + Figure.number(scale.twins()) + " executions of fixed twins");
    }

    /** It is judged as the others are, and must not pass as they do. */
    static Figure canary(long seed) throws InterruptedException {
        Soak soak = new Soak(List.of(Canaries.RARE_BUG), seed);
        soak.run(1, MOST_CANARY_RUNS / Soak.ROUND, FOREVER);
        boolean isFound = !soak.quiet("S11", "no alarm of the canary").isReached();
        return new Figure(
                "S11",
                "canary: a rare bug is found within "
                        + Figure.number(MOST_CANARY_RUNS)
                        + " executions",
                (isFound ? "found after " : "not found in ") + Figure.number(soak.executions()),
                isFound);
    }

    /** What it is worth to find it. */
    private static Figure rare() {
        Subject canary = Canaries.RARE_BUG;
        int failed =
                Simulation.session(
                        () -> {
                            int n = 0;
                            SplittableRandom random = new SplittableRandom(SEED);
                            for (int i = 0; i < DRAWN; i++) {
                                Run run =
                                        new Run(
                                                new Strategy.RandomWalk(random.nextLong(), 0),
                                                i,
                                                Explorer.MOST_STEPS,
                                                null,
                                                false,
                                                new Seen());
                                n += run.execute(canary.program()) == null ? 0 : 1;
                            }
                            return n;
                        });
        return new Figure(
                "S11",
                "canary: fails in at most 1 of 1,000 random executions",
                failed + " of " + Figure.number(DRAWN) + " fail",
                failed <= DRAWN / 1_000);
    }
}

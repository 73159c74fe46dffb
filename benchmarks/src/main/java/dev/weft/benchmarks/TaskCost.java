package dev.weft.benchmarks;

import dev.weft.Weft;

import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * What a task costs among a thousand and among a million: started, three switches, joined. Prints
 * the best of five rounds for each number, with the collector's time taken off.
 */
public final class TaskCost {
    private static final int ROUNDS = 5;

    private TaskCost() {}

    private static void round(int tasks, int times) {
        for (int i = 0; i < times; i++) {
            Weft.group(
                    g -> {
                        for (int t = 0; t < tasks; t++) {
                            g.start(
                                    () -> {
                                        Weft.checkpoint();
                                        Weft.checkpoint();
                                        Weft.checkpoint();
                                    });
                        }
                    });
        }
    }

    private static long collectorMillis() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(b -> Math.max(0, b.getCollectionTime()))
                .sum();
    }

    public static void main(String[] args) {
        int[] numbers = {1_000, 10_000, 100_000, 1_000_000};
        Weft.run(
                () -> {
                    round(1_000, 2_000);
                    double[][] nanos = new double[numbers.length][ROUNDS];
                    double[][] collected = new double[numbers.length][ROUNDS];
                    for (int r = 0; r < ROUNDS; r++) {
                        for (int n = 0; n < numbers.length; n++) {
                            int times = 1_000_000 / numbers[n];
                            long gc = collectorMillis();
                            long start = System.nanoTime();
                            round(numbers[n], times);
                            double took = System.nanoTime() - start;
                            double collector = (collectorMillis() - gc) * 1e6;
                            nanos[n][r] = (took - collector) / 1e6;
                            collected[n][r] = collector / 1e6;
                        }
                    }
                    for (int n = 0; n < numbers.length; n++) {
                        System.out.printf(
                                "%,d tasks: %.0f ns a task, and %.0f ns of the collector's%n",
                                numbers[n],
                                Arrays.stream(nanos[n]).min().orElseThrow(),
                                Arrays.stream(collected[n]).min().orElseThrow());
                    }
                });
    }
}

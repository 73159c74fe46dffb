package dev.weft.benchmarks;

import dev.weft.Weft;
import dev.weft.test.Exploration;
import dev.weft.test.Sim;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Programs of the test kit, each on a loop of its own. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class SimulationBenchmark {
    private static final int RUNS = 1_000;

    /** A small program in an order of its own: 6 tasks that wait 8 times, about 100 steps. */
    @Benchmark
    @OperationsPerInvocation(RUNS)
    public Exploration program() {
        return Sim.exploring().runs(RUNS).run(_ -> crowd(6, 8));
    }

    /** 10,000 tasks that sleep until the same instant. */
    @Benchmark
    @OperationsPerInvocation(10_000)
    public void sleeper() {
        Sim.run(() -> crowd(10_000, 1));
    }

    private static void crowd(int tasks, int waits) {
        Weft.group(
                g -> {
                    for (int t = 0; t < tasks; t++) {
                        g.start(
                                () -> {
                                    for (int i = 1; i <= waits; i++) {
                                        Weft.sleep(Duration.ofMillis(i));
                                    }
                                });
                    }
                });
    }
}

package dev.weft.benchmarks;

import dev.weft.Weft;
import dev.weft.sync.Event;
import dev.weft.sync.Lock;
import dev.weft.sync.RwLock;
import dev.weft.sync.Semaphore;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * Primitives that nobody waits for: taken and given back, or passed. Each loops in one task and
 * lives as long as its loop; of 128 such operations one gives way, which is in the figures.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class SyncBenchmark {
    private static final int N = 1_000_000;

    private int guarded;

    /** A lock taken and given back. */
    @Benchmark
    @OperationsPerInvocation(N)
    public int lock() {
        return Weft.run(
                () -> {
                    var lock = new Lock();
                    for (int i = 0; i < N; i++) {
                        try (var _ = lock.acquire()) {
                            guarded++;
                        }
                    }
                    return guarded;
                });
    }

    /** A permit to read taken and given back. */
    @Benchmark
    @OperationsPerInvocation(N)
    public int read() {
        return Weft.run(
                () -> {
                    var lock = new RwLock();
                    for (int i = 0; i < N; i++) {
                        try (var _ = lock.read()) {
                            guarded++;
                        }
                    }
                    return guarded;
                });
    }

    /** A permit taken and given back by closing it. */
    @Benchmark
    @OperationsPerInvocation(N)
    public int semaphore() {
        return Weft.run(
                () -> {
                    var semaphore = new Semaphore(1);
                    for (int i = 0; i < N; i++) {
                        try (var _ = semaphore.acquire()) {
                            guarded++;
                        }
                    }
                    return guarded;
                });
    }

    /** A permit taken and given back without a word about whose it was. */
    @Benchmark
    @OperationsPerInvocation(N)
    public int semaphoreReleased() {
        return Weft.run(
                () -> {
                    var semaphore = new Semaphore(1);
                    for (int i = 0; i < N; i++) {
                        semaphore.acquire();
                        guarded++;
                        semaphore.release();
                    }
                    return guarded;
                });
    }

    /** An event that is set already, waited for. */
    @Benchmark
    @OperationsPerInvocation(N)
    public int event() {
        return Weft.run(
                () -> {
                    var event = new Event();
                    event.set();
                    for (int i = 0; i < N; i++) {
                        event.await();
                        guarded++;
                    }
                    return guarded;
                });
    }
}

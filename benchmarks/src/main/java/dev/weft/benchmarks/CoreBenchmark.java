package dev.weft.benchmarks;

import dev.weft.Weft;
import dev.weft.sync.Channel;
import dev.weft.sync.Queue;
import dev.weft.sync.Semaphore;

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

/**
 * The operations that the core is tuned for, a loop for each invocation and many operations in it.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CoreBenchmark {
    private static final int N = 100_000;
    private static final Duration LONG = Duration.ofSeconds(10);

    /** One task switch, among 100 tasks. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void taskSwitch() {
        Weft.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (int t = 0; t < 100; t++) {
                                        g.start(
                                                () -> {
                                                    for (int i = 0; i < N / 100; i++) {
                                                        Weft.checkpoint();
                                                    }
                                                });
                                    }
                                }));
    }

    /** Starting and joining one empty task, in groups of 100. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void spawnAndJoin() {
        Weft.run(
                () -> {
                    for (int i = 0; i < N / 100; i++) {
                        Weft.group(
                                g -> {
                                    for (int t = 0; t < 100; t++) {
                                        g.start(() -> {});
                                    }
                                });
                    }
                });
    }

    /** One item handed to a task that waits for it, and the word back that it came. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void handOff() {
        Weft.run(
                () ->
                        Weft.group(
                                g -> {
                                    var items = new Queue<Integer>(1);
                                    var taken = new Semaphore(0);
                                    g.start(
                                            () -> {
                                                for (int i = 0; i < N; i++) {
                                                    items.put(i);
                                                    taken.acquire();
                                                }
                                            });
                                    for (int i = 0; i < N; i++) {
                                        items.get();
                                        taken.release();
                                    }
                                }));
    }

    /** One item from a task that sends to one that receives, each waiting for the other. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void rendezvous() {
        Weft.run(
                () ->
                        Weft.group(
                                g -> {
                                    var items = new Channel<Integer>();
                                    g.start(
                                            () -> {
                                                for (int i = 0; i < N; i++) {
                                                    items.send(i);
                                                }
                                            });
                                    for (int i = 0; i < N; i++) {
                                        items.receive();
                                    }
                                }));
    }

    /** The same, the receiver selecting from two channels. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void select() {
        Weft.run(
                () ->
                        Weft.group(
                                g -> {
                                    var items = new Channel<Integer>();
                                    var stop = new Channel<Integer>();
                                    g.start(
                                            () -> {
                                                for (int i = 0; i < N; i++) {
                                                    items.send(i);
                                                }
                                            });
                                    for (int i = 0; i < N; i++) {
                                        Weft.select(items.receiving(), stop.receiving());
                                    }
                                }));
    }

    /** One item through a queue of 100. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void queue() {
        Weft.run(
                () ->
                        Weft.group(
                                g -> {
                                    var items = new Queue<Integer>(100);
                                    g.start(
                                            () -> {
                                                for (int i = 0; i < N; i++) {
                                                    items.put(i);
                                                }
                                            });
                                    for (int i = 0; i < N; i++) {
                                        items.get();
                                    }
                                }));
    }

    /** A timeout set and cancelled around nothing. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void timeout() throws Exception {
        Weft.run(
                () -> {
                    for (int i = 0; i < N; i++) {
                        Weft.timeout(LONG, () -> {});
                    }
                });
    }

    /** A permit taken and given back, none waiting. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void semaphore() {
        Weft.run(
                () -> {
                    var semaphore = new Semaphore(1);
                    for (int i = 0; i < N; i++) {
                        try (var _ = semaphore.acquire()) {
                            Weft.checkCancelled();
                        }
                    }
                });
    }
}

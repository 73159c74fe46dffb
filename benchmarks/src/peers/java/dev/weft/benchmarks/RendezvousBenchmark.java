package dev.weft.benchmarks;

import dev.weft.Weft;
import dev.weft.sync.Channel;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/**
 * Hand-offs from one task to another through a channel without a buffer, beside Kotlin's and the
 * JDK's. To be run on one CPU, where virtual threads have one carrier: {@code taskset -c 0}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RendezvousBenchmark {
    private static final int N = 100_000;

    /** A channel of Weft's. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void weft() {
        Weft.run(
                () ->
                        Weft.group(
                                g -> {
                                    var channel = new Channel<Object>();
                                    g.start(
                                            () -> {
                                                for (int i = 0; i < N; i++) {
                                                    channel.send(this);
                                                }
                                            });
                                    for (int i = 0; i < N; i++) {
                                        channel.receive();
                                    }
                                }));
    }

    /** A synchronous queue between two virtual threads. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void virtualThreads() throws InterruptedException {
        var queue = new SynchronousQueue<Object>();
        Thread sender =
                Thread.startVirtualThread(
                        () -> {
                            try {
                                for (int i = 0; i < N; i++) {
                                    queue.put(this);
                                }
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        Thread receiver =
                Thread.startVirtualThread(
                        () -> {
                            try {
                                for (int i = 0; i < N; i++) {
                                    queue.take();
                                }
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        sender.join();
        receiver.join();
    }

    /** Kotlin's channel, on one thread. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void kotlin() {
        KotlinChannels.rendezvous(N);
    }
}

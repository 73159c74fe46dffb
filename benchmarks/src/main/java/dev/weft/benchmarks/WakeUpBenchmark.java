package dev.weft.benchmarks;

import dev.weft.Weft;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * A word from a platform thread to a waiting task and back, both sides asleep in between. {@code
 * -jvmArgsAppend -Dweft.driver=parking} or {@code epoll} chooses what the loop sleeps in.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class WakeUpBenchmark {
    private static final int N = 2_000;

    /** The questions, each answered by setting its place in the answers. */
    private static final class Exchange {
        final CompletableFuture<?>[] questions = new CompletableFuture<?>[N];
        final AtomicReferenceArray<Boolean> answers = new AtomicReferenceArray<>(N);
        final Thread asker = Thread.currentThread();

        Exchange() {
            for (int i = 0; i < N; i++) {
                questions[i] = new CompletableFuture<>();
            }
        }

        void answer(int i) {
            answers.set(i, true);
            LockSupport.unpark(asker);
        }

        void askAll() {
            for (int i = 0; i < N; i++) {
                questions[i].complete(null);
                while (answers.get(i) == null) {
                    LockSupport.park(this);
                }
            }
        }
    }

    /** A task of a loop. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void weft() throws InterruptedException {
        Exchange exchange = new Exchange();
        Thread loop =
                new Thread(
                        () ->
                                Weft.run(
                                        () -> {
                                            for (int i = 0; i < N; i++) {
                                                Weft.await(exchange.questions[i]);
                                                exchange.answer(i);
                                            }
                                        }));
        loop.start();
        exchange.askAll();
        loop.join();
    }

    /** A virtual thread of the JDK's scheduler. */
    @Benchmark
    @OperationsPerInvocation(N)
    public void virtualThread() throws InterruptedException {
        Exchange exchange = new Exchange();
        Thread thread =
                Thread.startVirtualThread(
                        () -> {
                            for (int i = 0; i < N; i++) {
                                exchange.questions[i].join();
                                exchange.answer(i);
                            }
                        });
        exchange.askAll();
        thread.join();
    }
}

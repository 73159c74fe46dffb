package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

class OffloadTest {
    private final List<String> trace = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch begun = new CountDownLatch(1);

    /** Virtual time passes the grace while a worker really runs, so reports are in order here. */
    private final Logged quiet = Logged.open();

    @AfterEach
    void close() {
        quiet.close();
    }

    @Test
    void runsOnAnotherThreadAndGivesTheValue() {
        Sim.run(
                () -> {
                    Thread worker = Weft.<Thread, RuntimeException>offload(Thread::currentThread);
                    assertThat(worker.isVirtual()).isFalse();
                    assertThat(worker.isDaemon()).isTrue();
                    assertThat(worker.getName()).startsWith("weft-offload-");
                });
    }

    @Test
    void throwsTheVeryObject() {
        IOException failure = new IOException("x");
        assertThat(
                        failureOf(
                                () ->
                                        Weft.offload(
                                                () -> {
                                                    throw failure;
                                                })))
                .isSameAs(failure);
    }

    @Test
    void theLoopGoesOnMeanwhile() throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        Sim.run(() -> Weft.gather(() -> Weft.offload(() -> latch.await()), latch::countDown));
        assertThat(latch.getCount()).isZero();
    }

    @Test
    void atMostSoManyAtOnceAndTheOthersInTheOrderInWhichTheyCame() {
        Semaphore gate = new Semaphore(0);
        AtomicInteger running = new AtomicInteger();
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 80; i++) {
                                        int n = i;
                                        g.start(
                                                () ->
                                                        Weft.offload(
                                                                () -> {
                                                                    running.incrementAndGet();
                                                                    gate.acquire();
                                                                    if (n >= 64) {
                                                                        trace.add("call " + n);
                                                                    }
                                                                    running.decrementAndGet();
                                                                }));
                                    }
                                    while (running.get() < 64) {
                                        Thread.onSpinWait();
                                        Weft.checkpoint();
                                    }
                                    for (int i = 0; i < 1000; i++) {
                                        Weft.checkpoint();
                                    }
                                    assertThat(running.get()).isEqualTo(64);
                                    gate.release(80);
                                }));
        assertThat(trace)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(64, 80).mapToObj(i -> "call " + i).toList());
    }

    // rules 2: "Cancelling `offload` interrupts, then waits"
    @Test
    void cancellingInterruptsTheWorkerAndWaitsUntilItHasEnded() {
        AtomicBoolean ended = new AtomicBoolean();
        Sim.run(
                () -> {
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            onceBegun(
                                                    () ->
                                                            Weft.offload(
                                                                    () -> {
                                                                        begun.countDown();
                                                                        try {
                                                                            Thread.sleep(
                                                                                    Long.MAX_VALUE);
                                                                        } finally {
                                                                            ended.set(true);
                                                                        }
                                                                    })));
                    assertThat(ended).isTrue();
                    assertThat(thrown)
                            .isInstanceOf(TimeoutException.class)
                            .hasCauseInstanceOf(CancelledError.class);
                    sleep(1);
                });
    }

    @Test
    void aFailureThatWrapsTheInterruptIsTheCancellationToo() {
        for (RuntimeException wrapped :
                List.of(
                        new UncheckedIOException(new ClosedByInterruptException()),
                        new IllegalStateException(new InterruptedException()))) {
            Sim.run(
                    () -> {
                        Throwable thrown =
                                thrownBy(
                                        () ->
                                                onceBegun(
                                                        () ->
                                                                Weft.offload(
                                                                        () -> {
                                                                            untilInterrupted();
                                                                            throw wrapped;
                                                                        })));
                        assertThat(thrown).isInstanceOf(TimeoutException.class);
                        sleep(1);
                    });
        }
    }

    /** A deadline whose time does not pass before a worker has begun. */
    private void onceBegun(Action<?> body) throws Exception {
        begun = new CountDownLatch(1);
        Weft.group(
                g -> {
                    g.start(
                            () -> {
                                while (begun.getCount() > 0) {
                                    Weft.checkpoint();
                                }
                            });
                    Weft.timeout(ms(10), body);
                });
    }

    private void untilInterrupted() {
        begun.countDown();
        while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aResultAllTheSameIsTheResultAndTheRequestShowsAtTheNextWait() {
        Sim.run(
                () -> {
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            onceBegun(
                                                    () -> {
                                                        trace.add(
                                                                Weft
                                                                        .<String, RuntimeException>
                                                                                offload(
                                                                                        () -> {
                                                                                            untilInterrupted();
                                                                                            return "result";
                                                                                        }));
                                                        Weft.checkCancelled();
                                                        trace.add("never");
                                                    }));
                    assertThat(thrown).isInstanceOf(TimeoutException.class);
                });
        assertThat(trace).containsExactly("result");
    }

    @Test
    void anotherFailureAllTheSameIsThatFailureAndTheRequestIsNotLost() {
        Sim.run(
                () -> {
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            onceBegun(
                                                    () -> {
                                                        try {
                                                            Weft.offload(
                                                                    () -> {
                                                                        untilInterrupted();
                                                                        throw new IOException("x");
                                                                    });
                                                        } catch (IOException e) {
                                                            trace.add("failure");
                                                        }
                                                        Sim.sleepForever();
                                                    }));
                    assertThat(thrown).isInstanceOf(TimeoutException.class);
                });
        assertThat(trace).containsExactly("failure");
    }

    @Test
    void aRequestPendingOnEntryStartsNothing() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.cancel("now");
                                    assertThat(thrownBy(() -> Weft.offload(() -> trace.add("ran"))))
                                            .isInstanceOf(CancelledError.class);
                                }));
        assertThat(trace).isEmpty();
    }

    @Test
    void anInterruptNeverReachesTheNextCallOfTheSameThread() {
        Weft.run(
                () -> {
                    for (int i = 0; i < 300; i++) {
                        // the deadline comes at about the moment when the call ends by itself
                        Weft.moveOnAfter(
                                java.time.Duration.ofNanos(i * 1000L),
                                () -> Weft.offload(() -> spin(200)));
                        boolean flag =
                                Weft.<Boolean, RuntimeException>offload(
                                        () -> Thread.currentThread().isInterrupted());
                        assertThat(flag).isFalse();
                    }
                });
    }

    private static void spin(int n) {
        for (int i = 0; i < n; i++) {
            Thread.onSpinWait();
        }
    }

    // rules 2: "After the grace the worker's stack is reported"
    @Test
    void aCallThatDoesNotHeedTheInterruptIsReportedAfterTheGraceWithTheWorkersStack() {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.group(
                                    g -> {
                                        Task<@Nullable Void> task =
                                                g.start(
                                                        () ->
                                                                Weft.offload(
                                                                        () ->
                                                                                deaf(
                                                                                        begun,
                                                                                        release)));
                                        while (begun.getCount() > 0) {
                                            Weft.checkpoint();
                                        }
                                        task.cancel("stop");
                                        sleep(6000); // virtual
                                        release.countDown();
                                    }));
            assertThat(logged.messages()).singleElement().asString().contains("stop");
            Throwable report = logged.failures().get(0);
            assertThat(report).isNotNull();
            assertThat(report.getMessage()).contains("weft-offload-");
            assertThat(report.getStackTrace()).anyMatch(f -> f.getMethodName().equals("deaf"));
        }
    }

    private static void deaf(CountDownLatch begun, CountDownLatch release) {
        begun.countDown();
        while (true) {
            try {
                release.await();
                return;
            } catch (InterruptedException deaf) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void weftsCallsInsideItAreRefusedWithTheFix() {
        assertThat(failureOf(() -> Weft.offload(Weft::checkpoint)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is no task of a loop");
    }

    @Test
    void manyCallsFromManyTasksLoseNothing() {
        int sum =
                Weft.run(
                        () ->
                                Weft.gather(
                                                IntStream.range(0, 2000).boxed().toList(),
                                                100,
                                                i ->
                                                        Weft.<Integer, RuntimeException>offload(
                                                                () -> i))
                                        .stream()
                                        .mapToInt(i -> i)
                                        .sum());
        assertThat(sum).isEqualTo(1999 * 1000);
    }
}

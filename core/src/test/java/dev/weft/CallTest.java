package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** {@code Loop.call} and {@code Loop.submit}: bodies from other threads. */
@Timeout(30) // of a hang
class CallTest {

    /** A loop that another thread runs until this is closed. */
    private static final class Other implements AutoCloseable {
        private final CompletableFuture<Loop> shown = new CompletableFuture<>();
        private final Promise<String> end = new Promise<>();
        private final Thread thread =
                Thread.ofPlatform()
                        .start(
                                () ->
                                        Weft.run(
                                                () -> {
                                                    shown.complete(Loop.current());
                                                    end.await();
                                                }));

        private final Loop loop = shown.join();

        Loop loop() {
            return loop;
        }

        @Override
        public void close() {
            end.tryComplete("");
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static long notRun(Logged logged) {
        return logged.messages().stream().filter(m -> m.contains("not run")).count();
    }

    private static void holdUp(CountDownLatch until) {
        try {
            until.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void givesTheValueAndRunsOnTheLoop() {
        try (Other other = new Other()) {
            Loop on = other.loop().call(() -> Loop.current());
            assertThat(on).isSameAs(other.loop());
            assertThat(
                            other.loop()
                                    .call(
                                            () -> {
                                                Sim.sleep(1);
                                                return "value";
                                            }))
                    .isEqualTo("value");
        }
    }

    @Test
    void throwsTheVeryObjectWithAMarkOfTheCaller() {
        try (Other other = new Other()) {
            IOException failure = new IOException("x");
            assertThatThrownBy(
                            () ->
                                    other.loop()
                                            .call(
                                                    () -> {
                                                        throw failure;
                                                    }))
                    .isSameAs(failure);
            assertThat(failure.getSuppressed())
                    .singleElement()
                    .asString()
                    .contains("awaited in thread '" + Thread.currentThread().getName() + "'");
        }
    }

    @Test
    void aFailureThatWasThrownToTheCallerIsNotReported() throws Exception {
        try (Logged logged = Logged.open()) {
            try (Other other = new Other()) {
                Sim.thrownBy(
                        () ->
                                other.loop()
                                        .call(
                                                () -> {
                                                    throw new IOException();
                                                }));
                CompletableFuture<?> future =
                        other.loop()
                                .submit(
                                        () -> {
                                            throw new IOException();
                                        });
                Sim.thrownBy(future::get);
            }
            assertThat(logged.messages()).isEmpty();
        }
    }

    @Test
    void onTheLoopItselfIsAnErrorAtOnce() {
        Sim.run(
                () ->
                        assertThatIllegalStateException()
                                .isThrownBy(() -> Loop.current().call(() -> "value"))
                                .withMessageContaining("call the body as it is"));
    }

    @Test
    void submitWorksOnTheLoopItselfToo() {
        Sim.run(
                () -> {
                    CompletableFuture<String> future = Loop.current().submit(() -> "value");
                    assertThat(future).isNotDone();
                    assertThat(Weft.await(future)).isEqualTo("value");
                });
    }

    @Test
    void callsOfOneThreadRunInTheirOrder() {
        List<Integer> order = new ArrayList<>();
        try (Other other = new Other()) {
            for (int i = 0; i < 100; i++) {
                int n = i;
                var _ = other.loop().submit(() -> order.add(n));
            }
            other.loop().call(() -> {});
        }
        assertThat(order).hasSize(100).isSorted();
    }

    // ---- from a task of another loop

    @Test
    void fromATaskOfAnotherLoopTheTaskParksAndItsLoopGoesOn() {
        try (Other other = new Other()) {
            Promise<String> go = new Promise<>();
            Sim.run(
                    () -> {
                        AtomicBoolean ran = new AtomicBoolean();
                        Weft.background(
                                () -> {
                                    ran.set(true);
                                    go.complete("value");
                                });
                        assertThat(other.loop().call(() -> go.await())).isEqualTo("value");
                        assertThat(ran).isTrue();
                    });
        }
    }

    @Test
    void twoLoopsCallEachOther() {
        try (Other other = new Other()) {
            Sim.run(
                    () -> {
                        Loop here = Loop.current();
                        assertThat(other.loop().call(() -> here.call(() -> Loop.current().name())))
                                .isEqualTo(here.name());
                    });
        }
    }

    @Test
    void cancellingTheCallingTaskCancelsTheBodyAndWaitsForIt() {
        List<String> trace = new ArrayList<>();
        try (Other other = new Other()) {
            Sim.run(
                    () -> {
                        Promise<String> begun = new Promise<>();
                        Task<?> caller =
                                Weft.background(
                                        () -> {
                                            try {
                                                other.loop()
                                                        .call(
                                                                () -> {
                                                                    begun.complete("");
                                                                    try {
                                                                        Sim.sleepForever();
                                                                    } finally {
                                                                        Sim.sleep(5);
                                                                        trace.add("unwound");
                                                                    }
                                                                });
                                            } finally {
                                                trace.add("thrown to the caller");
                                            }
                                        });
                        begun.await();
                        caller.cancel("enough");
                        assertThat(caller.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
                    });
        }
        assertThat(trace).containsExactly("unwound", "thrown to the caller");
    }

    @Test
    void aValueGivenInSpiteOfTheCancellationIsReturnedAndTheRequestStaysPending() {
        List<String> trace = new ArrayList<>();
        try (Other other = new Other()) {
            Sim.run(
                    () -> {
                        Promise<String> begun = new Promise<>();
                        Task<?> caller =
                                Weft.background(
                                        () -> {
                                            trace.add(
                                                    other.loop()
                                                            .call(
                                                                    () -> {
                                                                        begun.complete("");
                                                                        try {
                                                                            Sim.sleepForever();
                                                                        } catch (CancelledError e) {
                                                                            return "value";
                                                                        }
                                                                        return "never";
                                                                    }));
                                            Weft.checkpoint();
                                            trace.add("not reached");
                                        });
                        begun.await();
                        caller.cancel("enough");
                        assertThat(caller.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
                    });
        }
        assertThat(trace).containsExactly("value");
    }

    @Test
    void aTaskThatIsCancelledAlreadyHandsNothingOver() {
        AtomicBoolean ran = new AtomicBoolean();
        try (Other other = new Other()) {
            Sim.run(
                    () -> {
                        Task<?> caller =
                                Weft.background(() -> other.loop().call(() -> ran.set(true)));
                        caller.cancel("before it began");
                        caller.outcome();
                    });
            other.loop().call(() -> {});
        }
        assertThat(ran).isFalse();
    }

    // ---- interrupts, cancelling the future

    @Test
    void interruptingTheCallerCancelsTheBodyAndWaitsForIt() throws Exception {
        List<String> trace = new ArrayList<>();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        try (Other other = new Other()) {
            CountDownLatch begun = new CountDownLatch(1);
            Loop loop = other.loop();
            Thread caller =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        thrown.set(
                                                Sim.thrownBy(
                                                        () ->
                                                                loop.call(
                                                                        () -> {
                                                                            begun.countDown();
                                                                            try {
                                                                                Sim.sleepForever();
                                                                            } finally {
                                                                                Sim.sleep(5);
                                                                                trace.add(
                                                                                        "unwound");
                                                                            }
                                                                        })));
                                        trace.add("flag " + Thread.interrupted());
                                    });
            begun.await();
            caller.interrupt();
            caller.join();
        }
        assertThat(trace).containsExactly("unwound", "flag true");
        assertThat(thrown.get())
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("interrupted");
    }

    @Test
    void cancellingTheFutureCancelsTheTask() throws Exception {
        try (Other other = new Other()) {
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<String> unwound = new CompletableFuture<>();
            CompletableFuture<?> future =
                    other.loop()
                            .submit(
                                    () -> {
                                        begun.countDown();
                                        try {
                                            Sim.sleepForever();
                                        } catch (CancelledError e) {
                                            unwound.complete(e.reason());
                                            throw e;
                                        }
                                    });
            begun.await();
            assertThat(future.cancel(true)).isTrue();
            assertThat(unwound.get()).isEqualTo("its future was cancelled");
            assertThat(future).isCancelled();
        }
    }

    @Test
    void aFutureCancelledBeforeTheLoopSawTheBodyNeverRunsIt() throws Exception {
        AtomicBoolean ran = new AtomicBoolean();
        try (Other other = new Other()) {
            CountDownLatch held = new CountDownLatch(1);
            other.loop().post(() -> holdUp(held));
            CompletableFuture<?> future = other.loop().submit(() -> ran.set(true));
            future.cancel(false);
            held.countDown();
            other.loop().call(() -> {});
        }
        assertThat(ran).isFalse();
    }

    // ---- the loop's end

    @Test
    void onALoopThatHasEndedIsRejected() {
        Loop ended = Sim.run(() -> Loop.current());
        assertThatThrownBy(() -> ended.call(() -> "value"))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("has ended");
        assertThatThrownBy(() -> ended.submit(() -> "value"))
                .isInstanceOf(RejectedExecutionException.class);
        Sim.run(
                () ->
                        assertThatThrownBy(() -> ended.call(() -> "value"))
                                .isInstanceOf(RejectedExecutionException.class));
    }

    @Test
    void aCallInFlightWhenTheLoopEndsIsCancelled() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        CountDownLatch begun = new CountDownLatch(1);
        Thread caller;
        try (Other other = new Other()) {
            Loop loop = other.loop();
            caller =
                    Thread.ofPlatform()
                            .start(
                                    () ->
                                            thrown.set(
                                                    Sim.thrownBy(
                                                            () ->
                                                                    loop.call(
                                                                            () -> {
                                                                                begun.countDown();
                                                                                Sim.sleepForever();
                                                                            }))));
            begun.await();
        }
        caller.join();
        assertThat(thrown.get()).isInstanceOf(CancellationException.class);
    }

    /** Whatever the loop is doing: a call has a value, or an exception, and never hangs. */
    @Test
    void callsThatMeetTheEndOfTheLoopAllComeBack() throws Exception {
        for (int round = 0; round < 30; round++) {
            Other other = new Other();
            Loop loop = other.loop();
            AtomicBoolean stop = new AtomicBoolean();
            List<Throwable> strange = new ArrayList<>();
            Thread caller =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (!stop.get()) {
                                            Throwable t =
                                                    Combinators.attempt(() -> loop.call(() -> "v"))
                                                            .thrown();
                                            if (t != null
                                                    && !(t instanceof CancellationException)
                                                    && !(t instanceof RejectedExecutionException)) {
                                                strange.add(t);
                                            }
                                        }
                                    });
            Thread.ofPlatform().start(other::close).join();
            stop.set(true);
            caller.join();
            assertThat(strange).isEmpty();
        }
    }

    @Test
    void commandsThatMeetTheEndOfTheLoopRunOrAreRejectedOrReported() throws Exception {
        try (Logged logged = Logged.open()) {
            for (int round = 0; round < 30; round++) {
                long reportedBefore = notRun(logged);
                Other other = new Other();
                Loop loop = other.loop();
                AtomicBoolean stop = new AtomicBoolean();
                int[] handed = new int[1];
                int[] ran = new int[1];
                Thread caller =
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            while (!stop.get() && handed[0] < 1000) {
                                                try {
                                                    loop.execute(() -> ran[0]++);
                                                    handed[0]++;
                                                } catch (RejectedExecutionException ended) {
                                                    return;
                                                }
                                            }
                                        });
                other.close();
                caller.join();
                stop.set(true);
                // the last of them may be told to a virtual thread of its own
                while (ran[0] + notRun(logged) - reportedBefore < handed[0]) {
                    Thread.onSpinWait();
                }
                assertThat(ran[0] + notRun(logged) - reportedBefore).isEqualTo(handed[0]);
            }
        }
    }

    @Test
    void aLoopThatDiesLeavesNoCallWaiting() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        CountDownLatch begun = new CountDownLatch(1);
        LoopFailureTest.BrokenClock driver = new LoopFailureTest.BrokenClock();
        List<Thread> callers = new ArrayList<>();
        Action<RuntimeException> waits =
                () -> {
                    begun.countDown();
                    Weft.await(new CompletableFuture<String>());
                };
        Throwable died =
                Sim.thrownBy(
                        () ->
                                Programs.run(
                                        () -> driver,
                                        () -> {
                                            Loop loop = Loop.current();
                                            Runnable call =
                                                    () ->
                                                            thrown.set(
                                                                    Sim.thrownBy(
                                                                            () ->
                                                                                    loop.call(
                                                                                            waits)));
                                            callers.add(Thread.ofPlatform().start(call));
                                            Weft.offload(() -> begun.await());
                                            driver.broken = true;
                                            Weft.checkpoint();
                                            return null;
                                        }));
        callers.getFirst().join();
        assertThat(died).hasMessageContaining("died");
        assertThat(thrown.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("died");
    }
}

package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

class RunTest {

    @Test
    void returnsTheValueOfTheBody() {
        assertThat(Sim.run(() -> "done")).isEqualTo("done");
    }

    @Test
    void returnsNullIfTheBodyGivesNull() {
        @Nullable String value = Sim.run(() -> (@Nullable String) null);
        assertThat(value).isNull();
    }

    @Test
    void throwsTheVeryObjectThatTheBodyThrew() {
        IOException checked = new IOException("x");
        assertThat(
                        Sim.thrownBy(
                                () ->
                                        Sim.run(
                                                () -> {
                                                    throw checked;
                                                })))
                .isSameAs(checked);
        AssertionError error = new AssertionError("y");
        assertThat(
                        Sim.thrownBy(
                                () ->
                                        Sim.run(
                                                () -> {
                                                    throw error;
                                                })))
                .isSameAs(error);
    }

    @Test
    void runsTheBodyOnAThreadOfTheLoopNotOnTheCallers() {
        Thread caller = Thread.currentThread();
        Sim.run(
                () -> {
                    assertThat(Thread.currentThread()).isNotSameAs(caller);
                    assertThat(Thread.currentThread().isVirtual()).isTrue();
                    assertThat(Loop.current().name()).startsWith("weft-");
                });
    }

    @Test
    void twoProgramsOneAfterTheOtherHaveLoopsOfTheirOwn() {
        String first = Sim.run(() -> Loop.current().name());
        String second = Sim.run(() -> Loop.current().name());
        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void programsOnSeveralThreadsDoNotDisturbEachOther() throws Exception {
        List<Thread> threads = new ArrayList<>();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < 4; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            Sim.run(
                                                    () -> {
                                                        Weft.gather(
                                                                () -> Sim.sleep(10),
                                                                () -> Sim.sleep(20));
                                                        assertThat(Sim.millis()).isEqualTo(20);
                                                    });
                                        } catch (Throwable t) {
                                            failure.set(t);
                                        }
                                    }));
        }
        for (Thread t : threads) {
            t.join();
        }
        assertThat(failure.get()).isNull();
    }

    // rules 4: "`Loop.random()` and `Loop.clock()` come from the driver"
    @Test
    void clockAndRandomnessComeFromTheDriver() {
        Sim.run(
                new VirtualTime(42),
                () -> {
                    assertThat(Loop.current().random().nextLong())
                            .isEqualTo(new SplittableRandom(42).nextLong());
                    Sim.sleep(1500);
                    assertThat(Loop.current().clock().instant())
                            .isEqualTo(Instant.EPOCH.plusMillis(1500));
                    return null;
                });
    }

    // rules 4: "When the root body ends, background tasks are cancelled and joined"
    @Test
    void backgroundTasksAreCancelledAndJoinedWhenTheBodyEnds() {
        List<String> trace = new ArrayList<>();
        Sim.run(
                () -> {
                    Weft.background(
                            () -> {
                                try {
                                    Sim.sleepForever();
                                } catch (CancelledError e) {
                                    trace.add("cancelled: " + e.reason());
                                    Sim.sleep(100);
                                    trace.add("cleaned up at " + Sim.millis());
                                    throw e;
                                }
                            });
                    Sim.sleep(5);
                    trace.add("body ends");
                });
        assertThat(trace)
                .containsExactly(
                        "body ends",
                        "cancelled: the program's main task has ended",
                        "cleaned up at 105");
    }

    @Test
    void aBackgroundTaskThatSwallowsItsCancellationEndsAfterTheGrace() {
        List<String> trace = new ArrayList<>();
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Weft.background(
                                () -> {
                                    try {
                                        Sim.sleepForever();
                                    } catch (CancelledError swallowed) {
                                        trace.add("swallowed at " + Sim.millis());
                                    }
                                    Sim.sleepForever();
                                });
                        Sim.sleep(1);
                    });
            assertThat(trace).containsExactly("swallowed at 1");
            assertThat(logged.messages())
                    .singleElement()
                    .asString()
                    .contains("was cancelled", "has not unwound in 5s");
        }
    }

    @Test
    void aBackgroundTaskStartedWhileTheProgramEndsIsCancelledToo() {
        List<String> trace = new ArrayList<>();
        Sim.run(
                () -> {
                    Weft.background(
                            () -> {
                                try {
                                    Sim.sleepForever();
                                } finally {
                                    Weft.background(
                                            () -> {
                                                trace.add("began");
                                                try {
                                                    Sim.sleepForever();
                                                } finally {
                                                    trace.add("ended at " + Sim.millis());
                                                }
                                            });
                                }
                            });
                    Sim.sleep(1);
                });
        assertThat(trace).containsExactly("began", "ended at 1");
    }

    // rules 4: "The root owner is a supervisor: a background failure never cancels the program"
    @Test
    void aBackgroundFailureNeverCancelsTheProgram() {
        try (Logged logged = Logged.open()) {
            String value =
                    Sim.run(
                            () -> {
                                Weft.background(
                                        () -> {
                                            throw new IOException("lost");
                                        });
                                Sim.sleep(10);
                                return "fine";
                            });
            assertThat(value).isEqualTo("fine");
            assertThat(logged.failures()).singleElement().isInstanceOf(IOException.class);
        }
    }

    @Test
    void theBodysFailureIsThrownAfterBackgroundTasksHaveEnded() {
        List<String> trace = new ArrayList<>();
        IOException failure = new IOException("x");
        assertThatThrownBy(
                        () ->
                                Sim.run(
                                        () -> {
                                            Weft.background(
                                                    () -> {
                                                        try {
                                                            Sim.sleepForever();
                                                        } finally {
                                                            trace.add("cleaned up");
                                                        }
                                                    });
                                            Sim.sleep(1);
                                            throw failure;
                                        }))
                .isSameAs(failure);
        assertThat(trace).containsExactly("cleaned up");
    }

    // rules 3: "A VirtualMachineError takes precedence and unwinds the same way; the loop lives
    // until clean-up has run"
    @Test
    void aVirtualMachineErrorUnwindsLikeAFailureAndTheLoopLivesUntilCleanUpHasRun() {
        List<String> trace = new ArrayList<>();
        OutOfMemoryError error = new OutOfMemoryError("pretended");
        assertThatThrownBy(
                        () ->
                                Sim.run(
                                        () ->
                                                Weft.group(
                                                        g -> {
                                                            g.start(
                                                                    () -> {
                                                                        try {
                                                                            Sim.sleepForever();
                                                                        } finally {
                                                                            Sim.sleep(10);
                                                                            trace.add("cleaned up");
                                                                        }
                                                                    });
                                                            g.start(
                                                                    () -> {
                                                                        throw error;
                                                                    });
                                                        })))
                .isSameAs(error);
        assertThat(trace).containsExactly("cleaned up");
    }

    // rules 4: "Root cancelled otherwise: CancellationException, never `CancelledError`"
    @Test
    void aCancelledRootGivesCancellationExceptionNeverCancelledError() {
        assertThatThrownBy(
                        () ->
                                Sim.run(
                                        () -> {
                                            Thread.currentThread().interrupt();
                                            Sim.sleepForever();
                                        }))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("interrupted");
    }

    @Test
    void interruptingTheCallerCancelsTheTreeAndKeepsItsInterrupt() throws Exception {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        CountDownLatch waits = new CountDownLatch(1);
        AtomicBoolean cleanedUp = new AtomicBoolean();
        Thread caller =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        Weft.run(
                                                () -> {
                                                    waits.countDown();
                                                    try {
                                                        Sim.sleepForever();
                                                    } finally {
                                                        Sim.sleep(1);
                                                        cleanedUp.set(true);
                                                    }
                                                });
                                    } catch (Throwable t) {
                                        thrown.set(t);
                                    }
                                    flag.set(Thread.currentThread().isInterrupted());
                                });
        waits.await();
        caller.interrupt();
        caller.join();
        assertThat(thrown.get())
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("interrupted");
        assertThat(flag).isTrue();
        assertThat(cleanedUp).isTrue();
    }

    @Test
    void onCloseRunsInReverseOrderWhenTheTreeHasEndedAndMayWait() {
        List<String> trace = new ArrayList<>();
        Sim.run(
                () -> {
                    Loop.current()
                            .onClose(
                                    () -> {
                                        Sim.sleep(10);
                                        trace.add("first registered, at " + Sim.millis());
                                    });
                    Loop.current().onClose(() -> trace.add("second registered"));
                    Weft.background(
                            () -> {
                                try {
                                    Sim.sleepForever();
                                } finally {
                                    trace.add("task ended");
                                }
                            });
                    Sim.sleep(1);
                });
        assertThat(trace)
                .containsExactly("task ended", "second registered", "first registered, at 11");
    }

    @Test
    void aFailureInOnCloseIsReportedAndTheOthersStillRun() {
        List<String> trace = new ArrayList<>();
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Loop.current().onClose(() -> trace.add("runs"));
                        Loop.current()
                                .onClose(
                                        () -> {
                                            throw new IllegalStateException("broken closer");
                                        });
                    });
            assertThat(trace).containsExactly("runs");
            assertThat(logged.failures()).singleElement().isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void onCloseRunsAlsoIfTheRootWasCancelled() {
        List<String> trace = new ArrayList<>();
        assertThatThrownBy(
                        () ->
                                Sim.run(
                                        () -> {
                                            Loop.current()
                                                    .onClose(
                                                            () -> {
                                                                Sim.sleep(3);
                                                                trace.add("closed");
                                                            });
                                            Thread.currentThread().interrupt();
                                            Sim.sleepForever();
                                        }))
                .isInstanceOf(CancellationException.class);
        assertThat(trace).containsExactly("closed");
    }

    // rules 4: "`Loop` is an `Executor` for any thread: each runnable is a task of the root"
    @Test
    void executeRunsEachRunnableAsATaskOfTheRootInOrder() throws Exception {
        List<String> trace = new ArrayList<>();
        AtomicReference<Loop> loop = new AtomicReference<>();
        CountDownLatch started = new CountDownLatch(1);
        Thread other =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        started.await();
                                    } catch (InterruptedException e) {
                                        throw new AssertionError(e);
                                    }
                                    for (int i = 0; i < 5; i++) {
                                        int n = i;
                                        loop.get().execute(() -> trace.add("task " + n));
                                    }
                                    loop.get()
                                            .execute(
                                                    () -> {
                                                        Weft.checkpoint(); // may wait
                                                        trace.add("last");
                                                    });
                                });
        Weft.run(
                () -> {
                    loop.set(Loop.current());
                    started.countDown();
                    while (!trace.contains("last")) {
                        Sim.sleep(1);
                    }
                });
        other.join();
        assertThat(trace).containsExactly("task 0", "task 1", "task 2", "task 3", "task 4", "last");
    }

    @Test
    void aFailureOfAnExecutedRunnableIsReportedAndTouchesNothing() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Loop.current()
                                .execute(
                                        () -> {
                                            throw new IllegalArgumentException("bad work");
                                        });
                        Sim.sleep(10);
                    });
            assertThat(logged.failures())
                    .singleElement()
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anEndedLoopTakesNoMoreWorkAndSaysSo() {
        Loop loop = Sim.run(Loop::current);
        assertThatThrownBy(() -> loop.execute(() -> {}))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("has ended");
        assertThatThrownBy(() -> loop.post(() -> {}))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining(loop.name());
    }

    @Test
    void postedWorkRunsInTheOrderOfTheCalls() {
        List<Integer> trace = new ArrayList<>();
        Sim.run(
                () -> {
                    for (int i = 0; i < 10; i++) {
                        int n = i;
                        Loop.current().post(() -> trace.add(n));
                    }
                    Sim.turns(2);
                });
        assertThat(trace).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void postedWorkThatFailsOrLeavesAnInterruptHarmsNobody() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        List<String> trace = new ArrayList<>();
                        Loop.current().post(() -> Thread.currentThread().interrupt());
                        Sim.sleep(1);
                        Loop.current()
                                .post(
                                        () -> {
                                            throw new IllegalStateException("bad post");
                                        });
                        Loop.current().post(() -> trace.add("runs"));
                        Sim.sleep(1);
                        assertThat(trace).containsExactly("runs");
                    });
            assertThat(logged.failures()).singleElement().isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void cancellingTheScopeOfTheMainBodyIsACancelledProgramNotOneWithoutAValue() {
        assertThatThrownBy(
                        () ->
                                Sim.run(
                                        () -> {
                                            Scope.current().cancel("enough");
                                            Weft.checkpoint();
                                            return "never";
                                        }))
                .isInstanceOf(CancellationException.class)
                .hasMessage("the main task was cancelled: enough");
    }

    @Test
    void fromTheEndOfTheBodyOtherThreadsBringNoMoreWorkButCleanUpDoes() throws Exception {
        List<String> trace = new CopyOnWriteArrayList<>();
        Weft.run(
                () -> {
                    Loop loop = Loop.current();
                    Weft.background(
                            () -> {
                                try {
                                    Sim.sleepForever();
                                } finally {
                                    loop.execute(() -> trace.add("of its own"));
                                    Weft.offload(
                                            () -> {
                                                trace.add(refusedBy(() -> loop.execute(() -> {})));
                                                trace.add(
                                                        refusedBy(
                                                                () -> {
                                                                    var _ = loop.submit(() -> {});
                                                                }));
                                            });
                                }
                            });
                    Weft.checkpoint();
                });
        assertThat(trace)
                .containsExactlyInAnyOrder(
                        "of its own", "RejectedExecutionException", "RejectedExecutionException");
    }

    private static String refusedBy(Action<?> call) {
        return Sim.thrownBy(call).getClass().getSimpleName();
    }
}

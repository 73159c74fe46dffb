package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Semaphore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/** The state machine of a request: pending, delivered, due again. */
@SuppressWarnings("LockNotBeforeTry") // the locks are there to be held at awkward moments
class CancellationTest {
    private final List<String> trace = new ArrayList<>();

    private void log(String what) {
        trace.add(what + " at " + millis());
    }

    private interface Canceller {
        void run(Task<@Nullable Void> task) throws Exception;
    }

    /**
     * Starts {@code body} in a task, runs {@code then} after 10 ms, and gives how the task ended.
     */
    private Outcome<@Nullable Void> after10(Action<?> body, Canceller then) {
        return Sim.run(
                () ->
                        Weft.<Outcome<@Nullable Void>, RuntimeException>groupCall(
                                g -> {
                                    Task<@Nullable Void> task = g.start("victim", body);
                                    sleep(10);
                                    Throwable failed =
                                            Combinators.attempt(
                                                            ((Action<Exception>)
                                                                            () -> then.run(task))
                                                                    .asBody())
                                                    .thrown();
                                    if (failed != null) {
                                        throw Throwing.sneaky(failed);
                                    }
                                    Outcome<@Nullable Void> end = task.outcome();
                                    log("ended");
                                    return end;
                                }));
    }

    private Outcome<@Nullable Void> cancelledAt10(Action<?> body) {
        return after10(body, task -> task.cancel("stop"));
    }

    private static final Outcome<@Nullable Void> STOPPED = new Outcome.Cancelled<>("stop");

    // ---- delivery

    // rules 2: "with scope, reason, by"
    @Test
    void aRequestArrivesAtTheWaitWhereTheTaskIs() {
        assertThat(
                        cancelledAt10(
                                () -> {
                                    CancelledError e = (CancelledError) thrownBy(Sim::sleepForever);
                                    assertThat(e.reason()).isEqualTo("stop");
                                    assertThat(e.by()).isEqualTo("main");
                                    assertThat(e.scope()).isInstanceOf(LoopTask.class);
                                    assertThat(e.scope().toString()).isEqualTo("task 'victim'");
                                    log("delivered");
                                    throw e;
                                }))
                .isEqualTo(STOPPED);
        assertThat(trace).containsExactly("delivered at 10", "ended at 10");
    }

    @Test
    void anErrorThatNoCatchOfExceptionsSwallows() {
        assertThat(
                        cancelledAt10(
                                () -> {
                                    while (true) {
                                        try {
                                            sleepForever();
                                        } catch (Exception e) {
                                            log("swallowed");
                                        }
                                    }
                                }))
                .isEqualTo(STOPPED);
        assertThat(trace).containsExactly("ended at 10");
    }

    // rules 2: "A request is pending for every task under its scope and delivered to each once"
    @Test
    void itArrivesOnceSoThatCleanUpMayWait() {
        assertThat(
                        cancelledAt10(
                                () -> {
                                    try {
                                        sleepForever();
                                    } finally {
                                        sleep(100);
                                        Weft.checkpoint();
                                        Weft.checkCancelled();
                                        log("cleaned up");
                                    }
                                }))
                .isEqualTo(STOPPED);
        assertThat(trace).containsExactly("cleaned up at 110", "ended at 110");
    }

    // rules 2: "`CancelledError extends Error`, final, a new object per delivery, with
    // `scope`, `reason`, `by`"
    @Test
    void everyDeliveryIsANewObject() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    List<Throwable> seen = new ArrayList<>();
                                    for (int i = 0; i < 2; i++) {
                                        g.start(() -> seen.add(thrownBy(Sim::sleepForever)));
                                    }
                                    sleep(1);
                                    g.cancel("both");
                                    turns(2);
                                    assertThat(seen).hasSize(2);
                                    assertThat(seen.get(0)).isNotSameAs(seen.get(1));
                                }));
    }

    // rules 2: "Five seconds of the loop's clock ... after delivery it is due again"
    @Test
    void aSwallowedRequestIsDueAgainAtEveryWaitAfterTheGraceAndIsReported() {
        try (Logged logged = Logged.open()) {
            assertThat(
                            cancelledAt10(
                                    () -> {
                                        swallowHere();
                                        sleep(4999);
                                        log("within the grace");
                                        for (int i = 0; i < 3; i++) {
                                            assertThat(thrownBy(() -> sleep(10)))
                                                    .isInstanceOf(CancelledError.class);
                                            log("due again");
                                        }
                                        sleepForever();
                                    }))
                    .isEqualTo(STOPPED);
            assertThat(trace)
                    .containsExactly(
                            "within the grace at 5009",
                            "due again at 5010",
                            "due again at 5010",
                            "due again at 5010",
                            "ended at 5010");
            assertThat(logged.messages())
                    .singleElement()
                    .asString()
                    .contains("task 'main/victim'", "stop", "5s");
            Throwable report = logged.failures().get(0);
            assertThat(report).isNotNull();
            assertThat(report.getSuppressed()[0].getStackTrace())
                    .anyMatch(f -> f.getMethodName().equals("swallowHere"));
        }
    }

    private static void swallowHere() {
        try {
            sleepForever();
        } catch (CancelledError swallowed) {
            return;
        }
    }

    // rules 2: "task, stack of the delivery and stack of the wait where it was still running
    // are reported"
    @Test
    void theReportShowsTheWaitWhereTheTaskStillWas() {
        try (Logged logged = Logged.open()) {
            cancelledAt10(
                    () -> {
                        swallowHere();
                        stuckHere();
                    });
            Throwable report = logged.failures().get(0);
            assertThat(report).isNotNull();
            assertThat(report.getMessage()).contains("in 'victim'");
            assertThat(report.getStackTrace()).anyMatch(f -> f.getMethodName().equals("stuckHere"));
        }
    }

    private static void stuckHere() {
        sleepForever();
    }

    @Test
    void aTaskThatUnwindsWithinTheGraceIsNotReported() {
        try (Logged logged = Logged.open()) {
            cancelledAt10(
                    () -> {
                        try {
                            sleepForever();
                        } finally {
                            sleep(4999);
                        }
                    });
            assertThat(logged.messages()).isEmpty();
        }
    }

    // rules 2: "Leaving the scope ends its request for ever"
    @Test
    void leavingTheScopeEndsItsRequestForEver() {
        Sim.run(
                () -> {
                    Weft.moveOnAfter(ms(1), CancellationTest::swallowHere);
                    sleep(100_000); // far beyond the grace
                    assertThat(millis()).isEqualTo(100_001);
                });
    }

    @Test
    void aTaskThatReturnsBeforeItsNextWaitKeepsItsValue() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Semaphore gate = new Semaphore(0);
                                    Task<String> task =
                                            g.start(
                                                    () -> {
                                                        gate.acquire();
                                                        return "value";
                                                    });
                                    sleep(1);
                                    gate.release(); // the wait has happened
                                    assertThat(task.cancel("too late")).isTrue();
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Success<>("value"));
                                }));
    }

    @Test
    void cancelSaysWhetherTheTaskHadEnded() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> task = g.start(() -> {});
                                    task.await();
                                    assertThat(task.cancel("late")).isFalse();
                                    assertThat(task.isDone()).isTrue();
                                }));
    }

    // rules 2: "A task cancelled before its first step runs to its first wait"
    @Test
    void aTaskCancelledBeforeItsFirstStepRunsToItsFirstWait() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> task =
                                            g.start(
                                                    () -> {
                                                        try {
                                                            log("began");
                                                            sleepForever();
                                                        } finally {
                                                            log("cleaned up");
                                                        }
                                                    });
                                    task.cancel("at once");
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("at once"));
                                }));
        assertThat(trace).containsExactly("began at 0", "cleaned up at 0");
    }

    @Test
    void aTaskMayCancelItself() {
        Sim.run(
                () ->
                        Weft.group(
                                g ->
                                        assertThat(
                                                        g.start(
                                                                        () -> {
                                                                            LoopTask.current()
                                                                                    .cancel("me");
                                                                            log("goes on");
                                                                            sleep(1);
                                                                            log("never");
                                                                        })
                                                                .outcome())
                                                .isEqualTo(new Outcome.Cancelled<>("me"))));
        assertThat(trace).containsExactly("goes on at 0");
    }

    // rules 2: "A wait looks for a due cancellation on entry, before any effect, also when it
    // could complete at once"
    @Test
    void aWaitLooksForARequestOnEntryBeforeAnyEffectAlsoIfItCouldCompleteAtOnce() {
        Sim.run(
                () -> {
                    Semaphore free = new Semaphore(1);
                    Weft.group(
                            g -> {
                                g.cancel("now");
                                assertThat(thrownBy(free::acquire))
                                        .isInstanceOf(CancelledError.class);
                            });
                    assertThat(free.available()).isEqualTo(1);
                });
    }

    // rules 2: "`release`, `tryX`, `cancel`, `set` never wait"
    @Test
    void releaseTryAndCancelNeverWaitAndNeverThrowACancellation() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Semaphore semaphore = new Semaphore(1);
                                    g.cancel("now");
                                    assertThat(semaphore.tryAcquire()).isTrue();
                                    semaphore.release();
                                    g.cancel("again");
                                    assertThatThrownBy(Weft::checkCancelled)
                                            .isInstanceOf(CancelledError.class);
                                }));
    }

    @Test
    void checkpointIsACancellationPointToo() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.cancel("now");
                                    assertThatThrownBy(Weft::checkpoint)
                                            .isInstanceOf(CancelledError.class);
                                }));
    }

    // ---- several requests

    // rules 2: "Of several pending the outermost scope's is thrown"
    @Test
    void ofSeveralPendingTheOutermostScopesIsThrown() {
        assertThat(
                        cancelledAt10(
                                () -> {
                                    try {
                                        Weft.timeout(
                                                ms(10), // at the same instant
                                                () ->
                                                        Weft.group(
                                                                g -> {
                                                                    g.background(
                                                                            () -> {
                                                                                sleep(10);
                                                                                g.cancel("g");
                                                                            });
                                                                    sleepForever();
                                                                }));
                                        log("never");
                                    } catch (TimeoutException e) {
                                        log("never");
                                    }
                                }))
                .isEqualTo(STOPPED);
    }

    // rules 2: "A further request ... is pending on its own and interrupts clean-up too"
    @Test
    void aFurtherRequestFromAnOuterScopeInterruptsCleanUpToo() {
        assertThat(
                        cancelledAt10(
                                () -> {
                                    try {
                                        Weft.timeout(
                                                ms(5),
                                                () -> {
                                                    try {
                                                        sleepForever();
                                                    } finally {
                                                        log("clean-up begins");
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            log("and is cancelled");
                                                        }
                                                    }
                                                });
                                    } finally {
                                        log("left");
                                    }
                                }))
                .isEqualTo(STOPPED);
        assertThat(trace)
                .containsExactly(
                        "clean-up begins at 5",
                        "and is cancelled at 10",
                        "left at 10",
                        "ended at 10");
    }

    @Test
    void aSecondCancelOfTheTaskInterruptsItsCleanUp() {
        Outcome<@Nullable Void> end =
                after10(
                        () -> {
                            try {
                                sleepForever();
                            } finally {
                                try {
                                    sleep(1000);
                                } finally {
                                    log("clean-up cut short");
                                }
                            }
                        },
                        task -> {
                            task.cancel("stop");
                            sleep(20);
                            assertThat(task.cancel("now!")).isTrue();
                        });
        assertThat(end).isInstanceOf(Outcome.Cancelled.class);
        assertThat(trace).containsExactly("clean-up cut short at 30", "ended at 30");
    }

    @Test
    void aSecondCancelReachesTheCleanUpOfItsChildrenToo() {
        Outcome<@Nullable Void> end =
                after10(
                        () ->
                                Weft.group(
                                        g ->
                                                g.start(
                                                        () -> {
                                                            try {
                                                                sleepForever();
                                                            } finally {
                                                                sleep(1000);
                                                            }
                                                        })),
                        task -> {
                            task.cancel("stop");
                            sleep(20);
                            task.cancel("now!");
                        });
        assertThat(end).isInstanceOf(Outcome.Cancelled.class);
        assertThat(trace).containsExactly("ended at 30");
    }

    @Test
    void aSecondCancelBeforeTheFirstArrivedIsTheSameRequest() {
        Outcome<@Nullable Void> end =
                after10(
                        () -> {
                            try {
                                sleepForever();
                            } finally {
                                sleep(100);
                            }
                        },
                        task -> {
                            task.cancel("stop");
                            task.cancel("and again");
                        });
        assertThat(end).isEqualTo(STOPPED);
        assertThat(trace).containsExactly("ended at 110");
    }

    // rules 2: "When the exit of a group or scope replaces an outer scope's cancellation by
    // a failure"
    @Test
    void theRequestOfAnOuterScopeReplacedByAFailureArrivesAnew() {
        assertThat(
                        cancelledAt10(
                                () -> {
                                    try {
                                        Weft.group(
                                                g -> {
                                                    g.start(CancellationTest::failsInCleanUp);
                                                    sleepForever();
                                                });
                                    } catch (IllegalStateException e) {
                                        log("failure");
                                    }
                                    sleepForever();
                                }))
                .isEqualTo(STOPPED);
        assertThat(trace).containsExactly("failure at 10", "ended at 10");
    }

    @Test
    void theRequestReplacedByAFailureInterruptsAWaitOfTheJdkToo() {
        assertThat(
                        cancelledAt10(
                                () -> {
                                    try {
                                        Weft.group(
                                                g -> {
                                                    g.start(CancellationTest::failsInCleanUp);
                                                    sleepForever();
                                                });
                                    } catch (IllegalStateException e) {
                                        log("failure");
                                    }
                                    new LinkedBlockingQueue<String>().take();
                                }))
                .isEqualTo(STOPPED);
        assertThat(trace).containsExactly("failure at 10", "ended at 10");
    }

    private static void failsInCleanUp() {
        try {
            sleepForever();
        } finally {
            throwUnchecked();
        }
    }

    private static void throwUnchecked() {
        throw new IllegalStateException("in clean-up");
    }

    // ---- identity

    // rules 2: "A CancelledError whose scope does not enclose the task, or has ended, is a
    // failure (IllegalStateException with it as cause)"
    @Test
    void aKeptCancelledErrorOfAnEndedScopeIsAFailure() {
        CancelledError[] kept = new CancelledError[1];
        Throwable thrown =
                failureOf(
                        () -> {
                            Weft.moveOnAfter(
                                    ms(1),
                                    () -> kept[0] = (CancelledError) thrownBy(Sim::sleepForever));
                            throw kept[0];
                        });
        assertThat(thrown)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("timeout of 1ms")
                .hasCause(kept[0]);
    }

    // rules 2: "A `CancelledError` whose scope does not enclose the task"
    @Test
    void aCancelledErrorOfAScopeThatDoesNotEncloseTheTaskIsAFailure() {
        CancelledError[] stolen = new CancelledError[1];
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            Task<@Nullable Void> other =
                                                    g.start(
                                                            () -> {
                                                                stolen[0] =
                                                                        (CancelledError)
                                                                                thrownBy(
                                                                                        Sim
                                                                                                ::sleepForever);
                                                                throw stolen[0];
                                                            });
                                            sleep(1);
                                            other.cancel("stop");
                                            other.outcome();
                                            throw stolen[0];
                                        }));
        assertThat(thrown).isInstanceOf(IllegalStateException.class).hasCause(stolen[0]);
    }

    @Test
    void aStaleCancelledErrorIsNotAbsorbedByAnotherExpiredTimeout() {
        Throwable thrown =
                failureOf(
                        () -> {
                            CancelledError[] kept = new CancelledError[1];
                            Weft.moveOnAfter(
                                    ms(1),
                                    () -> kept[0] = (CancelledError) thrownBy(Sim::sleepForever));
                            Weft.timeout(
                                    ms(1),
                                    () -> {
                                        thrownBy(Sim::sleepForever);
                                        throw kept[0];
                                    });
                        });
        assertThat(thrown).isInstanceOf(IllegalStateException.class);
    }

    // rules 2: "An exception that leaves a scope counts as that scope's cancellation if its
    // cause chain holds"
    @Test
    void aWrappedCancellationIsStillTheCancellation() {
        List<java.util.function.Function<CancelledError, Throwable>> wrappers =
                List.of(
                        CompletionException::new,
                        RuntimeException::new,
                        InvocationTargetException::new,
                        e -> new IllegalStateException(new RuntimeException(e)));
        for (var wrapper : wrappers) {
            assertThat(
                            cancelledAt10(
                                    () -> {
                                        try {
                                            sleepForever();
                                        } catch (CancelledError e) {
                                            throw Throwing.sneaky(wrapper.apply(e));
                                        }
                                    }))
                    .isEqualTo(STOPPED);
        }
    }

    @Test
    void aCancellationThroughAFutureTaskIsStillTheCancellation() {
        assertThat(
                        cancelledAt10(
                                () -> {
                                    FutureTask<@Nullable Void> future =
                                            new FutureTask<>(Sim::sleepForever, null);
                                    future.run();
                                    future.get();
                                }))
                .isEqualTo(STOPPED);
    }

    // rules 3: "Another task's cancellation reaches an awaiter as CancellationException and is
    // an ordinary failure from there on"
    @Test
    void anotherTasksCancellationIsAnOrdinaryFailureForWhoAwaitsIt() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            Task<@Nullable Void> task =
                                                    g.start("child", Sim::sleepForever);
                                            sleep(1);
                                            task.cancel("enough");
                                            task.await();
                                        }));
        assertThat(thrown)
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("task 'child' was cancelled: enough");
    }

    // ---- interrupts

    private final LinkedBlockingQueue<String> never = new LinkedBlockingQueue<>();

    // rules 2: "a request interrupts a task unless it is inside a wait of Weft's"
    @Test
    void aTaskInThreadSleepIsInterrupted() {
        assertThat(
                        cancelledAt10(
                                () -> {
                                    try {
                                        Thread.sleep(Long.MAX_VALUE);
                                    } finally {
                                        log("unwinds");
                                    }
                                }))
                .isEqualTo(STOPPED);
        assertThat(trace).containsExactly("unwinds at 10", "ended at 10");
    }

    // rules 2: "A request interrupts a task unless it is inside a wait of Weft's"
    @Test
    void aTaskInABlockingQueueIsInterrupted() {
        assertThat(
                        cancelledAt10(
                                () -> {
                                    InterruptedException e =
                                            (InterruptedException) thrownBy(never::take);
                                    sleep(5); // clean-up may wait: the request has been delivered
                                    log("cleaned up");
                                    throw e;
                                }))
                .isEqualTo(STOPPED);
        assertThat(trace).containsExactly("cleaned up at 15", "ended at 15");
    }

    @Test
    void aTimeoutAroundABlockingQueueIsATimeout() {
        Sim.run(
                () -> {
                    assertThatThrownBy(() -> Weft.timeout(ms(10), () -> never.take()))
                            .isInstanceOf(TimeoutException.class)
                            .hasCauseInstanceOf(InterruptedException.class);
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    sleep(1);
                });
    }

    // rules 2: "Where the request was delivered as an interrupt to that task, so do
    // `InterruptedException`"
    @Test
    void aWrappedInterruptIsTheTimeoutToo() {
        Sim.run(
                () ->
                        assertThatThrownBy(
                                        () ->
                                                Weft.timeout(
                                                        ms(10),
                                                        () -> {
                                                            try {
                                                                never.take();
                                                            } catch (InterruptedException e) {
                                                                throw new IllegalStateException(e);
                                                            }
                                                        }))
                                .isInstanceOf(TimeoutException.class));
    }

    // rules 2: "or the SocketException that the JDK throws then"
    @Test
    void aTaskReadingFromABlockingSocketIsInterrupted() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Sim.run(
                    () -> {
                        Throwable thrown =
                                thrownBy(
                                        () ->
                                                Weft.timeout(
                                                        ms(10),
                                                        () -> readFrom(server.getLocalPort())));
                        assertThat(thrown).isInstanceOf(TimeoutException.class);
                        sleep(1);
                    });
        }
    }

    private static void readFrom(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                InputStream in = socket.getInputStream()) {
            in.read();
        }
    }

    // rules 2: "An interrupt that Weft did not send counts as a cancellation of the task"
    @Test
    void anInterruptNotSentByWeftCancelsTheTask() {
        Outcome<@Nullable Void> end =
                after10(
                        () -> {
                            CancelledError e = (CancelledError) thrownBy(Sim::sleepForever);
                            assertThat(e.reason()).contains("interrupted");
                            throw e;
                        },
                        task -> ((LoopTask<?>) task).thread.interrupt());
        assertThat(end).isInstanceOf(Outcome.Cancelled.class);
        assertThat(trace).containsExactly("ended at 10");
    }

    @Test
    void anInterruptedExceptionThatWeftDidNotCauseIsAFailure() {
        InterruptedException own = new InterruptedException("thrown by hand");
        Throwable thrown =
                failureOf(
                        () -> {
                            throw own;
                        });
        assertThat(thrown).isSameAs(own);
    }

    @Test
    void aForeignInterruptOfAFinishedWaitShowsAtTheNextWait() {
        Outcome<@Nullable Void> end =
                after10(
                        () -> {
                            Thread.currentThread().interrupt();
                            log("still running");
                            sleep(1);
                            log("never");
                        },
                        task -> {});
        assertThat(end).isInstanceOf(Outcome.Cancelled.class);
        assertThat(trace).containsExactly("still running at 0", "ended at 10");
    }

    @Test
    void anInterruptThatALockDidNotHeedIsClearedByTheNextWaitWhichThrows() {
        ReentrantLock lock = new ReentrantLock();
        Sim.run(
                () -> {
                    lock.lock();
                    Weft.group(
                            g -> {
                                g.start(
                                        () -> {
                                            sleep(20);
                                        });
                                Task<@Nullable Void> task =
                                        g.start(
                                                () -> {
                                                    lock.lock(); // uninterruptible
                                                    log("has the lock");
                                                    assertThat(
                                                                    Thread.currentThread()
                                                                            .isInterrupted())
                                                            .isTrue();
                                                    try {
                                                        sleep(1);
                                                    } finally {
                                                        assertThat(
                                                                        Thread.currentThread()
                                                                                .isInterrupted())
                                                                .isFalse();
                                                        sleep(5);
                                                        log("cleaned up");
                                                    }
                                                });
                                sleep(10);
                                task.cancel("stop");
                                sleep(10);
                                lock.unlock();
                                assertThat(task.outcome())
                                        .isEqualTo(new Outcome.Cancelled<>("stop"));
                            });
                });
        assertThat(trace).containsExactly("has the lock at 20", "cleaned up at 25");
    }

    @Test
    void anInterruptOfWeftsStillThereAtAGroupsEndIsNotTakenForAForeignOne() {
        ReentrantLock lock = new ReentrantLock();
        Sim.run(
                () -> {
                    Weft.group(
                            g -> {
                                lock.lock();
                                Task<String> task =
                                        g.start(
                                                () -> {
                                                    try {
                                                        Weft.timeout(
                                                                ms(10),
                                                                () -> groupThatEndsUnder(lock));
                                                    } catch (TimeoutException e) {
                                                        log("timed out");
                                                    }
                                                    sleep(10); // nothing cancels the task itself
                                                    return "fine";
                                                });
                                sleep(20);
                                lock.unlock();
                                assertThat(task.outcome()).isEqualTo(new Outcome.Success<>("fine"));
                            });
                });
        assertThat(trace).containsExactly("timed out at 30");
    }

    private static void groupThatEndsUnder(ReentrantLock lock) {
        Weft.group(
                g -> {
                    g.start(
                            () -> {
                                try {
                                    sleepForever();
                                } finally {
                                    sleep(20);
                                }
                            });
                    lock.lock(); // interrupted meanwhile, without heeding it
                    lock.unlock();
                });
    }

    // rules 2: "The flag is cleared on delivery, on entry of a Weft wait and on leaving the
    // scope"
    @Test
    void theFlagIsClearedWhenTheScopeIsLeftWithoutAnotherWait() {
        ReentrantLock lock = new ReentrantLock();
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    lock.lock();
                                    Task<String> task =
                                            g.start(
                                                    () -> {
                                                        Weft.moveOnAfter(
                                                                ms(10),
                                                                () -> {
                                                                    lock.lock();
                                                                    lock.unlock();
                                                                });
                                                        assertThat(
                                                                        Thread.currentThread()
                                                                                .isInterrupted())
                                                                .isFalse();
                                                        sleep(1);
                                                        return "fine";
                                                    });
                                    sleep(20);
                                    lock.unlock();
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Success<>("fine"));
                                }));
    }

    @Test
    void aRequestDeliveredAsAnInterruptIsDueAgainAfterTheGraceToo() {
        try (Logged logged = Logged.open()) {
            assertThat(
                            cancelledAt10(
                                    () -> {
                                        thrownBy(never::take); // swallowed
                                        sleep(1000);
                                        log("within the grace");
                                        never.take();
                                    }))
                    .isEqualTo(STOPPED);
            assertThat(logged.messages()).hasSize(1);
            assertThat(trace).first().isEqualTo("within the grace at 1010");
        }
    }

    @Test
    void aTaskThatYieldsInTheMiddleOfFastWaitsDoesNotMissItsRequest() {
        Semaphore free = new Semaphore(1_000_000);
        Semaphore none = new Semaphore(0);
        for (int fast = 120; fast < 140; fast++) {
            int n = fast;
            Sim.run(
                    () ->
                            Weft.group(
                                    g -> {
                                        Task<@Nullable Void> task =
                                                g.start(
                                                        () -> {
                                                            for (int i = 0; i < n; i++) {
                                                                new Semaphore(1).acquire();
                                                            }
                                                            new Semaphore(0).acquire();
                                                        });
                                        Weft.checkpoint();
                                        task.cancel("stop");
                                        assertThat(task.outcome())
                                                .isEqualTo(new Outcome.Cancelled<>("stop"));
                                        assertThat(millis()).isZero();
                                    }));
        }
        assertThat(free.available()).isEqualTo(1_000_000);
        assertThat(none.available()).isZero();
    }

    // ---- foreign tasks

    // rules 2: "Virtual threads that inherit the loop though Weft did not start them"
    @Test
    void aVirtualThreadThatInheritedTheLoopMayWaitWithWeftsApi() throws Exception {
        Sim.run(
                () -> {
                    Semaphore gate = new Semaphore(0);
                    Thread foreign =
                            Thread.ofVirtual()
                                    .name("foreign")
                                    .start(
                                            () -> {
                                                gate.acquire();
                                                sleep(10);
                                                log("foreign thread done");
                                            });
                    sleep(5);
                    gate.release();
                    foreign.join();
                });
        assertThat(trace).containsExactly("foreign thread done at 15");
    }

    @Test
    void anExecutorOfVirtualThreadsRunsOnTheLoop() throws Exception {
        Sim.run(
                () -> {
                    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                        Loop here = Loop.current();
                        var future =
                                executor.submit(
                                        () -> {
                                            sleep(10);
                                            return Loop.current() == here;
                                        });
                        assertThat(future.get()).isTrue();
                    }
                    assertThat(millis()).isEqualTo(10);
                });
    }

    @Test
    void foreignTasksAreCancelledWhenTheProgramEnds() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Thread.ofVirtual()
                                .name("left behind")
                                .start(
                                        () -> {
                                            thrownBy(Sim::sleepForever);
                                            log("cancelled");
                                        });
                        sleep(10);
                    });
            assertThat(trace).containsExactly("cancelled at 10");
            assertThat(logged.messages()).isEmpty();
        }
    }

    // rules 2: "`ClosedByInterruptException` and `InterruptedIOException`"
    @Test
    void anUncheckedIoExceptionOfAnInterruptedChannelCountsAsItsCancellation() {
        assertThat(
                        cancelledAt10(
                                () -> {
                                    try {
                                        never.take();
                                    } catch (InterruptedException e) {
                                        throw new UncheckedIOException(
                                                new java.nio.channels.ClosedByInterruptException());
                                    }
                                }))
                .isEqualTo(STOPPED);
    }

    @Test
    void cancellingFromAnotherThreadArrivesToo() throws Exception {
        LoopTask<?>[] victim = new LoopTask<?>[1];
        LinkedBlockingQueue<String> ready = new LinkedBlockingQueue<>();
        Thread other =
                Thread.ofPlatform()
                        .name("outsider")
                        .start(
                                () -> {
                                    try {
                                        ready.take();
                                    } catch (InterruptedException e) {
                                        throw new AssertionError(e);
                                    }
                                    victim[0].cancel("from outside");
                                });
        CancelledError[] seen = new CancelledError[1];
        Weft.run(
                () ->
                        Weft.group(
                                g ->
                                        g.start(
                                                () -> {
                                                    victim[0] = LoopTask.current();
                                                    ready.add("go");
                                                    seen[0] =
                                                            (CancelledError)
                                                                    thrownBy(Sim::sleepForever);
                                                })));
        other.join();
        assertThat(seen[0].by()).isEqualTo("outsider");
        assertThat(seen[0].reason()).isEqualTo("from outside");
    }

    @Test
    void theTraceOfADeliveryIsTheWaitThatWasCancelled() {
        cancelledAt10(
                () -> {
                    Throwable e = thrownBy(CancellationTest::stuckHere);
                    assertThat(Arrays.stream(e.getStackTrace()).map(f -> f.getMethodName()))
                            .contains("stuckHere");
                    throw Throwing.sneaky(e);
                });
    }

    @Test
    void cleanUpInTheSameTurnForAllOfALargeTree() {
        Sim.run(
                () -> {
                    int[] ended = new int[1];
                    Weft.group(
                            g -> {
                                for (int i = 0; i < 10; i++) {
                                    g.start(() -> tree(3, ended));
                                }
                                sleep(s(1).toMillis());
                                g.cancel("all");
                            });
                    assertThat(ended[0]).isEqualTo(10 * (1 + 3 + 9 + 27));
                    assertThat(millis()).isEqualTo(1000);
                });
    }

    private static void tree(int depth, int[] ended) {
        try {
            if (depth == 0) {
                sleepForever();
            }
            Weft.group(
                    g -> {
                        for (int i = 0; i < 3; i++) {
                            g.start(() -> tree(depth - 1, ended));
                        }
                    });
        } finally {
            ended[0]++;
        }
    }

    @Test
    void anErrorThrownInPlaceOfTheCancellationIsTheTasksFailure() {
        AssertionError error = new AssertionError("in clean-up");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            Task<@Nullable Void> task =
                                                    g.start(
                                                            () -> {
                                                                try {
                                                                    sleepForever();
                                                                } catch (CancelledError e) {
                                                                    throw error;
                                                                }
                                                            });
                                            sleep(1);
                                            task.cancel("stop");
                                        }));
        assertThat(thrown).isSameAs(error);
    }

    @Test
    void aTaskThatWaitsForAnotherIsCancelledAloneAndCancellingBothIsBoth() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> inner = g.start(Sim::sleepForever);
                                    Task<@Nullable Void> outer = g.start(() -> inner.await());
                                    Task<@Nullable Void> other = g.start(() -> inner.await());
                                    sleep(1);
                                    outer.cancel("outer");
                                    sleep(1);
                                    assertThat(inner.isDone()).isFalse();
                                    inner.cancel("inner");
                                    other.cancel("other");
                                    assertThat(inner.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("inner"));
                                    assertThat(outer.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("outer"));
                                    assertThat(other.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("other"));
                                }));
    }
}

package dev.weft;

import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Queue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * What issues of CPython report about cancellation in asyncio, and what Weft does in the same
 * places. The counter bugs in their shortest form are in {@link TimeoutTest}.
 */
class CpythonIssuesTest {
    private final List<String> trace = new ArrayList<>();

    private void log(String what) {
        trace.add(what + " at " + millis());
    }

    private static void fail(String message) throws IOException {
        throw new IOException(message);
    }

    private static void failUnchecked(String message) {
        throw new IllegalStateException(message);
    }

    // ---- counters that cannot tell who cancelled

    @Test
    void cpython134471_aRequestThatComesWhileAZeroTimeoutIsPendingIsNotTakenForIt() {
        for (boolean timeoutFirst : new boolean[] {true, false}) {
            Sim.run(
                    () ->
                            Weft.group(
                                    g -> {
                                        Task<?>[] victim = new Task<?>[1];
                                        victim[0] =
                                                g.start(
                                                        () -> {
                                                            if (!timeoutFirst) {
                                                                victim[0].cancel("stop");
                                                            }
                                                            Weft.timeout(
                                                                    Duration.ZERO,
                                                                    () -> {
                                                                        if (timeoutFirst) {
                                                                            victim[0].cancel(
                                                                                    "stop");
                                                                        }
                                                                        sleep(1);
                                                                    });
                                                        });
                                        assertThat(victim[0].outcome())
                                                .isEqualTo(new Outcome.Cancelled<>("stop"));
                                    }));
        }
    }

    @Test
    void cpython155433_aGroupCancelledByHandDoesNotSwallowAnOuterTimeoutDuringItsJoin() {
        Sim.run(
                () -> {
                    assertThatThrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(500),
                                                    () ->
                                                            Weft.group(
                                                                    g -> {
                                                                        g.start(
                                                                                () -> {
                                                                                    try {
                                                                                        sleepForever();
                                                                                    } finally {
                                                                                        sleep(1000);
                                                                                    }
                                                                                });
                                                                        sleep(100);
                                                                        g.cancel("enough");
                                                                    })))
                            .isInstanceOf(TimeoutException.class);
                    assertThat(millis()).isEqualTo(500);
                });
    }

    @Test
    void cpython155433_norOneThatComesInTheSameInstant() {
        Sim.run(
                () ->
                        assertThatThrownBy(
                                        () ->
                                                Weft.timeout(
                                                        ms(100),
                                                        () ->
                                                                Weft.group(
                                                                        g -> {
                                                                            g.start(
                                                                                    () -> {
                                                                                        sleep(100);
                                                                                        g.cancel(
                                                                                                "enough");
                                                                                    });
                                                                            sleepForever();
                                                                        })))
                                .isInstanceOf(TimeoutException.class));
    }

    @Test
    void cpython95289_aBodyThatReplacesTheGroupsCancellationLeavesNoRequestBehind() {
        Sim.run(
                () -> {
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            Weft.group(
                                                    g -> {
                                                        g.start(() -> fail("child"));
                                                        try {
                                                            sleepForever();
                                                        } catch (CancelledError e) {
                                                            fail("body");
                                                        }
                                                    }));
                    assertThat(thrown).hasMessage("child");
                    assertThat(thrown.getSuppressed())
                            .singleElement()
                            .satisfies(t -> assertThat(t).hasMessage("body"));
                    sleep(10); // not cancelled
                    assertThatThrownBy(() -> Weft.timeout(ms(5), Sim::sleepForever))
                            .isInstanceOf(TimeoutException.class);
                    assertThat(millis()).isEqualTo(15);
                });
    }

    @Test
    void cpython116720_anInnerGroupsFailureDoesNotSwallowTheOuterGroupsRequest() {
        Throwable thrown =
                Sim.failureOf(
                        () ->
                                Weft.group(
                                        outer -> {
                                            outer.start(() -> fail("outer"));
                                            try {
                                                Weft.group(
                                                        inner ->
                                                                inner.start(
                                                                        CpythonIssuesTest
                                                                                ::failsInCleanUp));
                                            } catch (IllegalStateException dealtWith) {
                                                log("inner failure dealt with");
                                            }
                                            sleepForever();
                                            log("never");
                                        }));
        assertThat(thrown).hasMessage("outer");
        assertThat(trace).containsExactly("inner failure dealt with at 0");
    }

    private static void failsInCleanUp() {
        try {
            sleepForever();
        } catch (CancelledError e) {
            failUnchecked("inner");
        }
    }

    @Test
    void cpython102780_aTimeoutInTheCleanUpOfACancellationIsATimeout() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> task =
                                            g.start(
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            assertThatThrownBy(
                                                                            () ->
                                                                                    Weft.timeout(
                                                                                            ms(20),
                                                                                            Sim
                                                                                                    ::sleepForever))
                                                                    .isInstanceOf(
                                                                            TimeoutException.class);
                                                            log("timed out");
                                                        }
                                                    });
                                    sleep(10);
                                    task.cancel("stop");
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                }));
        assertThat(trace).containsExactly("timed out at 30");
    }

    // ---- races of wait_for

    @Test
    void cpython86296_aRequestInTheInstantOfTheResultIsNeitherSwallowedNorCostsTheResult() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<?>[] victim = new Task<?>[1];
                                    Task<String> inner =
                                            g.start(
                                                    () -> {
                                                        sleep(10);
                                                        return "result";
                                                    });
                                    victim[0] =
                                            g.start(
                                                    () -> {
                                                        log(
                                                                Weft
                                                                        .<String, RuntimeException>
                                                                                timeout(
                                                                                        s(1),
                                                                                        () ->
                                                                                                inner
                                                                                                        .await()));
                                                        sleep(1);
                                                        log("never");
                                                    });
                                    inner.outcome();
                                    victim[0].cancel("in the same turn");
                                    assertThat(victim[0].outcome())
                                            .isInstanceOf(Outcome.Cancelled.class);
                                }));
        assertThat(trace).containsExactly("result at 10");
    }

    @Test
    void cpython107547_aRequestBeforeTheDeadlineInTheSameTurnIsNoTimeout() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<?>[] victim = new Task<?>[1];
                                    g.start(
                                            () -> {
                                                sleep(10);
                                                victim[0].cancel("stop");
                                            });
                                    victim[0] =
                                            g.start(
                                                    () -> {
                                                        try {
                                                            Weft.timeout(ms(10), Sim::sleepForever);
                                                        } catch (TimeoutException e) {
                                                            log("timed out");
                                                            sleepForever();
                                                        }
                                                    });
                                    assertThat(victim[0].outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                }));
        assertThat(trace).isEmpty();
    }

    @Test
    void cpython28149_innerAndOuterDeadlineAndTheResultInOneInstantLoseNothing() {
        Queue<String> queue = new Queue<>(1);
        List<String> got = new ArrayList<>();
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.start(
                                            () -> {
                                                sleep(10);
                                                queue.put("element");
                                            });
                                    Weft.moveOnAfter(
                                            ms(10),
                                            () ->
                                                    Weft.moveOnAfter(
                                                            ms(10), () -> got.add(queue.get())));
                                    sleep(1);
                                    queue.tryGet().ifPresent(got::add);
                                }));
        assertThat(got).containsExactly("element");
    }

    // ---- a result lost when a cancellation meets it (AnyIO's why.rst)

    @Test
    void anElementHandedOverInTheTurnOfTheRequestIsNotLost() {
        Queue<String> queue = new Queue<>(1);
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> victim =
                                            g.start(
                                                    () -> {
                                                        log(queue.get());
                                                        Weft.checkCancelled();
                                                        log("never");
                                                    });
                                    turns(2);
                                    queue.put("element");
                                    victim.cancel("right after");
                                }));
        assertThat(trace).containsExactly("element at 0");
    }

    @Test
    void aValueReturnedWithARequestPendingIsTheTasksValue() {
        Sim.run(
                () -> {
                    Task<String> task =
                            Weft.background(
                                    () -> {
                                        Task.current().cancel("just before it returns");
                                        return "value";
                                    });
                    assertThat(task.outcome()).isEqualTo(new Outcome.Success<>("value"));
                });
    }

    // ---- a task cancelled before it has begun (AnyIO's why.rst)

    @Test
    void whatATaskCancelledBeforeItsFirstStepWasHandedIsCleanedUp() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    AutoCloseable handed = () -> log("closed");
                                    Task<@Nullable Void> task =
                                            g.start(
                                                    () -> {
                                                        try (handed) {
                                                            sleepForever();
                                                        }
                                                    });
                                    task.cancel("before its first step");
                                }));
        assertThat(trace).containsExactly("closed at 0");
    }

    // ---- gather, shield, groups

    // C8: cpython 75633, 76935
    @Test
    void cpython75633_gatherLeavesNothingRunningAndDropsNoFailure() {
        Throwable thrown =
                Sim.failureOf(
                        () ->
                                Weft.gather(
                                        () -> fail("first"),
                                        () -> {
                                            try {
                                                sleepForever();
                                            } finally {
                                                sleep(10);
                                                log("cleaned up");
                                                fail("second");
                                            }
                                        }));
        assertThat(thrown).hasMessage("first");
        assertThat(thrown.getSuppressed())
                .singleElement()
                .satisfies(t -> assertThat(t).hasMessage("second"));
        assertThat(trace).containsExactly("cleaned up at 10");
    }

    // C9: sqlalchemy 8516
    @Test
    void aShieldOrphansNoWorkItsCallerWaitsForIt() {
        Sim.run(
                () -> {
                    Weft.moveOnAfter(
                            ms(10),
                            () ->
                                    Weft.shield(
                                            s(1),
                                            () -> {
                                                sleep(50);
                                                log("committed");
                                            }));
                    log("moved on");
                });
        assertThat(trace).containsExactly("committed at 50", "moved on at 50");
    }

    // C26: anyio 668
    @Test
    void aSingleFailureIsThrownAsItselfHoweverDeepTheGroups() {
        IOException failure = new IOException("x");
        Throwable thrown =
                Sim.failureOf(
                        () ->
                                Weft.group(
                                        a ->
                                                a.start(
                                                        () ->
                                                                Weft.group(
                                                                        b ->
                                                                                b.start(
                                                                                        () ->
                                                                                                Weft
                                                                                                        .group(
                                                                                                                c -> {
                                                                                                                    throw failure;
                                                                                                                }))))));
        assertThat(thrown).isSameAs(failure).hasNoSuppressedExceptions();
    }

    // C32: cpython 108951
    @Test
    void cpython108951_aGroupCanBeCancelledAnyNumberOfTimesAndAfterItsEnd() {
        Sim.run(
                () -> {
                    List<Group> kept = new ArrayList<>();
                    Weft.group(
                            g -> {
                                kept.add(g);
                                g.start(Sim::sleepForever);
                                assertThat(g.cancel("once")).isTrue();
                                assertThat(g.cancel("twice")).isTrue();
                                sleepForever();
                            });
                    assertThat(kept.getFirst().cancel("after its end")).isFalse();
                    sleep(1);
                });
    }

    // ---- what a scope's exit replaces arrives anew

    // rules 2: "When the exit of a group or scope replaces an outer scope's cancellation by a
    // failure, that request becomes pending again and arrives at the next wait"
    @Test
    void anOuterRequestThatATimeoutReplacedArrivesAnew() {
        cancelledAt10(
                () -> {
                    try {
                        Weft.timeout(
                                ms(15),
                                () -> {
                                    try {
                                        sleepForever(); // the task's request comes at 10
                                    } finally {
                                        sleepForever(); // the deadline's at 15
                                    }
                                });
                    } catch (TimeoutException e) {
                        log("timed out");
                    }
                    sleepForever();
                });
        assertThat(trace).containsExactly("timed out at 15", "ended at 15");
    }

    @Test
    void oneThatMoveOnAfterReplacedByNothingArrivesAnewToo() {
        cancelledAt10(
                () -> {
                    boolean done =
                            Weft.moveOnAfter(
                                    ms(15),
                                    () -> {
                                        try {
                                            sleepForever();
                                        } finally {
                                            sleepForever();
                                        }
                                    });
                    log("moved on, " + done);
                    sleepForever();
                });
        assertThat(trace).containsExactly("moved on, false at 15", "ended at 15");
    }

    @Test
    void oneThatAGroupsOwnRequestReplacedArrivesAnewToo() {
        cancelledAt10(
                () -> {
                    try {
                        Weft.group(
                                g -> {
                                    g.start(
                                            () ->
                                                    Weft.shield(
                                                            s(1),
                                                            () -> {
                                                                sleep(15);
                                                                failUnchecked("child");
                                                            }));
                                    try {
                                        sleepForever();
                                    } finally {
                                        sleepForever();
                                    }
                                });
                    } catch (IllegalStateException e) {
                        log("child failed");
                    }
                    sleepForever();
                });
        assertThat(trace).containsExactly("child failed at 15", "ended at 15");
    }

    @Test
    void aTimeoutInCleanUpDoesNotCallBackTheRequestThatWasDeliveredBeforeIt() {
        cancelledAt10(
                () -> {
                    try {
                        sleepForever();
                    } finally {
                        Weft.moveOnAfter(ms(5), Sim::sleepForever);
                        sleep(5);
                        log("cleaned up");
                    }
                });
        assertThat(trace).containsExactly("cleaned up at 20", "ended at 20");
    }

    @Test
    void norIfItWasDeliveredAsAnInterrupt() {
        cancelledAt10(
                () -> {
                    try {
                        Thread.sleep(1000);
                    } finally {
                        Weft.moveOnAfter(ms(5), Sim::sleepForever);
                        sleep(5);
                        log("cleaned up");
                    }
                });
        assertThat(trace).containsExactly("cleaned up at 20", "ended at 20");
    }

    private void cancelledAt10(Action<?> body) {
        try (Logged quiet = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.group(
                                    g -> {
                                        Task<@Nullable Void> victim = g.start(body);
                                        sleep(10);
                                        victim.cancel("stop");
                                        assertThat(victim.outcome())
                                                .isEqualTo(new Outcome.Cancelled<>("stop"));
                                        log("ended");
                                    }));
            assertThat(quiet.messages()).isEmpty();
        }
    }
}

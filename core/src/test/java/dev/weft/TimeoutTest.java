package dev.weft;

import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

class TimeoutTest {
    private final List<String> trace = new ArrayList<>();

    @Test
    void aBodyThatIsFastEnoughGivesItsValueAndLeavesNoTimer() throws Exception {
        Sim.run(
                () -> {
                    String value =
                            Weft.timeout(
                                    s(1),
                                    () -> {
                                        sleep(999);
                                        return "value";
                                    });
                    assertThat(value).isEqualTo("value");
                    assertThat(Loop.current().timers.isEmpty()).isTrue();
                });
    }

    // rules 2: "Its own cancellation gives TimeoutException with the `CancelledError` as cause"
    @Test
    void aBodyThatIsTooSlowGivesTimeoutExceptionWithTheLineThatWaitedAsCause() {
        Sim.run(
                () -> {
                    Throwable thrown =
                            thrownBy(() -> Weft.timeout(ms(1500), TimeoutTest::waitsHere));
                    assertThat(thrown)
                            .isInstanceOf(TimeoutException.class)
                            .hasMessage("timed out after 1.5s");
                    assertThat(thrown.getCause()).isInstanceOf(CancelledError.class);
                    CancelledError cause = (CancelledError) requireNonNull(thrown.getCause());
                    assertThat(cause.getStackTrace())
                            .anyMatch(f -> f.getMethodName().equals("waitsHere"));
                    assertThat(cause.by()).isEqualTo("deadline");
                    assertThat(millis()).isEqualTo(1500);
                });
    }

    private static void waitsHere() {
        sleepForever();
    }

    @Test
    void aBodyIsNotCancelledTwiceAndGoesOnAfterwards() {
        Sim.run(
                () -> {
                    assertThatThrownBy(() -> Weft.timeout(ms(10), Sim::sleepForever))
                            .isInstanceOf(TimeoutException.class);
                    sleep(10);
                    Weft.checkCancelled();
                    assertThat(millis()).isEqualTo(20);
                });
    }

    // rules 2: "Leaving `timeout` after its deadline fired: a value gives the value"
    @Test
    void aValueGivenAfterTheDeadlineIsTheValue() throws Exception {
        Sim.run(
                () -> {
                    String value =
                            Weft.timeout(
                                    ms(10),
                                    () -> {
                                        try {
                                            sleepForever();
                                        } catch (CancelledError e) {
                                            return "all the same";
                                        }
                                        return "never";
                                    });
                    assertThat(value).isEqualTo("all the same");
                    sleep(1);
                });
    }

    // rules 2: "Any other exception, that one with the TimeoutException suppressed"
    @Test
    void anotherFailureAfterTheDeadlineIsThrownWithTheTimeoutSuppressed() {
        Sim.run(
                () -> {
                    IOException failure = new IOException("x");
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(10),
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } catch (CancelledError e) {
                                                            throw failure;
                                                        }
                                                    }));
                    assertThat(thrown).isSameAs(failure);
                    assertThat(thrown.getSuppressed())
                            .singleElement()
                            .isInstanceOf(TimeoutException.class);
                });
    }

    @Test
    void aFailureBeforeTheDeadlinePassesAsItIs() {
        Sim.run(
                () -> {
                    IOException failure = new IOException("x");
                    assertThat(
                                    thrownBy(
                                            () ->
                                                    Weft.timeout(
                                                            ms(10),
                                                            () -> {
                                                                throw failure;
                                                            })))
                            .isSameAs(failure)
                            .hasNoSuppressedExceptions();
                });
    }

    // rules 2: "the original is kept as cause"
    @Test
    void aWrappedCancellationOfTheDeadlineStillCountsAsTheTimeout() {
        Sim.run(
                () ->
                        assertThat(
                                        thrownBy(
                                                () ->
                                                        Weft.timeout(
                                                                ms(10),
                                                                () -> {
                                                                    try {
                                                                        sleepForever();
                                                                    } catch (CancelledError e) {
                                                                        throw new IOException(e);
                                                                    }
                                                                })))
                                .isInstanceOf(TimeoutException.class)
                                .hasCauseInstanceOf(IOException.class)
                                .hasRootCauseInstanceOf(CancelledError.class));
    }

    // rules 2: "`timeout(ZERO)` lets code up to its first suspension finish"
    @Test
    void zeroLetsCodeUpToItsFirstSuspensionFinish() throws Exception {
        Sim.run(
                () -> {
                    assertThat(
                                    Weft.<String, RuntimeException>timeout(
                                            Duration.ZERO,
                                            () -> {
                                                Weft.checkCancelled();
                                                return "did not wait";
                                            }))
                            .isEqualTo("did not wait");
                    assertThatThrownBy(() -> Weft.timeout(Duration.ZERO, () -> sleep(1)))
                            .isInstanceOf(TimeoutException.class);
                    assertThatThrownBy(() -> Weft.timeout(ms(-5), () -> sleep(1)))
                            .isInstanceOf(TimeoutException.class);
                    assertThat(millis()).isZero();
                });
    }

    @Test
    void zeroWithABareYieldIsNoticedAtTheWaitAfterIt() {
        Sim.run(
                () ->
                        assertThatThrownBy(
                                        () ->
                                                Weft.timeout(
                                                        Duration.ZERO,
                                                        () -> {
                                                            sleep(0);
                                                            sleep(0);
                                                            sleep(0);
                                                        }))
                                .isInstanceOf(TimeoutException.class));
    }

    // rules 2: "Deadlines are noticed by the turn's timers"
    @Test
    void aBodyThatNeverSuspendsIsNotTimedOut() throws Exception {
        Sim.run(
                new VirtualTime(1) {
                    private long calls;

                    @Override
                    public long nanoTime() {
                        return super.nanoTime() + 1_000_000 * calls++; // time passes while it runs
                    }
                },
                () -> {
                    assertThat(
                                    Weft.<String, RuntimeException>timeout(
                                            ms(1),
                                            () -> {
                                                for (int i = 0; i < 100; i++) {
                                                    Loop.current().nanoTime();
                                                    Weft.checkCancelled();
                                                }
                                                return "value";
                                            }))
                            .isEqualTo("value");
                    return null;
                });
    }

    @Test
    void aVeryLongLimitIsNoLimit() throws Exception {
        Sim.run(
                () -> {
                    Weft.timeout(Duration.ofSeconds(Long.MAX_VALUE), () -> sleep(10));
                    assertThat(millis()).isEqualTo(10);
                });
    }

    @Test
    void ofNestedTimeoutsTheInnerOneThatExpiresConvertsItsOwnOnly() throws Exception {
        Sim.run(
                () -> {
                    Weft.timeout(
                            ms(100),
                            () -> {
                                assertThatThrownBy(() -> Weft.timeout(ms(10), Sim::sleepForever))
                                        .isInstanceOf(TimeoutException.class)
                                        .hasMessageContaining("10ms");
                                sleep(10);
                            });
                    assertThat(millis()).isEqualTo(20);
                });
    }

    // rules 2: "Another scope's cancellation, that one"
    @Test
    void ofNestedTimeoutsTheOuterOneThatExpiresPassesThroughTheInner() {
        Sim.run(
                () ->
                        assertThatThrownBy(
                                        () ->
                                                Weft.timeout(
                                                        ms(10),
                                                        () -> {
                                                            Weft.timeout(
                                                                    ms(100), Sim::sleepForever);
                                                            trace.add("never");
                                                        }))
                                .isInstanceOf(TimeoutException.class)
                                .hasMessageContaining("10ms"));
        assertThat(trace).isEmpty();
    }

    @Test
    void ofTwoDeadlinesAtTheSameInstantTheOutermostIsThrown() {
        Sim.run(
                () ->
                        assertThatThrownBy(
                                        () ->
                                                Weft.timeout(
                                                        ms(10),
                                                        () -> {
                                                            try {
                                                                Weft.timeout(
                                                                        ms(10), Sim::sleepForever);
                                                            } finally {
                                                                trace.add("inner left");
                                                            }
                                                            trace.add("never");
                                                        }))
                                .isInstanceOf(TimeoutException.class)
                                .hasMessageContaining("10ms"));
        assertThat(trace).containsExactly("inner left");
    }

    @Test
    void bothDeadlinesPastWhileTheLoopWasBusyTheOutermostIsThrown() {
        Sim.run(
                () -> {
                    long before = Loop.current().nanoTime();
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(10),
                                                    () ->
                                                            Weft.timeout(
                                                                    ms(5),
                                                                    () -> {
                                                                        jump(ms(20));
                                                                        sleep(0);
                                                                        sleep(0);
                                                                    })));
                    assertThat(thrown).hasMessageContaining("10ms");
                    assertThat(Loop.current().nanoTime() - before).isEqualTo(20_000_000);
                });
    }

    /** As if a step of the task had taken so long. */
    private static void jump(Duration time) {
        ((VirtualTime) Loop.current().driver()).advance(time);
    }

    // rules 2: "The effective deadline leaves out scopes whose request this task has already
    // received"
    @Test
    void aTimeoutInAFinallyWorksWhileAnotherUnwinds() {
        Sim.run(
                () -> {
                    assertThatThrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(10),
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
                                                            trace.add("cleaned up at " + millis());
                                                        }
                                                    }))
                            .isInstanceOf(TimeoutException.class)
                            .hasMessageContaining("10ms");
                    assertThat(millis()).isEqualTo(30);
                });
        assertThat(trace).containsExactly("cleaned up at 30");
    }

    @Test
    void cleanUpThatTakesLongerThanTheLimitMakesTheTimeoutLate() {
        Sim.run(
                () -> {
                    assertThatThrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(10),
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            sleep(100);
                                                        }
                                                    }))
                            .isInstanceOf(TimeoutException.class);
                    assertThat(millis()).isEqualTo(110);
                });
    }

    @Test
    void anOuterCancellationPassesThroughATimeoutThatHasNotExpired() {
        assertCancelledThrough(() -> Weft.timeout(s(1), Sim::sleepForever));
    }

    @Test
    void theDeadlineOfAnAwaitLeavesTheAwaitedTaskRunning() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<String> slow =
                                            g.start(
                                                    () -> {
                                                        sleep(50);
                                                        return "value";
                                                    });
                                    assertThatThrownBy(
                                                    () -> Weft.timeout(ms(10), () -> slow.await()))
                                            .isInstanceOf(TimeoutException.class);
                                    assertThat(slow.isDone()).isFalse();
                                    assertThat(slow.await()).isEqualTo("value");
                                }));
    }

    @Test
    void atTheSameInstantAFinishedTaskAndADeadlineNeverLoseTheResult() {
        // asyncio's wait_for lost one or the other here (86296, 107547)
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<String> task =
                                            g.start(
                                                    () -> {
                                                        sleep(10);
                                                        return "value";
                                                    });
                                    String got;
                                    try {
                                        got = Weft.timeout(ms(10), () -> task.await());
                                    } catch (TimeoutException e) {
                                        got = "timed out, " + task.await();
                                    }
                                    assertThat(got).endsWith("value");
                                }));
    }

    @Test
    void ofADeadlineAndASleepThatEndAtTheSameInstantTheOneSetFirstWins() {
        Sim.run(
                () -> {
                    assertThat(Weft.moveOnAfter(ms(10), () -> sleep(10))).isFalse();
                    Weft.group(
                            g -> {
                                Task<Boolean> sleeper =
                                        g.start(
                                                () -> {
                                                    sleep(5);
                                                    return Weft.moveOnAfter(
                                                            ms(5),
                                                            () -> {
                                                                sleep(4);
                                                                sleep(1);
                                                            });
                                                });
                                assertThat(sleeper.await()).isFalse();
                            });
                });
    }

    // ---- five bugs of CPython's cancel counters, which identity makes impossible

    /**
     * Starts {@code body} in a task, cancels it after 10 ms and requires that it ends cancelled.
     */
    private static void assertCancelledThrough(Action<?> body) {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> task = g.start(body);
                                    sleep(10);
                                    task.cancel("stop");
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                    assertThat(millis()).isLessThan(1000);
                                }));
    }

    @Test
    void cpython134471_aPendingCancellationIsNotSwallowedByAZeroTimeout() {
        assertCancelledThrough(
                () -> {
                    LoopTask.current().cancel("stop"); // pending before the timeout is entered
                    Weft.timeout(Duration.ZERO, () -> sleep(1));
                    throw new AssertionError("the cancellation was swallowed");
                });
    }

    @Test
    void cpython155433_aTimeoutLeftWithoutExpiringTakesNoForeignRequestWithIt() {
        assertCancelledThrough(
                () -> {
                    try {
                        Weft.timeout(s(1), Sim::sleepForever);
                    } catch (TimeoutException e) {
                        throw new AssertionError(e);
                    } finally {
                        Weft.timeout(s(1), () -> sleep(1)); // enters and leaves while unwinding
                    }
                });
    }

    @Test
    void cpython95289_aGroupAndAnOuterCancellationTogetherEndTheTaskCancelled() {
        assertCancelledThrough(
                () -> {
                    try {
                        Weft.group(
                                g -> {
                                    g.start(
                                            () -> {
                                                try {
                                                    sleepForever();
                                                } finally {
                                                    throwUnchecked("child");
                                                }
                                            });
                                    sleepForever();
                                });
                    } catch (IllegalStateException handled) {
                        // the failure is dealt with; the request is not forgotten
                        sleepForever();
                    }
                });
    }

    @Test
    void cpython116720_nestedGroupsFailingTogetherLeaveNoRequestBehind() {
        Sim.run(
                () -> {
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            Weft.group(
                                                    outer -> {
                                                        outer.start(() -> failAt(10, "outer"));
                                                        Weft.group(
                                                                inner ->
                                                                        inner.start(
                                                                                () ->
                                                                                        failAt(
                                                                                                10,
                                                                                                "inner")));
                                                    }));
                    assertThat(thrown).hasMessage("outer");
                    assertThat(thrown.getSuppressed()).singleElement().asString().contains("inner");
                    sleep(5); // nothing cancels the task any more
                    assertThat(millis()).isEqualTo(15);
                });
    }

    @Test
    void cpython102780_aTimeoutAroundATaskThatSwallowedItsCancellationStillExpires() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<String> task =
                                            g.start(
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } catch (CancelledError swallowed) {
                                                            trace.add("swallowed");
                                                        }
                                                        try {
                                                            Weft.timeout(ms(20), Sim::sleepForever);
                                                        } catch (TimeoutException e) {
                                                            return "timed out";
                                                        }
                                                        return "never";
                                                    });
                                    sleep(10);
                                    task.cancel("stop");
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Success<>("timed out"));
                                    assertThat(millis()).isEqualTo(30);
                                }));
        assertThat(trace).containsExactly("swallowed");
    }

    private static void failAt(long millis, String message) {
        sleep(millis);
        throwUnchecked(message);
    }

    private static void throwUnchecked(String message) {
        throw new IllegalStateException(message);
    }

    // ---- further rows of asyncio's wait_for tests

    @Test
    void zeroGivesTheValueOfATaskThatHasEnded() throws Exception {
        Sim.run(
                () -> {
                    Task<String> task = Weft.background(() -> "value");
                    sleep(1);
                    assertThat(
                                    Weft.<String, RuntimeException>timeout(
                                            Duration.ZERO, () -> task.await()))
                            .isEqualTo("value");
                    Task<String> slow = Weft.background(() -> "later");
                    assertThatThrownBy(() -> Weft.timeout(Duration.ZERO, () -> slow.await()))
                            .isInstanceOf(TimeoutException.class);
                    assertThat(slow.await()).isEqualTo("later");
                });
    }

    // rules 2: "another scope's cancellation, that one"
    @Test
    void afterTheDeadlineAWrappedCancellationOfAnotherScopeIsThatOne() {
        List<Throwable> passed = new ArrayList<>();
        assertCancelledThrough(
                () -> {
                    try {
                        Weft.timeout(
                                ms(20),
                                () -> {
                                    try {
                                        sleepForever();
                                    } catch (CancelledError ofTheTask) {
                                        thrownBy(Sim::sleepForever); // the deadline's
                                        throw new IllegalStateException(ofTheTask);
                                    }
                                });
                    } catch (IllegalStateException e) {
                        passed.add(e);
                        throw e;
                    }
                });
        assertThat(passed)
                .singleElement()
                .satisfies(e -> assertThat(e).hasNoSuppressedExceptions());
    }
}

package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

class GroupTest {
    private final List<String> trace = new ArrayList<>();

    /** A child that waits until it is cancelled, then cleans up for so long. */
    private Action<RuntimeException> waiting(String name, long cleanUpMillis) {
        return () -> {
            try {
                sleepForever();
            } finally {
                sleep(cleanUpMillis);
                trace.add(name + " ended at " + millis());
            }
        };
    }

    private static Action<IOException> failing(long afterMillis, String message) {
        return () -> {
            sleep(afterMillis);
            throw new IOException(message);
        };
    }

    // ---- normal ends

    @Test
    void returnsWhenAllChildrenHaveEnded() {
        Sim.run(
                () -> {
                    Weft.group(
                            g -> {
                                g.start(() -> sleep(30));
                                g.start(() -> sleep(10));
                                trace.add("body ends at " + millis());
                            });
                    trace.add("group ends at " + millis());
                });
        assertThat(trace).containsExactly("body ends at 0", "group ends at 30");
    }

    @Test
    void groupCallGivesTheBodysValue() {
        int sum =
                Sim.run(
                        () ->
                                Weft.<Integer, RuntimeException>groupCall(
                                        g -> {
                                            Task<Integer> a = g.start(() -> 40);
                                            Task<Integer> b = g.start(() -> 2);
                                            return a.await() + b.await();
                                        }));
        assertThat(sum).isEqualTo(42);
    }

    @Test
    void anEmptyGroupEndsAtOnce() {
        Sim.run(
                () -> {
                    Weft.group(g -> {});
                    assertThat(Weft.<@Nullable String, RuntimeException>groupCall(g -> null))
                            .isNull();
                    assertThat(millis()).isZero();
                });
    }

    @Test
    void childrenTakeTheirFirstStepInTheOrderInWhichTheyWereStarted() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 5; i++) {
                                        String name = "child " + i;
                                        g.start(() -> trace.add(name));
                                    }
                                    trace.add("body");
                                }));
        assertThat(trace)
                .containsExactly("body", "child 0", "child 1", "child 2", "child 3", "child 4");
    }

    @Test
    void aChildMayBeStartedAfterAnotherHasEnded() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.start(() -> trace.add("a")).await();
                                    g.start(() -> trace.add("b")).await();
                                }));
        assertThat(trace).containsExactly("a", "b");
    }

    @Test
    void childrenMayStartChildrenAlsoWhileTheGroupIsJoining() {
        Sim.run(
                () -> {
                    Weft.group(
                            g ->
                                    g.start(
                                            () -> {
                                                sleep(10);
                                                g.start(
                                                        () -> {
                                                            sleep(10);
                                                            g.start(() -> sleep(10));
                                                        });
                                            }));
                    assertThat(millis()).isEqualTo(30);
                });
    }

    @Test
    void aHydraOfChildrenEndsOnlyWhenTheLastHeadHas() {
        Sim.run(
                () -> {
                    int[] heads = new int[1];
                    Weft.group(g -> hydra(g, 6, heads));
                    assertThat(heads[0]).isEqualTo(63);
                });
    }

    private static void hydra(Group g, int depth, int[] heads) {
        if (depth == 0) {
            return;
        }
        heads[0]++;
        Weft.checkpoint();
        g.start(() -> hydra(g, depth - 1, heads));
        g.start(() -> hydra(g, depth - 1, heads));
    }

    @Test
    void childrenHaveTheNamesTheyWereGiven() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    assertThat(g.start("reader", () -> {}).name())
                                            .isEqualTo("reader");
                                    assertThat(g.start(() -> {}).name()).startsWith("task-");
                                }));
    }

    // ---- failures

    // rules 3: "A group's first failure cancels siblings and body"
    @Test
    void aChildsFailureCancelsSiblingsAndBodyAndIsThrownItself() {
        IOException failure = new IOException("x");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.start(waiting("sibling", 5));
                                            g.start(
                                                    () -> {
                                                        sleep(10);
                                                        throw failure;
                                                    });
                                            waiting("body", 1).run();
                                        }));
        assertThat(thrown).isSameAs(failure).hasNoSuppressedExceptions();
        assertThat(trace).containsExactly("body ended at 11", "sibling ended at 15");
    }

    @Test
    void theBodysFailureCancelsChildrenAlsoBeforeItsFirstWait() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.start(waiting("child", 5));
                                            throw new IOException("body");
                                        }));
        assertThat(thrown).isInstanceOf(IOException.class).hasMessage("body");
        assertThat(trace).containsExactly("child ended at 5");
    }

    @Test
    void theBodysFailureAfterAWaitCancelsChildren() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.start(waiting("child", 5));
                                            sleep(10);
                                            throw new IOException("body");
                                        }));
        assertThat(thrown).hasMessage("body");
        assertThat(trace).containsExactly("child ended at 15");
    }

    // rules 3: "Others are suppressed in it"
    @Test
    void laterFailuresAreSuppressedInTheFirst() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.start(failing(10, "first"));
                                            g.start(
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            throwUnchecked("second");
                                                        }
                                                    });
                                            g.start(
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            sleep(1);
                                                            throwUnchecked("third");
                                                        }
                                                    });
                                        }));
        assertThat(thrown).hasMessage("first");
        assertThat(Arrays.stream(thrown.getSuppressed()).map(Throwable::getMessage))
                .containsExactly("second", "third");
    }

    private static void throwUnchecked(String message) {
        throw new IllegalStateException(message);
    }

    @Test
    void aChildsFailureAndAFailureInTheBodysFinallyAreBothSeen() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.start(failing(1, "child"));
                                            try {
                                                sleepForever();
                                            } finally {
                                                throwUnchecked("finally");
                                            }
                                        }));
        assertThat(thrown).hasMessage("child");
        assertThat(thrown.getSuppressed()).hasSize(1);
        assertThat(thrown.getSuppressed()[0]).hasMessage("finally");
    }

    // rules 3: "First the failed child's waiters are completed, then the group is cancelled"
    @Test
    void aBodyThatAwaitsTheFailedChildSeesTheFailureItself() {
        IOException failure = new IOException("x");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            Task<@Nullable Void> child =
                                                    g.start(
                                                            () -> {
                                                                sleep(1);
                                                                throw failure;
                                                            });
                                            assertThat(thrownBy(child::await)).isSameAs(failure);
                                            trace.add("seen");
                                        }));
        assertThat(thrown).isSameAs(failure); // seeing it does not save the group
        assertThat(trace).containsExactly("seen");
    }

    // rules 3: "Catching it there does not save the group: that is `supervisor`, or
    // `outcome()`"
    @Test
    void catchingAChildsFailureInTheBodyDoesNotSaveTheGroup() {
        List<String> seen = new ArrayList<>();
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            var child = g.start(failing(10, "child"));
                                            seen.add(thrownBy(() -> child.await()).getMessage());
                                            thrownBy(Weft::checkCancelled);
                                            seen.add("cancelled");
                                        }));
        assertThat(seen).containsExactly("child", "cancelled");
        assertThat(thrown).hasMessage("child");
    }

    // rules 3: "If the body's exception has the first failure in its cause chain, the group
    // throws the body's"
    @Test
    void theBodysTranslationOfTheFirstFailureIsThrown() {
        IOException failure = new IOException("x");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            Task<@Nullable Void> child =
                                                    g.start(
                                                            () -> {
                                                                throw failure;
                                                            });
                                            try {
                                                child.await(IOException.class);
                                            } catch (IOException e) {
                                                throw new IllegalArgumentException("translated", e);
                                            }
                                        }));
        assertThat(thrown)
                .isInstanceOf(IllegalArgumentException.class)
                .hasCause(failure)
                .hasNoSuppressedExceptions();
    }

    // rules 3: "Others are suppressed in it unless identical or reachable from either side"
    @Test
    void aFailureWrappedByAnotherChildMakesNoCycle() {
        IOException failure = new IOException("x");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            Task<@Nullable Void> a =
                                                    g.start(
                                                            () -> {
                                                                sleep(1);
                                                                throw failure;
                                                            });
                                            g.start(
                                                    () -> {
                                                        try {
                                                            a.await();
                                                        } catch (Exception e) {
                                                            throw new IllegalStateException(e);
                                                        }
                                                    });
                                        }));
        assertThat(thrown).isSameAs(failure);
        assertThat(thrown.getSuppressed()).noneMatch(e -> e instanceof IllegalStateException);
    }

    // rules 3: "unless identical or reachable from either side"
    @Test
    void theSameFailureFromTwoChildrenIsNotSuppressedInItself() {
        IOException failure = new IOException("x");
        Action<IOException> fails =
                () -> {
                    Weft.checkpoint();
                    throw failure;
                };
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.start(fails);
                                            g.start(fails);
                                        }));
        assertThat(thrown).isSameAs(failure).hasNoSuppressedExceptions();
    }

    @Test
    void atMost32FailuresAreSuppressedAndTheRestCounted() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            for (int i = 0; i < 40; i++) {
                                                g.start(failing(0, "failure " + i));
                                            }
                                        }));
        assertThat(thrown).hasMessage("failure 0");
        assertThat(thrown.getSuppressed()).hasSize(33);
        assertThat(thrown.getSuppressed()[32]).hasMessage("7 further failures");
    }

    /** A failure that takes no suppressed ones, as some libraries' constants do. */
    private static final class Bare extends Exception {
        private static final long serialVersionUID = 1L;

        Bare() {
            super("bare", null, false, false);
        }
    }

    @Test
    void whatAFailureCannotSuppressIsReported() {
        try (Logged logged = Logged.open()) {
            Throwable thrown =
                    failureOf(
                            () ->
                                    Weft.group(
                                            g -> {
                                                g.start(failing(0, "other"));
                                                g.start(
                                                        () -> {
                                                            throw new Bare();
                                                        });
                                            }));
            assertThat(thrown).isInstanceOf(Bare.class).hasNoSuppressedExceptions();
            assertThat(logged.failures()).singleElement().isInstanceOf(IOException.class);
        }
    }

    /** A failure that fails when asked what it is. */
    private static final class Unspeakable extends Exception {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }

    @Test
    void aFailureThatCannotBeDescribedStillEndsTheGroup() {
        assertThat(
                        failureOf(
                                        () ->
                                                Weft.group(
                                                        g -> {
                                                            g.start(waiting("sibling", 0));
                                                            g.start(
                                                                    () -> {
                                                                        throw new Unspeakable();
                                                                    });
                                                        }))
                                .getClass())
                .isEqualTo(Unspeakable.class);
        assertThat(trace).containsExactly("sibling ended at 0");
    }

    @Test
    void aVirtualMachineErrorTakesPrecedenceOverEarlierFailures() {
        OutOfMemoryError error = new OutOfMemoryError("pretended");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.start(failing(0, "first"));
                                            g.start(
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            throwError(error);
                                                        }
                                                    });
                                        }));
        assertThat(thrown).isSameAs(error);
        assertThat(thrown.getSuppressed()).hasSize(1);
        assertThat(thrown.getSuppressed()[0]).hasMessage("first");
    }

    private static void throwError(Error e) {
        throw e;
    }

    @Test
    void aStackOverflowInAChildIsAnOrdinaryFailure() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.start(waiting("sibling", 1));
                                            g.start(() -> endless(0));
                                        }));
        assertThat(thrown).isInstanceOf(StackOverflowError.class);
        assertThat(trace).containsExactly("sibling ended at 1");
    }

    private static int endless(int n) {
        return n < 0 ? 0 : endless(n + 1) + 1;
    }

    @Test
    void aFailureOfAnInnerGroupIsThrownByTheOuterOneAsItIs() {
        IOException failure = new IOException("inner");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        outer -> {
                                            outer.start(waiting("outer child", 1));
                                            Weft.group(
                                                    inner -> {
                                                        inner.start(waiting("inner child", 2));
                                                        inner.start(
                                                                () -> {
                                                                    throw failure;
                                                                });
                                                    });
                                            trace.add("never");
                                        }));
        assertThat(thrown).isSameAs(failure);
        assertThat(trace).containsExactly("inner child ended at 2", "outer child ended at 3");
    }

    @Test
    void aFailureInTheOuterGroupCancelsTheInnerOne() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        outer -> {
                                            outer.start(failing(10, "outer"));
                                            Weft.group(
                                                    inner -> {
                                                        inner.start(waiting("inner child", 5));
                                                        waiting("inner body", 1).run();
                                                    });
                                            trace.add("never");
                                        }));
        assertThat(thrown).hasMessage("outer");
        assertThat(trace).containsExactly("inner body ended at 11", "inner child ended at 15");
    }

    // ---- cancellation

    @Test
    void aChildCancelledByItselfDoesNotFailTheGroup() {
        Sim.run(
                () -> {
                    Weft.group(
                            g -> {
                                Task<@Nullable Void> child = g.start(waiting("cancelled", 0));
                                g.start(
                                        () -> {
                                            sleep(20);
                                            trace.add("sibling goes on");
                                        });
                                sleep(10);
                                assertThat(child.cancel("enough")).isTrue();
                            });
                    trace.add("group returns at " + millis());
                });
        assertThat(trace)
                .containsExactly("cancelled ended at 10", "sibling goes on", "group returns at 20");
    }

    @Test
    void cancelEndsBodyAndChildrenAndGroupReturns() {
        Sim.run(
                () -> {
                    Weft.group(
                            g -> {
                                g.start(waiting("child", 5));
                                g.start(
                                        () -> {
                                            sleep(10);
                                            g.cancel("enough");
                                        });
                                waiting("body", 1).run();
                            });
                    trace.add("returns at " + millis());
                });
        assertThat(trace).containsExactly("body ended at 11", "child ended at 15", "returns at 15");
    }

    @Test
    void aGroupCancelledByItsOwnBodyReturnsToo() {
        Sim.run(
                () -> {
                    Weft.group(
                            g -> {
                                g.cancel("at once");
                                g.cancel("again does nothing");
                                sleepForever();
                            });
                    assertThat(millis()).isZero();
                });
    }

    // rules 2: "`groupCall` unwound by `g.cancel(reason)` throws"
    @Test
    void groupCallUnwoundByCancelHasNoValue() {
        assertThatThrownBy(
                        () ->
                                Sim.run(
                                        () ->
                                                Weft.<Integer, RuntimeException>groupCall(
                                                        g -> {
                                                            g.cancel("enough");
                                                            sleepForever();
                                                            return 1;
                                                        })))
                .isInstanceOf(CancellationException.class)
                .hasMessage("enough");
    }

    @Test
    void groupCallThatGivesAValueThoughCancelledGivesIt() {
        int value =
                Sim.run(
                        () ->
                                Weft.<Integer, RuntimeException>groupCall(
                                        g -> {
                                            g.start(waiting("child", 0));
                                            g.cancel("enough");
                                            return 1;
                                        }));
        assertThat(value).isEqualTo(1);
        assertThat(trace).containsExactly("child ended at 0");
    }

    @Test
    void theInternalCancellationDoesNotLeakOutOfTheGroup() {
        Sim.run(
                () -> {
                    try {
                        Weft.group(
                                g -> {
                                    g.start(failing(1, "x"));
                                    sleepForever();
                                });
                    } catch (Exception e) {
                        trace.add("caught");
                    }
                    Weft.checkCancelled();
                    sleep(1); // the task goes on as if nothing had happened
                    trace.add("at " + millis());
                });
        assertThat(trace).containsExactly("caught", "at 2");
    }

    @Test
    void anOuterCancellationReachesBodyAndAllChildren() {
        Sim.run(
                () ->
                        Weft.group(
                                outer -> {
                                    Task<@Nullable Void> owner =
                                            outer.start(
                                                    () ->
                                                            Weft.group(
                                                                    g -> {
                                                                        for (int i = 0;
                                                                                i < 5;
                                                                                i++) {
                                                                            g.start(
                                                                                    waiting(
                                                                                            "child",
                                                                                            i));
                                                                        }
                                                                        waiting("body", 9).run();
                                                                    }));
                                    sleep(10);
                                    owner.cancel("stop");
                                    assertThat(owner.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                }));
        assertThat(trace)
                .containsExactly(
                        "child ended at 10",
                        "child ended at 11",
                        "child ended at 12",
                        "child ended at 13",
                        "child ended at 14",
                        "body ended at 19");
    }

    // rules 2: "Joins at a group's end are never abandoned"
    @Test
    void aRequestDuringTheJoinGoesToTheChildrenAndIsThrownWhenTheyHaveEnded() {
        Sim.run(
                () ->
                        Weft.group(
                                outer -> {
                                    Task<@Nullable Void> owner =
                                            outer.start(
                                                    () -> {
                                                        try {
                                                            Weft.group(
                                                                    g ->
                                                                            g.start(
                                                                                    waiting(
                                                                                            "child",
                                                                                            50)));
                                                        } catch (CancelledError e) {
                                                            trace.add("thrown at " + millis());
                                                            throw e;
                                                        }
                                                        trace.add("never");
                                                    });
                                    sleep(10);
                                    owner.cancel("stop");
                                }));
        assertThat(trace).containsExactly("child ended at 60", "thrown at 60");
    }

    @Test
    void aRequestFromOutsideDuringTheJoinOfACancelledGroupIsThrownThereToo() {
        Sim.run(
                () ->
                        Weft.group(
                                outer -> {
                                    Task<@Nullable Void> owner =
                                            outer.start(
                                                    () -> {
                                                        Weft.<Integer, RuntimeException>groupCall(
                                                                g -> {
                                                                    g.start(waiting("child", 50));
                                                                    sleep(1);
                                                                    g.cancel("inside");
                                                                    sleepForever();
                                                                    return 1;
                                                                });
                                                    });
                                    sleep(10);
                                    owner.cancel("stop");
                                    assertThat(owner.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                }));
    }

    // rules 2: "When the exit of a group or scope replaces an outer scope's cancellation by a
    // failure"
    @Test
    void ifChildrenFailWhileAnOuterRequestUnwindsTheFailureIsThrownAndTheRequestArrivesAnew() {
        Sim.run(
                () ->
                        Weft.group(
                                outer -> {
                                    Task<@Nullable Void> owner =
                                            outer.start(
                                                    () -> {
                                                        Throwable thrown =
                                                                thrownBy(() -> failsInCleanUp());
                                                        trace.add(
                                                                thrown.getMessage()
                                                                        + " at "
                                                                        + millis());
                                                        sleepForever();
                                                    });
                                    sleep(10);
                                    owner.cancel("stop");
                                    assertThat(owner.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                    assertThat(millis()).isEqualTo(10);
                                }));
        assertThat(trace).containsExactly("in clean-up at 10");
    }

    private static void failsInCleanUp() {
        Weft.group(
                g -> {
                    g.start(
                            () -> {
                                try {
                                    sleepForever();
                                } finally {
                                    throwUnchecked("in clean-up");
                                }
                            });
                    sleepForever();
                });
    }

    @Test
    void aBodyInSlowCleanUpIsNotCancelledAgainByAFailingChild() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.start(failing(1, "first"));
                                            g.start(
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            sleep(10);
                                                            throwUnchecked("second");
                                                        }
                                                    });
                                            waiting("body", 50).run();
                                        }));
        assertThat(thrown).hasMessage("first");
        assertThat(trace).containsExactly("body ended at 51");
    }

    // rules 2: "in a cancelled group the child runs to its first wait"
    @Test
    void aChildStartedInACancelledGroupRunsToItsFirstWait() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.cancel("stop");
                                    g.start(
                                            () -> {
                                                trace.add("runs");
                                                sleep(0);
                                                trace.add("never");
                                            });
                                }));
        assertThat(trace).containsExactly("runs");
    }

    @Test
    void aChildOfAGroupInsideACancelledGroupRunsToItsFirstWaitToo() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.cancel("stop");
                                    Weft.group(
                                            inner ->
                                                    inner.start(
                                                            () -> {
                                                                trace.add("runs");
                                                                sleepForever();
                                                                trace.add("never");
                                                            }));
                                }));
        assertThat(trace).containsExactly("runs");
    }

    // rules 2: "g.start is accepted until the group has ended ... afterwards
    // IllegalStateException"
    @Test
    void anEndedGroupAcceptsNoChildrenAndItsCancelDoesNothing() {
        Sim.run(
                () -> {
                    Group[] kept = new Group[1];
                    Weft.group(g -> kept[0] = g);
                    assertThatThrownBy(() -> kept[0].start(() -> {}))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("has ended");
                    assertThatThrownBy(() -> kept[0].background(() -> {}))
                            .isInstanceOf(IllegalStateException.class);
                    kept[0].cancel("too late");
                    sleep(1);
                });
    }

    @Test
    void anotherTaskOfTheLoopMayStartChildrenInIt() {
        Sim.run(
                () ->
                        Weft.group(
                                outer -> {
                                    Group[] shared = new Group[1];
                                    outer.start(
                                            () ->
                                                    Weft.group(
                                                            g -> {
                                                                shared[0] = g;
                                                                sleep(10);
                                                            }));
                                    sleep(5);
                                    shared[0].start(
                                            () -> {
                                                sleep(20);
                                                trace.add("child at " + millis());
                                            });
                                    trace.add("starter goes on at " + millis());
                                }));
        assertThat(trace).containsExactly("starter goes on at 5", "child at 25");
    }

    // ---- daemon children

    // rules 3: "a daemon child, cancelled when the body and the ordinary children are done"
    @Test
    void aDaemonChildIsCancelledWhenBodyAndOrdinaryChildrenAreDone() {
        Sim.run(
                () -> {
                    Weft.group(
                            g -> {
                                g.background(waiting("daemon", 5));
                                g.start(() -> sleep(20));
                                sleep(10);
                            });
                    trace.add("group ends at " + millis());
                });
        assertThat(trace).containsExactly("daemon ended at 25", "group ends at 25");
    }

    // rules 3: "its failure still fails the group"
    @Test
    void aDaemonChildsFailureFailsTheGroup() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.background(failing(5, "daemon"));
                                            waiting("body", 0).run();
                                        }));
        assertThat(thrown).hasMessage("daemon");
        assertThat(trace).containsExactly("body ended at 5");
    }

    @Test
    void aDaemonChildsFailureDuringItsCleanUpFailsTheGroupToo() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.background(
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            throwUnchecked("clean-up");
                                                        }
                                                    });
                                            sleep(1);
                                        }));
        assertThat(thrown).hasMessage("clean-up");
    }

    @Test
    void aDaemonStartedWhileDaemonsAreBeingJoinedIsCancelledToo() {
        Sim.run(
                () -> {
                    Weft.group(
                            g -> {
                                g.background(
                                        () -> {
                                            try {
                                                sleepForever();
                                            } finally {
                                                g.background(waiting("late daemon", 0));
                                            }
                                        });
                                sleep(1);
                            });
                });
        assertThat(trace).containsExactly("late daemon ended at 1");
    }

    @Test
    void aDaemonMayStartAnOrdinaryChildWhichIsJoined() {
        Sim.run(
                () -> {
                    Weft.group(
                            g -> {
                                g.background(
                                        () -> {
                                            try {
                                                sleepForever();
                                            } finally {
                                                g.start(
                                                        () -> {
                                                            sleep(10);
                                                            trace.add("child at " + millis());
                                                        });
                                            }
                                        });
                                sleep(1);
                            });
                });
        assertThat(trace).containsExactly("child at 11");
    }

    // ---- with deadlines

    @Test
    void aTimeoutAroundAGroupCancelsAndJoinsItsChildren() {
        Sim.run(
                () -> {
                    assertThatThrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(10),
                                                    () ->
                                                            Weft.group(
                                                                    g -> {
                                                                        g.start(
                                                                                waiting(
                                                                                        "child",
                                                                                        5));
                                                                        sleepForever();
                                                                    })))
                            .isInstanceOf(TimeoutException.class);
                    assertThat(millis()).isEqualTo(15);
                });
    }

    @Test
    void aTimeoutInsideAChildIsNoFailureOfTheGroupIfCaught() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.start(
                                            () -> {
                                                try {
                                                    Weft.timeout(ms(1), Sim::sleepForever);
                                                } catch (TimeoutException e) {
                                                    trace.add("timed out");
                                                }
                                            });
                                    g.start(() -> Weft.sleep(s(1)));
                                }));
        assertThat(trace).containsExactly("timed out");
    }

    // ---- further rows of asyncio's TaskGroup tests

    @Test
    void aTimeoutAroundAGroupWhoseChildFailsInCleanUpIsThatFailureWithTheTimeoutSuppressed() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.timeout(
                                        ms(10),
                                        () ->
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
                                                        })));
        assertThat(thrown).hasMessage("child");
        assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(TimeoutException.class);
    }

    @Test
    void anOuterCancellationThroughNestedGroupsWhoseChildrenAllFailLosesNoFailure() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> task =
                                            g.start(
                                                    () ->
                                                            Weft.supervisor(
                                                                    s -> nestedFailing(s).await()));
                                    sleep(10);
                                    task.cancel("stop");
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                }));
        assertThat(trace).containsExactly("outer", "inner");
    }

    private Task<@Nullable Void> nestedFailing(Group s) {
        return s.start(
                () -> {
                    try {
                        Weft.group(
                                outer -> {
                                    outer.start(() -> failsWhenCancelled("outer"));
                                    Weft.group(
                                            inner ->
                                                    inner.start(() -> failsWhenCancelled("inner")));
                                });
                    } catch (IllegalStateException e) {
                        trace.add(e.getMessage());
                        for (Throwable other : e.getSuppressed()) {
                            trace.add(other.getMessage());
                        }
                        sleepForever(); // the request has not been forgotten
                    }
                });
    }

    private static void failsWhenCancelled(String message) {
        try {
            sleepForever();
        } finally {
            throwUnchecked(message);
        }
    }

    @Test
    void aGroupWithoutChildrenPassesACancellationThroughAndAFailureInItsPlaceToo() {
        Sim.run(
                () -> {
                    assertThatThrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(10), () -> Weft.group(g -> sleepForever())))
                            .isInstanceOf(TimeoutException.class);
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(10),
                                                    () ->
                                                            Weft.group(
                                                                    g ->
                                                                            failsWhenCancelled(
                                                                                    "body"))));
                    assertThat(thrown).hasMessage("body");
                });
    }

    @Test
    void aChildMayBeStartedWhileTheGroupUnwindsAndIsJoined() {
        assertThat(
                        failureOf(
                                () ->
                                        Weft.group(
                                                g -> {
                                                    g.start(failing(5, "x"));
                                                    try {
                                                        sleepForever();
                                                    } finally {
                                                        g.start(waiting("late child", 5));
                                                    }
                                                })))
                .hasMessage("x");
        assertThat(trace).containsExactly("late child ended at 10");
    }
}

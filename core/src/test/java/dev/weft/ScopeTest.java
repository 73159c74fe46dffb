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

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

// rules 4: "Scope.current(): deadline, reschedule, cancel, expired"
class ScopeTest {
    private final List<String> trace = new ArrayList<>();

    private void log(String what) {
        trace.add(what + " at " + millis());
    }

    private static Instant at(long millis) {
        return Instant.EPOCH.plusMillis(millis);
    }

    // ---- which one it is

    @Test
    void currentIsTheInnermostScopeAroundTheCaller() throws Exception {
        Sim.run(
                () -> {
                    assertThat(Scope.current()).hasToString("task 'main'");
                    Weft.group(
                            g -> {
                                assertThat(Scope.current()).isSameAs(g);
                                Task<?> child =
                                        g.start(
                                                "child",
                                                () ->
                                                        assertThat(Scope.current())
                                                                .hasToString("task 'child'"));
                                child.await();
                                Weft.timeout(
                                        s(2),
                                        () -> {
                                            Scope timeout = Scope.current();
                                            assertThat(timeout).hasToString("timeout of 2s");
                                            Weft.shield(
                                                    s(1),
                                                    () ->
                                                            assertThat(Scope.current())
                                                                    .hasToString("shield of 1s"));
                                            Weft.strict(
                                                    () ->
                                                            assertThat(Scope.current())
                                                                    .hasToString("strict"));
                                            assertThat(Scope.current()).isSameAs(timeout);
                                        });
                                assertThat(Scope.current()).isSameAs(g);
                            });
                });
    }

    @Test
    void isRefusedOffTheLoop() throws Exception {
        assertThatThrownBy(Scope::current)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is no task of a loop");
    }

    @Test
    void isTheScopeThatACancelledErrorNames() throws Exception {
        Sim.run(
                () -> {
                    Scope[] scope = new Scope[1];
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(1),
                                                    () -> {
                                                        scope[0] = Scope.current();
                                                        sleepForever();
                                                    }));
                    assertThat(thrown.getCause())
                            .isInstanceOfSatisfying(
                                    CancelledError.class,
                                    e -> assertThat(e.scope()).isSameAs(scope[0]));
                });
    }

    // ---- deadlines

    @Test
    void theDeadlineOfATimeoutIsAnInstantOfTheLoopsClock() throws Exception {
        Sim.run(
                () -> {
                    sleep(100);
                    Weft.timeout(
                            s(2),
                            () -> {
                                assertThat(Scope.current().deadline()).contains(at(2100));
                                sleep(500);
                                assertThat(Scope.current().deadline()).contains(at(2100));
                            });
                });
    }

    @Test
    void whatIsNoTimeoutHasNoDeadlineNorATimeoutWithoutLimit() throws Exception {
        Sim.run(
                () -> {
                    assertThat(Scope.current().deadline()).isEmpty();
                    Weft.group(g -> assertThat(Scope.current().deadline()).isEmpty());
                    Weft.timeout(
                            Duration.ofSeconds(Long.MAX_VALUE),
                            () -> {
                                assertThat(Scope.current().deadline()).isEmpty();
                                assertThat(Loop.current().timers.isEmpty()).isTrue();
                            });
                });
    }

    @Test
    void aDeadlineCanBeMovedLaterSoonerAndAway() throws Exception {
        Sim.run(
                () -> {
                    assertThatThrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(10),
                                                    () -> {
                                                        Scope.current().reschedule(ms(50));
                                                        sleep(49);
                                                        log("longer than at first");
                                                        Scope.current().reschedule(s(1));
                                                        Scope.current().reschedule(ms(5));
                                                        sleepForever();
                                                    }))
                            .isInstanceOf(TimeoutException.class)
                            .hasMessage("timed out after 54ms");
                    log("timed out");
                    Weft.timeout(
                            ms(10),
                            () -> {
                                Scope.current().reschedule(Duration.ofSeconds(Long.MAX_VALUE));
                                assertThat(Scope.current().deadline()).isEmpty();
                                assertThat(Loop.current().timers.isEmpty()).isTrue();
                                sleep(1000);
                                Scope.current().reschedule(s(1));
                                assertThat(Scope.current().deadline()).contains(at(2054));
                            });
                    log("not timed out");
                });
        assertThat(trace)
                .containsExactly(
                        "longer than at first at 49", "timed out at 54", "not timed out at 1054");
    }

    @Test
    void aDeadlineCanBeMovedToAnInstant() throws Exception {
        Sim.run(
                () -> {
                    assertThat(
                                    Weft.moveOnAfter(
                                            ms(10),
                                            () -> {
                                                Scope.current().reschedule(at(200));
                                                sleep(150);
                                                Scope.current().reschedule(at(180));
                                                sleepForever();
                                            }))
                            .isFalse();
                    assertThat(millis()).isEqualTo(180);
                    Weft.moveOnAfter(
                            ms(10),
                            () -> {
                                Scope.current().reschedule(Instant.MAX);
                                assertThat(Scope.current().deadline()).isEmpty();
                                sleep(100);
                            });
                });
    }

    @Test
    void aDeadlineMovedToThePastIsNoticedAtTheNextWaitThatSuspends() throws Exception {
        Sim.run(
                () ->
                        assertThatThrownBy(
                                        () ->
                                                Weft.timeout(
                                                        s(10),
                                                        () -> {
                                                            Scope.current().reschedule(at(-5));
                                                            Weft.checkCancelled();
                                                            log("not noticed yet");
                                                            sleep(1);
                                                        }))
                                .isInstanceOf(TimeoutException.class));
        assertThat(trace).containsExactly("not noticed yet at 0");
    }

    @Test
    void aDeadlineMayBeMovedByAChild() throws Exception {
        Sim.run(
                () ->
                        Weft.timeout(
                                ms(10),
                                () -> {
                                    Scope idle = Scope.current();
                                    Weft.group(
                                            g -> {
                                                for (int i = 0; i < 5; i++) {
                                                    sleep(8);
                                                    g.start(() -> idle.reschedule(ms(10)));
                                                }
                                            });
                                    log("still busy");
                                }));
        assertThat(trace).containsExactly("still busy at 40");
    }

    @Test
    void onlyTheDeadlineOfATimeoutWhoseBodyRunsCanBeMoved() throws Exception {
        Sim.run(
                () -> {
                    assertThatThrownBy(() -> Scope.current().reschedule(s(1)))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("task 'main' has no deadline to move")
                            .hasMessageContaining("directly in the body of the timeout");
                    Scope[] kept = new Scope[1];
                    Weft.timeout(s(1), () -> kept[0] = Scope.current());
                    assertThatThrownBy(() -> kept[0].reschedule(s(1)))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("timeout of 1s has ended");
                    Weft.moveOnAfter(
                            ms(1),
                            () -> {
                                Scope scope = Scope.current();
                                try {
                                    sleepForever();
                                } finally {
                                    assertThatThrownBy(() -> scope.reschedule(s(1)))
                                            .isInstanceOf(IllegalStateException.class)
                                            .hasMessageContaining("has expired already");
                                }
                            });
                    Weft.moveOnAfter(
                            s(1),
                            () -> {
                                Scope.current().cancel("enough");
                                assertThatThrownBy(() -> Scope.current().reschedule(s(1)))
                                        .isInstanceOf(IllegalStateException.class)
                                        .hasMessageContaining("has been cancelled already");
                            });
                    assertThat(Loop.current().timers.isEmpty()).isTrue();
                });
    }

    @Test
    void anotherLoopsScopeIsRefused() throws Exception {
        Scope kept = Sim.run(() -> Weft.timeout(s(1), () -> Scope.current()));
        assertThatThrownBy(() -> kept.cancel("x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("timeout of 1s belongs to loop");
        Sim.run(
                () -> {
                    assertThatThrownBy(() -> kept.cancel("x"))
                            .isInstanceOf(IllegalStateException.class);
                    assertThatThrownBy(() -> kept.reschedule(s(1)))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("belongs to loop");
                });
    }

    // ---- by instant

    @Test
    void timeoutAtEndsAtThatInstant() throws Exception {
        Sim.run(
                () -> {
                    sleep(100);
                    assertThat(
                                    Weft.<String, RuntimeException>timeoutAt(
                                            at(200),
                                            () -> {
                                                sleep(99);
                                                return "in time";
                                            }))
                            .isEqualTo("in time");
                    assertThatThrownBy(() -> Weft.timeoutAt(at(300), Sim::sleepForever))
                            .isInstanceOf(TimeoutException.class)
                            .hasMessage("timed out after 101ms");
                    assertThat(millis()).isEqualTo(300);
                    Weft.timeoutAt(Instant.MAX, () -> sleep(1));
                    assertThat(Weft.timeoutAt(Instant.MAX, () -> Scope.current().deadline()))
                            .isEmpty();
                });
    }

    @Test
    void anInstantInThePastLetsCodeUpToItsFirstSuspensionFinish() throws Exception {
        Sim.run(
                () -> {
                    sleep(100);
                    Weft.timeoutAt(at(50), () -> log("does not wait"));
                    assertThatThrownBy(() -> Weft.timeoutAt(Instant.MIN, () -> sleep(1)))
                            .isInstanceOf(TimeoutException.class);
                    assertThat(Weft.moveOnAt(at(100), () -> sleep(1))).isFalse();
                    assertThat(millis()).isEqualTo(100);
                });
    }

    @Test
    void moveOnAtIsEmptyOrFalseWhenTheInstantComes() throws Exception {
        Sim.run(
                () -> {
                    assertThat(Weft.moveOnAt(at(10), () -> sleep(5))).isTrue();
                    assertThat(Weft.moveOnAt(at(10), Sim::sleepForever)).isFalse();
                    assertThat(millis()).isEqualTo(10);
                    assertThat(Weft.moveOnAt(at(20), () -> "value")).contains("value");
                    Optional<String> late =
                            Weft.moveOnAt(
                                    at(20),
                                    () -> {
                                        sleepForever();
                                        return "never";
                                    });
                    assertThat(late).isEmpty();
                });
    }

    // ---- cancel and expired

    @Test
    void aTimeoutCancelledByHandHasNotExpiredAndHasNoValue() throws Exception {
        Sim.run(
                () -> {
                    Scope[] scope = new Scope[1];
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            Weft.timeout(
                                                    s(1),
                                                    () -> {
                                                        scope[0] = Scope.current();
                                                        assertThat(scope[0].cancel("enough"))
                                                                .isTrue();
                                                        sleepForever();
                                                    }));
                    assertThat(thrown)
                            .isInstanceOf(CancellationException.class)
                            .hasMessage("enough")
                            .hasCauseInstanceOf(CancelledError.class);
                    assertThat(scope[0].expired()).isFalse();
                    assertThat(scope[0].cancel("again")).isFalse();
                    assertThat(millis()).isZero();
                });
    }

    @Test
    void aTimeoutCancelledByHandDoesNotExpireWhileItCleansUp() throws Exception {
        Sim.run(
                () -> {
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(5),
                                                    () -> {
                                                        Scope.current().cancel("enough");
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            sleep(10);
                                                            assertThat(Scope.current().expired())
                                                                    .isFalse();
                                                        }
                                                    }));
                    assertThat(thrown).isInstanceOf(CancellationException.class);
                    assertThat(millis()).isEqualTo(10);
                });
    }

    @Test
    void aTimeoutCancelledByHandWhoseBodyGivesAValueGivesIt() throws Exception {
        Sim.run(
                () ->
                        assertThat(
                                        Weft.<String, RuntimeException>timeout(
                                                s(1),
                                                () -> {
                                                    Scope.current().cancel("enough");
                                                    return "all the same";
                                                }))
                                .isEqualTo("all the same"));
    }

    @Test
    void anotherFailureAfterACancelByHandIsThrownAsItIs() throws Exception {
        Sim.run(
                () -> {
                    IOException failure = new IOException("x");
                    assertThat(
                                    thrownBy(
                                            () ->
                                                    Weft.timeout(
                                                            s(1),
                                                            () -> {
                                                                Scope.current().cancel("enough");
                                                                throw failure;
                                                            })))
                            .isSameAs(failure)
                            .hasNoSuppressedExceptions();
                });
    }

    @Test
    void moveOnAfterCancelledByHandIsEmptyOrFalse() throws Exception {
        Sim.run(
                () -> {
                    assertThat(
                                    Weft.moveOnAfter(
                                            s(1),
                                            () -> {
                                                Scope.current().cancel("enough");
                                                sleepForever();
                                            }))
                            .isFalse();
                    assertThat(
                                    Weft.<String, RuntimeException>moveOnAfter(
                                            s(1),
                                            () -> {
                                                Scope.current().cancel("enough");
                                                sleepForever();
                                                return "never";
                                            }))
                            .isEmpty();
                    sleep(1);
                });
    }

    @Test
    void aShieldAndAStrictBodyCancelledByHandHaveNoValueEither() throws Exception {
        Sim.run(
                () -> {
                    assertThat(
                                    thrownBy(
                                            () ->
                                                    Weft.shield(
                                                            s(1),
                                                            () -> {
                                                                Scope.current().cancel("enough");
                                                                sleepForever();
                                                            })))
                            .isInstanceOf(CancellationException.class)
                            .hasMessage("enough");
                    assertThat(
                                    thrownBy(
                                            () ->
                                                    Weft.strict(
                                                            () -> {
                                                                Scope.current().cancel("enough");
                                                                sleepForever();
                                                            })))
                            .isInstanceOf(CancellationException.class)
                            .hasMessage("enough");
                });
    }

    @Test
    void aScopeMayBeCancelledByAnotherTask() throws Exception {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Scope[] scope = new Scope[1];
                                    Task<Boolean> task =
                                            g.start(
                                                    () ->
                                                            Weft.moveOnAfter(
                                                                    s(1),
                                                                    () -> {
                                                                        scope[0] = Scope.current();
                                                                        sleepForever();
                                                                    }));
                                    sleep(10);
                                    requireNonNull(scope[0]).cancel("by another");
                                    assertThat(task.await()).isFalse();
                                    assertThat(millis()).isEqualTo(10);
                                }));
    }

    @Test
    void cancellingTheScopeOfATaskCancelsTheTask() throws Exception {
        Sim.run(
                () -> {
                    Task<@Nullable Void> task =
                            Weft.background(
                                    () -> {
                                        Scope.current().cancel("myself");
                                        sleepForever();
                                    });
                    assertThat(task.outcome()).isEqualTo(new Outcome.Cancelled<>("myself"));
                });
    }

    // field 1.4: expired() "is True only if the timer callback really ran"
    @Test
    void expiredSaysWhetherTheDeadlineCameWhileTheBodyRan() throws Exception {
        Sim.run(
                () -> {
                    List<Scope> scopes = new ArrayList<>();
                    Weft.timeout(s(1), () -> scopes.add(Scope.current()));
                    Weft.moveOnAfter(
                            ms(1),
                            () -> {
                                scopes.add(Scope.current());
                                sleepForever();
                            });
                    Weft.timeout(
                            ms(1),
                            () -> {
                                scopes.add(Scope.current());
                                thrownBy(Sim::sleepForever);
                                assertThat(Scope.current().expired()).isTrue();
                            });
                    Weft.timeout(Duration.ZERO, () -> scopes.add(Scope.current()));
                    assertThat(scopes)
                            .map(Scope::expired)
                            .containsExactly(false, true, true, false);
                });
    }

    // ---- what is left

    @Test
    void timeLeftIsUntilTheNearestDeadlineWhoeverSetIt() throws Exception {
        Sim.run(
                () -> {
                    assertThat(Weft.timeLeft()).isEmpty();
                    Weft.timeout(
                            s(5),
                            () -> {
                                assertThat(Weft.timeLeft()).contains(s(5));
                                sleep(1000);
                                assertThat(Weft.timeLeft()).contains(s(4));
                                Weft.timeout(
                                        s(10), () -> assertThat(Weft.timeLeft()).contains(s(4)));
                                Weft.timeout(
                                        s(2), () -> assertThat(Weft.timeLeft()).contains(s(2)));
                                Weft.group(
                                        g -> {
                                            g.start(
                                                    () ->
                                                            assertThat(Weft.timeLeft())
                                                                    .contains(s(4)));
                                            Weft.background(
                                                    () -> assertThat(Weft.timeLeft()).isEmpty());
                                        });
                            });
                });
    }

    // rules 2: "The effective deadline leaves out scopes whose request this task has already
    // received"; "in clean-up it is at most the end of the grace"
    @Test
    void inCleanUpTimeLeftIsUntilTheEndOfTheGraceNotTheExpiredDeadline() throws Exception {
        Sim.run(
                () ->
                        Weft.moveOnAfter(
                                s(30),
                                () ->
                                        Weft.moveOnAfter(
                                                ms(10),
                                                () -> {
                                                    try {
                                                        sleepForever();
                                                    } finally {
                                                        assertThat(Weft.timeLeft()).contains(s(5));
                                                        sleep(1000);
                                                        assertThat(Weft.timeLeft()).contains(s(4));
                                                        Weft.timeout(
                                                                s(2),
                                                                () ->
                                                                        assertThat(Weft.timeLeft())
                                                                                .contains(s(2)));
                                                        Weft.group(
                                                                g ->
                                                                        g.start(
                                                                                () ->
                                                                                        assertThat(
                                                                                                        Weft
                                                                                                                .timeLeft())
                                                                                                .contains(
                                                                                                        s(
                                                                                                                4))));
                                                    }
                                                })));
    }

    @Test
    void anOuterDeadlineNearerThanTheEndOfTheGraceStillCountsInCleanUp() throws Exception {
        Sim.run(
                () ->
                        Weft.moveOnAfter(
                                s(2),
                                () ->
                                        Weft.moveOnAfter(
                                                s(1),
                                                () -> {
                                                    try {
                                                        sleepForever();
                                                    } finally {
                                                        assertThat(Weft.timeLeft()).contains(s(1));
                                                    }
                                                })));
    }

    // rules 2: "and scopes outside a shield"
    // rules 2: "In clean-up it is at most the end of the grace, or of the shield"
    @Test
    void underAShieldTheScopesOutsideDoNotCountButItsEndDoesInCleanUp() throws Exception {
        Sim.run(
                () ->
                        Weft.moveOnAfter(
                                s(1),
                                () -> {
                                    Weft.shield(
                                            s(3),
                                            () -> {
                                                assertThat(Weft.timeLeft()).isEmpty();
                                                sleep(1500);
                                                assertThat(Weft.timeLeft()).contains(ms(1500));
                                                Weft.timeout(
                                                        s(1),
                                                        () ->
                                                                assertThat(Weft.timeLeft())
                                                                        .contains(s(1)));
                                            });
                                    assertThat(Weft.timeLeft()).contains(Duration.ZERO);
                                    try {
                                        sleepForever();
                                    } finally {
                                        assertThat(Weft.timeLeft()).contains(s(5));
                                        Weft.shield(
                                                s(2),
                                                () -> assertThat(Weft.timeLeft()).contains(s(2)));
                                        Weft.shield(
                                                s(2),
                                                () ->
                                                        Weft.shield(
                                                                s(1),
                                                                () ->
                                                                        assertThat(Weft.timeLeft())
                                                                                .contains(s(2))));
                                    }
                                }));
    }

    @Test
    void ofNestedShieldsTheOneThatEndsLastCounts() throws Exception {
        Sim.run(
                () ->
                        Weft.moveOnAfter(
                                ms(1),
                                () -> {
                                    try {
                                        sleepForever();
                                    } finally {
                                        Weft.shield(
                                                s(1),
                                                () ->
                                                        Weft.shield(
                                                                s(2),
                                                                () ->
                                                                        assertThat(Weft.timeLeft())
                                                                                .contains(s(2))));
                                    }
                                }));
    }

    @Test
    void timeLeftIsZeroWhenARequestIsDue() throws Exception {
        try (Logged quiet = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.group(
                                    g -> {
                                        g.cancel("now");
                                        assertThat(Weft.timeLeft()).contains(Duration.ZERO);
                                        thrownBy(() -> sleep(1));
                                        assertThat(Weft.timeLeft()).contains(s(5));
                                        thrownBy(() -> sleep(6000));
                                        assertThat(Weft.timeLeft()).contains(Duration.ZERO);
                                    }));
            assertThat(quiet.messages()).hasSize(1);
        }
    }

    @Test
    void underStrictTimeLeftIsZeroOnceCancelled() throws Exception {
        Sim.run(
                () ->
                        Weft.moveOnAfter(
                                ms(1),
                                () ->
                                        Weft.strict(
                                                () -> {
                                                    try {
                                                        sleepForever();
                                                    } finally {
                                                        assertThat(Weft.timeLeft())
                                                                .contains(Duration.ZERO);
                                                    }
                                                })));
    }

    // ---- swept

    @Test
    void aTimeoutThatIsRescheduledAllTheTimeLeavesNothingBehind() throws Exception {
        Sweep.sweep(
                () ->
                        new Sweep.Scene() {
                            int began;
                            int ended;

                            @Override
                            public Task<?> play(Group g) {
                                return g.start(
                                        () ->
                                                Weft.moveOnAfter(
                                                        s(1),
                                                        () -> {
                                                            Scope scope = Scope.current();
                                                            began++;
                                                            try {
                                                                for (int i = 0; i < 4; i++) {
                                                                    scope.reschedule(s(1 + i));
                                                                    turns(1);
                                                                }
                                                                scope.reschedule(Duration.ZERO);
                                                                turns(4);
                                                            } finally {
                                                                ended++;
                                                            }
                                                        }));
                            }

                            @Override
                            public void check(boolean cancelled) {
                                assertThat(ended).isEqualTo(began);
                            }
                        });
    }

    @Test
    void inTheMainBodyItIsTheMainTasks() {
        Throwable thrown =
                Sim.failureOf(
                        () -> {
                            assertThat(Scope.current()).isSameAs(Task.current());
                            Scope.current().cancel("enough");
                            Sim.sleep(1);
                        });
        assertThat(thrown).hasMessageContaining("main task").hasMessageContaining("enough");
    }
}

package dev.weft;

import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;

/** Groups that clean-up opens: their children clean up, too. */
class CleanUpTest {
    private final List<String> trace = new ArrayList<>();

    private void log(String what) {
        trace.add(what + " at " + millis());
    }

    private void sleepAndLog(long millis, String what) {
        sleep(millis);
        log(what);
    }

    /** Waits until it is cut off and says when. */
    private void untilCutOff(String who) {
        try {
            sleepForever();
        } finally {
            log(who + " cut off");
        }
    }

    /** Runs a task that is cancelled after 10 ms and then cleans up so. */
    private List<String> cleaningUpAt10(Action<?> cleanUp) {
        return cancelledAt10(
                () -> {
                    try {
                        sleepForever();
                    } finally {
                        run(cleanUp);
                    }
                });
    }

    private static void run(Action<?> action) {
        Throwable thrown = Combinators.attempt(action.asBody()).thrown();
        if (thrown != null) {
            throw Throwing.sneaky(thrown);
        }
    }

    private List<String> cancelledAt10(Action<?> body) {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.group(
                                    g -> {
                                        Task<@Nullable Void> victim = g.start("victim", body);
                                        sleep(10);
                                        victim.cancel("stop");
                                        assertThat(victim.outcome())
                                                .isEqualTo(new Outcome.Cancelled<>("stop"));
                                        log("ended");
                                    }));
            return logged.messages();
        }
    }

    // rules 2: "A group opened while its owner cleans up after a delivery starts its
    // children with that request delivered"
    @Test
    void theChildrenOfAGroupWaitAsTheirOwnerMay() {
        cleaningUpAt10(
                () -> {
                    Weft.gather(() -> sleepAndLog(1, "a closed"), () -> sleepAndLog(2, "b closed"));
                    log("cleaned up");
                });
        assertThat(trace)
                .containsExactly(
                        "a closed at 11", "b closed at 12", "cleaned up at 12", "ended at 12");
    }

    @Test
    void theyAreDueAgainTogetherWithTheirOwner() {
        List<String> reports =
                cleaningUpAt10(
                        () -> {
                            sleep(3000);
                            Weft.group(
                                    g -> {
                                        g.start("closer", () -> untilCutOff("closer"));
                                        g.start(() -> sleepAndLog(1000, "quick one"));
                                    });
                            log("never");
                        });
        assertThat(trace)
                .containsExactly("quick one at 4010", "closer cut off at 5010", "ended at 5010");
        assertThat(reports).singleElement().asString().contains("closer'", "not unwound in 5s");
    }

    @Test
    void atTheEndOfTheGraceEveryWaitOfTheirsThrows() {
        cleaningUpAt10(
                () ->
                        Weft.group(
                                g ->
                                        g.start(
                                                () -> {
                                                    for (int i = 0; i < 3; i++) {
                                                        try {
                                                            sleepForever();
                                                        } catch (CancelledError e) {
                                                            log("thrown");
                                                        }
                                                    }
                                                })));
        assertThat(trace)
                .containsExactly(
                        "thrown at 5010", "thrown at 5010", "thrown at 5010", "ended at 5010");
    }

    @Test
    void childrenStartedAfterTheGraceAreCutOffAtEveryWaitFromTheFirstOn() {
        cleaningUpAt10(
                () -> {
                    try {
                        sleepForever();
                    } finally {
                        Weft.group(
                                g -> {
                                    g.start(
                                            () -> {
                                                try {
                                                    untilCutOff("first wait");
                                                } finally {
                                                    untilCutOff("second wait");
                                                }
                                            });
                                });
                    }
                });
        assertThat(trace)
                .containsExactly(
                        "first wait cut off at 5010",
                        "second wait cut off at 5010",
                        "ended at 5010");
    }

    @Test
    void soAreTheChildrenOfTheirGroups() {
        cleaningUpAt10(
                () ->
                        Weft.group(
                                g ->
                                        g.start(
                                                () -> {
                                                    sleep(1);
                                                    Weft.group(
                                                            h -> {
                                                                h.start(
                                                                        () ->
                                                                                sleepAndLog(
                                                                                        1,
                                                                                        "grandchild"));
                                                                h.start(
                                                                        () ->
                                                                                untilCutOff(
                                                                                        "another"));
                                                            });
                                                })));
        assertThat(trace)
                .containsExactly("grandchild at 12", "another cut off at 5010", "ended at 5010");
    }

    @Test
    void aChildStartedLaterIsADeliveryOlder() {
        cleaningUpAt10(
                () ->
                        Weft.group(
                                g -> {
                                    sleep(1000);
                                    g.start(() -> sleepAndLog(1, "late child"));
                                    g.start(() -> untilCutOff("another"));
                                }));
        assertThat(trace)
                .containsExactly("late child at 1011", "another cut off at 5010", "ended at 5010");
    }

    // rules 2: "in a cancelled group the child runs to its first wait (so an accepted
    // connection
    // is closed, not leaked)"
    @Test
    void aChildOfAGroupThatIsOlderThanTheRequestStillRunsToItsFirstWaitOnly() {
        cancelledAt10(
                () ->
                        Weft.group(
                                g -> {
                                    try {
                                        sleepForever();
                                    } finally {
                                        g.start(
                                                () -> {
                                                    log("accepted");
                                                    untilCutOff("connection");
                                                });
                                        sleep(5);
                                    }
                                }));
        assertThat(trace)
                .containsExactly("accepted at 10", "connection cut off at 10", "ended at 15");
    }

    @Test
    void aChildOfAGroupOpenedBetweenRequestAndDeliveryRunsToItsFirstWaitOnly() {
        Sim.run(
                () ->
                        Weft.moveOnAfter(
                                s(1),
                                () -> {
                                    Scope.current().cancel("before its group is opened");
                                    Weft.group(g -> g.start(() -> untilCutOff("child")));
                                }));
        assertThat(trace).containsExactly("child cut off at 0");
    }

    // rules 2: "Time under a shield does not count"
    @Test
    void underAShieldTheirGraceStandsStillAsTheirOwners() {
        cleaningUpAt10(
                () ->
                        Weft.shield(
                                s(2),
                                () ->
                                        Weft.group(
                                                g -> {
                                                    g.start(() -> untilCutOff("child"));
                                                    untilCutOff("owner");
                                                })));
        assertThat(trace)
                .containsExactlyInAnyOrder(
                        "owner cut off at 7010", "child cut off at 7010", "ended at 7010");
    }

    @Test
    void aShieldOfTheirOwnStopsOnlyTheirOwnGrace() {
        cleaningUpAt10(
                () ->
                        Weft.group(
                                g -> {
                                    g.start(() -> Weft.shield(s(2), () -> untilCutOff("shielded")));
                                    g.start(() -> untilCutOff("bare"));
                                }));
        assertThat(trace)
                .containsExactly(
                        "bare cut off at 5010", "shielded cut off at 7010", "ended at 7010");
    }

    @Test
    void aShieldInAShieldStopsTheGraceUntilBothHaveEnded() {
        cleaningUpAt10(
                () ->
                        Weft.shield(
                                s(3),
                                () ->
                                        Weft.group(
                                                g ->
                                                        g.start(
                                                                () -> {
                                                                    Weft.shield(
                                                                            s(1),
                                                                            () -> sleep(2000));
                                                                    untilCutOff("child");
                                                                }))));
        assertThat(trace).containsExactly("child cut off at 8010", "ended at 8010");
    }

    @Test
    void aFurtherRequestOfAnOuterScopeInterruptsThemToo() {
        Sim.run(
                () ->
                        Weft.moveOnAfter(
                                ms(30),
                                () ->
                                        Weft.moveOnAfter(
                                                ms(10),
                                                () -> {
                                                    try {
                                                        sleepForever();
                                                    } finally {
                                                        Weft.group(
                                                                g ->
                                                                        g.start(
                                                                                () ->
                                                                                        untilCutOff(
                                                                                                "child")));
                                                    }
                                                })));
        assertThat(trace).containsExactly("child cut off at 30");
    }

    @Test
    void cancellingTheOwnerOnceMoreInterruptsThemAndWhatIsStartedThere() {
        try (Logged quiet = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.group(
                                    g -> {
                                        Task<@Nullable Void> victim =
                                                g.start(
                                                        () -> {
                                                            try {
                                                                sleepForever();
                                                            } finally {
                                                                Weft.group(
                                                                        h -> {
                                                                            h.start(
                                                                                    () ->
                                                                                            untilCutOff(
                                                                                                    "child"));
                                                                            try {
                                                                                sleepForever();
                                                                            } finally {
                                                                                h.start(
                                                                                        () ->
                                                                                                untilCutOff(
                                                                                                        "late child"));
                                                                            }
                                                                        });
                                                            }
                                                        });
                                        sleep(10);
                                        victim.cancel("stop");
                                        sleep(10);
                                        victim.cancel("stop, I said");
                                    }));
            assertThat(quiet.messages()).isEmpty();
        }
        assertThat(trace).containsExactly("child cut off at 20", "late child cut off at 20");
    }

    @Test
    void aRequestThatCameAsAnInterruptCountsAsDelivered() {
        cancelledAt10(
                () -> {
                    try {
                        new LinkedBlockingQueue<String>().take();
                    } finally {
                        Weft.gather(() -> sleepAndLog(1, "closed"));
                    }
                });
        assertThat(trace).containsExactly("closed at 11", "ended at 11");
    }

    @Test
    void inTheCleanUpOfATimeoutTooWhichIsATimeoutThen() {
        Sim.run(
                () -> {
                    try {
                        Weft.timeout(
                                ms(10),
                                () -> {
                                    try {
                                        sleepForever();
                                    } finally {
                                        Weft.gather(() -> sleepAndLog(5, "closed"));
                                    }
                                });
                    } catch (TimeoutException e) {
                        log("timed out");
                    }
                });
        assertThat(trace).containsExactly("closed at 15", "timed out at 15");
    }

    @Test
    void cancelledInAnyTurnItCleansUpAllThatItBegan() {
        Sweep.sweep(
                () ->
                        new Sweep.Scene() {
                            int opened;
                            int closed;

                            void close() {
                                turns(2);
                                closed++;
                            }

                            @Override
                            public Task<?> play(Group g) {
                                return g.start(
                                        () -> {
                                            boolean done = false;
                                            try {
                                                opened += 2;
                                                turns(3);
                                                done = true;
                                            } finally {
                                                if (!done) {
                                                    Weft.gather(this::close, this::close);
                                                }
                                            }
                                        });
                            }

                            @Override
                            public void check(boolean cancelled) {
                                assertThat(closed).isEqualTo(cancelled ? opened : 0);
                            }
                        });
    }
}

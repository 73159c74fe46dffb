package dev.weft;

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

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

@SuppressWarnings("LockNotBeforeTry") // the locks are there to be held at awkward moments
class ShieldTest {
    private final List<String> trace = new ArrayList<>();

    private void log(String what) {
        trace.add(what + " at " + millis());
    }

    /** Runs {@code body} in a task and cancels it after 10 ms; the task must end cancelled. */
    private void cancelledAt10(Action<?> body) {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> task =
                                            g.start(
                                                    () -> {
                                                        body.run();
                                                        Weft.checkCancelled();
                                                    });
                                    sleep(10);
                                    task.cancel("stop");
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                    log("task ended");
                                }));
    }

    // rules 2: "shield(d, body) masks requests of scopes outside it, for the body"
    @Test
    void aRequestFromOutsideIsMaskedInTheBodyAndArrivesAtTheNextWaitAfterIt() {
        cancelledAt10(
                () -> {
                    Weft.shield(
                            s(1),
                            () -> {
                                sleep(50);
                                log("body done");
                            });
                    log("after the shield, no wait yet");
                    sleep(1);
                });
        assertThat(trace)
                .containsExactly(
                        "body done at 50",
                        "after the shield, no wait yet at 50",
                        "task ended at 50");
    }

    // rules 2: "It is no timeout: without a request outside nothing happens at `d`"
    @Test
    void givesTheBodysValueAndIsNoTimeout() {
        Sim.run(
                () -> {
                    String value =
                            Weft.shield(
                                    ms(10),
                                    () -> {
                                        sleep(100);
                                        return "value";
                                    });
                    assertThat(value).isEqualTo("value");
                    assertThat(millis()).isEqualTo(100);
                });
    }

    // rules 2: "It throws no checked exception of its own, so it fits a `finally`"
    @Test
    void fitsAFinallyBecauseItThrowsNothingCheckedOfItsOwn() {
        cancelledAt10(
                () -> {
                    try {
                        sleepForever();
                    } finally {
                        Weft.shield(s(1), () -> sleep(5));
                        log("cleaned up");
                    }
                });
        assertThat(trace).containsExactly("cleaned up at 15", "task ended at 15");
    }

    // rules 2: "Then masking ends, and what is pending or due is thrown at the next wait"
    @Test
    void atItsLimitThePendingRequestArrivesInTheBody() {
        cancelledAt10(
                () ->
                        Weft.shield(
                                ms(40),
                                () -> {
                                    try {
                                        sleepForever();
                                    } finally {
                                        log("unwinds");
                                    }
                                }));
        assertThat(trace).containsExactly("unwinds at 40", "task ended at 40");
    }

    @Test
    void aRequestAfterItsLimitArrivesAtOnce() {
        cancelledAt10(
                () ->
                        Weft.shield(
                                ms(5),
                                () -> {
                                    try {
                                        sleepForever();
                                    } finally {
                                        log("unwinds");
                                    }
                                }));
        assertThat(trace).containsExactly("unwinds at 10", "task ended at 10");
    }

    // rules 2: "`shield(d, body)` masks requests of scopes outside it, for the body and for
    // children of groups opened in it"
    @Test
    void masksForChildrenOfGroupsOpenedInItToo() {
        cancelledAt10(
                () ->
                        Weft.shield(
                                s(1),
                                () ->
                                        Weft.group(
                                                g -> {
                                                    g.start(
                                                            () -> {
                                                                sleep(50);
                                                                log("child done");
                                                            });
                                                    sleep(20);
                                                    g.start(
                                                            () -> {
                                                                sleep(40);
                                                                log("late child done");
                                                            });
                                                })));
        assertThat(trace)
                .containsExactly("child done at 50", "late child done at 60", "task ended at 60");
    }

    @Test
    void atItsLimitChildrenAreReachedToo() {
        cancelledAt10(
                () ->
                        Weft.shield(
                                ms(40),
                                () ->
                                        Weft.group(
                                                g ->
                                                        g.start(
                                                                () -> {
                                                                    try {
                                                                        sleepForever();
                                                                    } finally {
                                                                        log("child unwinds");
                                                                    }
                                                                }))));
        assertThat(trace).containsExactly("child unwinds at 40", "task ended at 40");
    }

    @Test
    void doesNotMaskScopesInsideIt() {
        Sim.run(
                () ->
                        Weft.shield(
                                s(1),
                                () -> {
                                    assertThatThrownBy(
                                                    () -> Weft.timeout(ms(10), Sim::sleepForever))
                                            .isInstanceOf(TimeoutException.class);
                                    Weft.group(
                                            g -> {
                                                g.cancel("inside");
                                                sleepForever();
                                            });
                                    assertThat(millis()).isEqualTo(10);
                                }));
    }

    @Test
    void masksATimeoutOutsideWhichIsLateThen() {
        Sim.run(
                () -> {
                    assertThatThrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(10),
                                                    () -> {
                                                        Weft.shield(s(1), () -> sleep(50));
                                                        sleepForever();
                                                    }))
                            .isInstanceOf(TimeoutException.class);
                    assertThat(millis()).isEqualTo(50);
                });
    }

    @Test
    void aTimeoutOutsideWhoseBodyEndsWithTheShieldGivesTheValue() throws Exception {
        Sim.run(
                () ->
                        assertThat(
                                        Weft.<String, RuntimeException>timeout(
                                                ms(10),
                                                () ->
                                                        Weft.<String, RuntimeException>shield(
                                                                s(1),
                                                                () -> {
                                                                    sleep(50);
                                                                    return "value";
                                                                })))
                                .isEqualTo("value"));
    }

    @Test
    void nestedShieldsMaskAsLongAsTheLongerOneLasts() {
        cancelledAt10(
                () ->
                        Weft.shield(
                                ms(100),
                                () ->
                                        Weft.shield(
                                                ms(20),
                                                () -> {
                                                    try {
                                                        sleepForever();
                                                    } finally {
                                                        log("unwinds");
                                                    }
                                                })));
        assertThat(trace).containsExactly("unwinds at 100", "task ended at 100");
    }

    // rules 2: "Time under a shield does not count"
    @Test
    void timeUnderAShieldDoesNotCountForTheGrace() {
        try (Logged logged = Logged.open()) {
            cancelledAt10(
                    () -> {
                        try {
                            sleepForever();
                        } finally {
                            sleep(2000); // 2 s of the grace
                            Weft.shield(s(100), () -> sleep(60_000));
                            sleep(2000); // 4 s
                            log("still in clean-up");
                            assertThat(thrownBy(() -> sleep(2000)))
                                    .isInstanceOf(CancelledError.class);
                            log("due again");
                        }
                    });
            assertThat(trace)
                    .containsExactly(
                            "still in clean-up at 64010",
                            "due again at 65010",
                            "task ended at 65010");
            assertThat(logged.messages()).hasSize(1);
        }
    }

    @Test
    void theGraceGoesOnWhenTheShieldsLimitPasses() {
        try (Logged logged = Logged.open()) {
            cancelledAt10(
                    () -> {
                        try {
                            sleepForever();
                        } finally {
                            assertThat(thrownBy(() -> Weft.shield(s(10), Sim::sleepForever)))
                                    .isInstanceOf(CancelledError.class);
                            log("due again");
                        }
                    });
            assertThat(trace).containsExactly("due again at 15010", "task ended at 15010");
            assertThat(logged.messages()).hasSize(1);
        }
    }

    // rules 2: "Entering is no wait"
    @Test
    void enteringIsNoWait() {
        cancelledAt10(
                () -> {
                    LoopTask.current().cancel("stop"); // due at the next wait
                    Weft.shield(s(1), () -> log("entered"));
                    Weft.checkCancelled();
                    log("never");
                });
        assertThat(trace).containsExactly("entered at 0", "task ended at 10");
    }

    @Test
    void waitsOfTheJdkInsideAreNotInterruptedForARequestOutside() {
        LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
        cancelledAt10(
                () ->
                        Weft.shield(
                                s(1),
                                () -> {
                                    Weft.background(
                                            () -> {
                                                sleep(50);
                                                queue.add("element");
                                            });
                                    log(queue.take());
                                }));
        assertThat(trace).containsExactly("element at 50", "task ended at 50");
    }

    @Test
    void anInterruptSentBeforeItDoesNotReachWaitsOfTheJdkInside() {
        ReentrantLock lock = new ReentrantLock();
        LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    lock.lock();
                                    Task<@Nullable Void> task =
                                            g.start(
                                                    () -> {
                                                        lock.lock(); // does not heed interrupts
                                                        Weft.shield(s(1), () -> log(queue.take()));
                                                        sleep(1);
                                                    });
                                    sleep(10);
                                    task.cancel("stop");
                                    sleep(10);
                                    lock.unlock();
                                    sleep(10);
                                    queue.add("element");
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                }));
        assertThat(trace).containsExactly("element at 30");
    }

    @Test
    void afterItsEndAWaitOfTheJdkIsInterruptedForWhatIsPending() {
        cancelledAt10(
                () -> {
                    Weft.shield(s(1), () -> sleep(50));
                    try {
                        new LinkedBlockingQueue<String>().take();
                    } finally {
                        log("interrupted");
                    }
                });
        assertThat(trace).containsExactly("interrupted at 50", "task ended at 50");
    }

    @Test
    void aFailureOfTheBodyPassesThrough() {
        Sim.run(
                () -> {
                    IllegalStateException failure = new IllegalStateException("x");
                    assertThat(
                                    thrownBy(
                                            () ->
                                                    Weft.shield(
                                                            s(1),
                                                            () -> {
                                                                throw failure;
                                                            })))
                            .isSameAs(failure);
                });
    }
}

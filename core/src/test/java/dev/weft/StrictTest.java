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

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

// rules 2: "strict(body) is a scope whose requests are due at every wait, in everything below
// it, shields excepted (Trio's rule)"
class StrictTest {
    private final List<String> trace = new ArrayList<>();

    private void log(String what) {
        trace.add(what + " at " + millis());
    }

    /** Waits three times and says which of them were cut off. */
    private void threeWaits() {
        for (int i = 1; i <= 3; i++) {
            try {
                sleep(100);
                log("wait " + i);
            } catch (CancelledError e) {
                log("cut off " + i);
            }
        }
        Weft.checkCancelled();
    }

    private void cancelledAt10(Action<?> body) {
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
    }

    @Test
    void aRequestFromOutsideIsThrownAtEveryWaitInIt() {
        cancelledAt10(() -> Weft.strict(this::threeWaits));
        assertThat(trace)
                .containsExactly(
                        "cut off 1 at 10", "cut off 2 at 10", "cut off 3 at 10", "ended at 10");
    }

    @Test
    void itsOwnRequestIsThrownAtEveryWait() {
        Sim.run(
                () ->
                        assertThatThrownBy(
                                        () ->
                                                Weft.strict(
                                                        () -> {
                                                            Scope.current().cancel("own");
                                                            threeWaits();
                                                        }))
                                .hasMessage("own"));
        assertThat(trace).containsExactly("cut off 1 at 0", "cut off 2 at 0", "cut off 3 at 0");
    }

    @Test
    void aTimeoutInItIsThrownAtEveryWait() {
        Sim.run(
                () ->
                        Weft.strict(
                                () ->
                                        assertThatThrownBy(
                                                        () ->
                                                                Weft.timeout(
                                                                        ms(10), this::threeWaits))
                                                .isInstanceOf(TimeoutException.class)));
        assertThat(trace).containsExactly("cut off 1 at 10", "cut off 2 at 10", "cut off 3 at 10");
    }

    @Test
    void outsideItTheRequestWasDeliveredOnceAndCleanUpMayWait() {
        cancelledAt10(
                () -> {
                    try {
                        Weft.strict(Sim::sleepForever);
                    } finally {
                        sleep(5);
                        log("cleaned up");
                    }
                });
        assertThat(trace).containsExactly("cleaned up at 15", "ended at 15");
    }

    @Test
    void aRequestDeliveredBeforeItIsDueInItToo() {
        cancelledAt10(
                () -> {
                    try {
                        sleepForever();
                    } finally {
                        Weft.strict(this::threeWaits);
                    }
                });
        assertThat(trace)
                .containsExactly(
                        "cut off 1 at 10", "cut off 2 at 10", "cut off 3 at 10", "ended at 10");
    }

    @Test
    void inTheTasksBelowItToo() {
        cancelledAt10(
                () ->
                        Weft.strict(
                                () ->
                                        Weft.group(
                                                g ->
                                                        g.start(
                                                                () ->
                                                                        Weft.group(
                                                                                h ->
                                                                                        h.start(
                                                                                                this
                                                                                                        ::threeWaits))))));
        assertThat(trace)
                .containsExactly(
                        "cut off 1 at 10", "cut off 2 at 10", "cut off 3 at 10", "ended at 10");
    }

    @Test
    void inItWhatCleanUpStartsIsCutOffToo() {
        cancelledAt10(
                () ->
                        Weft.strict(
                                () -> {
                                    try {
                                        sleepForever();
                                    } finally {
                                        Weft.group(g -> g.start(this::threeWaits));
                                    }
                                }));
        assertThat(trace)
                .containsExactly(
                        "cut off 1 at 10", "cut off 2 at 10", "cut off 3 at 10", "ended at 10");
    }

    @Test
    void aShieldInItIsExcepted() {
        cancelledAt10(
                () ->
                        Weft.strict(
                                () -> {
                                    try {
                                        sleepForever();
                                    } finally {
                                        Weft.shield(
                                                s(1),
                                                () -> {
                                                    sleep(5);
                                                    log("cleaned up");
                                                });
                                        thrownBy(() -> sleep(1));
                                        log("cut off");
                                    }
                                }));
        assertThat(trace).containsExactly("cleaned up at 15", "cut off at 15", "ended at 15");
    }

    @Test
    void aScopeInAShieldInItFollowsTheOrdinaryRule() {
        Sim.run(
                () ->
                        Weft.strict(
                                () ->
                                        Weft.shield(
                                                s(1),
                                                () -> Weft.moveOnAfter(ms(10), this::threeWaits))));
        assertThat(trace).containsExactly("cut off 1 at 10", "wait 2 at 110", "wait 3 at 210");
    }

    @Test
    void afterTheShieldsLimitItHoldsInItToo() {
        cancelledAt10(() -> Weft.strict(() -> Weft.shield(ms(30), this::threeWaits)));
        assertThat(trace)
                .containsExactly(
                        "cut off 1 at 30", "cut off 2 at 30", "cut off 3 at 30", "ended at 30");
    }

    @Test
    void aWaitOfTheJdksAfterADeliveryIsInterruptedToo() {
        cancelledAt10(
                () ->
                        Weft.strict(
                                () -> {
                                    try {
                                        sleepForever();
                                    } finally {
                                        assertThatThrownBy(() -> Thread.sleep(100))
                                                .isInstanceOf(InterruptedException.class);
                                        log("interrupted");
                                    }
                                }));
        assertThat(trace).containsExactly("interrupted at 10", "ended at 10");
    }

    @Test
    void withoutARequestItIsNothing() throws IOException {
        IOException failure = new IOException("x");
        Sim.run(
                () -> {
                    assertThat(Weft.strict(() -> "value")).isEqualTo("value");
                    Weft.strict(() -> sleep(10));
                    assertThat(
                                    thrownBy(
                                            () ->
                                                    Weft.strict(
                                                            () -> {
                                                                throw failure;
                                                            })))
                            .isSameAs(failure);
                    assertThat(millis()).isEqualTo(10);
                });
    }

    @Test
    void swept() {
        Sweep.sweep(
                () ->
                        new Sweep.Scene() {
                            int began;
                            int ended;
                            int waitsInCleanUp;

                            void work() {
                                boolean done = false;
                                began++;
                                try {
                                    turns(3);
                                    done = true;
                                } finally {
                                    if (!done) {
                                        thrownBy(() -> turns(1));
                                        waitsInCleanUp++;
                                    }
                                    Weft.shield(s(1), () -> turns(2));
                                    ended++;
                                }
                            }

                            @Override
                            public Task<?> play(Group g) {
                                return g.start(
                                        () ->
                                                Weft.strict(
                                                        () -> Weft.gather(this::work, this::work)));
                            }

                            @Override
                            public void check(boolean cancelled) {
                                assertThat(ended).isEqualTo(began);
                                if (!cancelled) {
                                    assertThat(waitsInCleanUp).isZero();
                                }
                            }
                        });
    }
}

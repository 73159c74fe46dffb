package dev.weft;

import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

class MoveOnTest {

    @Test
    void givesTheValueOfABodyThatIsFastEnough() {
        Sim.run(
                () -> {
                    assertThat(
                                    Weft.moveOnAfter(
                                            s(1),
                                            () -> {
                                                sleep(10);
                                                return "value";
                                            }))
                            .contains("value");
                    assertThat(Weft.moveOnAfter(s(1), () -> sleep(10))).isTrue();
                    assertThat(millis()).isEqualTo(20);
                });
    }

    @Test
    @SuppressWarnings("NullAway") // a caller who is not checked
    void saysSoIfTheBodyGivesNullWhichAnOptionalCannotHold() {
        Sim.run(
                () ->
                        assertThat(thrownBy(() -> Weft.moveOnAfter(s(1), () -> null)))
                                .isInstanceOf(NullPointerException.class)
                                .hasMessageContaining("moveOnAfter")
                                .hasMessageContaining("{"));
    }

    // rules 2: "`moveOnAfter` likewise with empty or false"
    @Test
    void isEmptyOrFalseWhenTheLimitPasses() {
        Sim.run(
                () -> {
                    assertThat(
                                    Weft.moveOnAfter(
                                            ms(10),
                                            () -> {
                                                sleepForever();
                                                return "value";
                                            }))
                            .isEmpty();
                    assertThat(Weft.moveOnAfter(ms(10), Sim::sleepForever)).isFalse();
                    assertThat(millis()).isEqualTo(20);
                });
    }

    @Test
    void aBodyThatEndsAllTheSameAfterTheLimitCameToItsEnd() {
        Sim.run(
                () ->
                        assertThat(
                                        Weft.moveOnAfter(
                                                Duration.ZERO,
                                                () -> {
                                                    try {
                                                        sleepForever();
                                                    } catch (CancelledError swallowed) {
                                                        sleep(1);
                                                    }
                                                }))
                                .isTrue());
    }

    @Test
    void anotherFailureAfterTheLimitHasTheTimeoutSuppressed() {
        Sim.run(
                () -> {
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            Weft.moveOnAfter(
                                                    ms(10),
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } catch (CancelledError e) {
                                                            throw new IOException("x");
                                                        }
                                                    }));
                    assertThat(thrown).hasMessage("x");
                    assertThat(thrown.getSuppressed())
                            .singleElement()
                            .isInstanceOf(TimeoutException.class);
                });
    }

    @Test
    void anOuterCancellationPassesThrough() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> task =
                                            g.start(
                                                    () -> {
                                                        Weft.moveOnAfter(s(1), Sim::sleepForever);
                                                        throw new AssertionError("absorbed");
                                                    });
                                    sleep(10);
                                    task.cancel("stop");
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                }));
    }

    @Test
    void itsChildrenAreCancelledWithIt() {
        Sim.run(
                () -> {
                    int[] ended = new int[1];
                    boolean inTime =
                            Weft.moveOnAfter(
                                    ms(10),
                                    () ->
                                            Weft.group(
                                                    g -> {
                                                        for (int i = 0; i < 3; i++) {
                                                            g.start(
                                                                    () -> {
                                                                        try {
                                                                            sleepForever();
                                                                        } finally {
                                                                            ended[0]++;
                                                                        }
                                                                    });
                                                        }
                                                    }));
                    assertThat(inTime).isFalse();
                    assertThat(ended[0]).isEqualTo(3);
                    assertThat(millis()).isEqualTo(10);
                });
    }
}

package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Interval.Missed;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class IntervalTest {
    private final List<String> trace = new ArrayList<>();

    private void note(long tick) {
        trace.add(tick + "@" + millis());
    }

    @Test
    void theFirstTickComesAtOnceAndTheOthersAPeriodApartHoweverLongTheWorkTakes() {
        Sim.run(
                () -> {
                    sleep(3);
                    for (long n : Interval.every(ms(10))) {
                        note(n);
                        sleep(n % 3 * 4);
                        if (n == 4) {
                            break;
                        }
                    }
                });
        assertThat(trace).containsExactly("0@3", "1@13", "2@23", "3@33", "4@43");
    }

    @Test
    void theFirstTickMayComeLater() {
        Sim.run(
                () -> {
                    Interval interval = Interval.every(ms(10)).startingIn(ms(25));
                    sleep(5);
                    note(interval.tick());
                    note(interval.tick());
                });
        assertThat(trace).containsExactly("0@30", "1@40");
    }

    private void late(Missed policy) {
        Sim.run(
                () -> {
                    Interval interval = Interval.every(ms(10)).missed(policy);
                    for (int i = 0; i < 6; i++) {
                        note(interval.tick());
                        if (i == 1) {
                            sleep(25);
                        }
                    }
                });
    }

    @Test
    void missedTicksAreSkippedByDefaultAndTheBeatIsKept() {
        late(Missed.SKIP);
        assertThat(trace).containsExactly("0@0", "1@10", "2@35", "4@40", "5@50", "6@60");
        List<String> skipped = List.copyOf(trace);
        trace.clear();
        Sim.run(
                () -> {
                    Interval interval = Interval.every(ms(10));
                    for (int i = 0; i < 6; i++) {
                        note(interval.tick());
                        if (i == 1) {
                            sleep(25);
                        }
                    }
                });
        assertThat(trace).isEqualTo(skipped);
    }

    @Test
    void missedTicksMayComeAtOnceUntilItHasCaughtUp() {
        late(Missed.BURST);
        assertThat(trace).containsExactly("0@0", "1@10", "2@35", "3@35", "4@40", "5@50");
    }

    @Test
    void afterAMissedTickAWholePeriodMayFollow() {
        late(Missed.DELAY);
        assertThat(trace).containsExactly("0@0", "1@10", "2@35", "3@45", "4@55", "5@65");
    }

    @Test
    void aTickThatIsLateByLittleIsNotMissed() {
        for (Missed policy : Missed.values()) {
            trace.clear();
            Sim.run(
                    () -> {
                        Interval interval = Interval.every(ms(10)).missed(policy);
                        note(interval.tick());
                        sleep(15);
                        note(interval.tick());
                        note(interval.tick());
                    });
            assertThat(trace).as(policy.name()).containsExactly("0@0", "1@15", "2@20");
        }
    }

    @Test
    void aCancelledTickHasNotBeenTaken() {
        Sim.run(
                () -> {
                    Interval interval = Interval.every(ms(10));
                    interval.tick();
                    assertThat(Weft.moveOnAfter(ms(4), () -> note(interval.tick()))).isFalse();
                    note(interval.tick());
                });
        assertThat(trace).containsExactly("1@10");
    }

    // rules 2: "A wait looks for a due cancellation on entry, before any effect"
    @Test
    void aDueTickIsACancellationPointToo() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Interval interval = Interval.every(ms(10));
                                    g.cancel("now");
                                    assertThat(thrownBy(interval::tick))
                                            .isInstanceOf(CancelledError.class);
                                    Weft.shield(ms(1), () -> note(interval.tick()));
                                }));
        assertThat(trace).containsExactly("0@0");
    }

    @Test
    void aBurstLetsOthersRun() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Interval interval = Interval.every(ms(1)).missed(Missed.BURST);
                                    interval.tick();
                                    sleep(1000);
                                    g.start(() -> trace.add("other"));
                                    for (int i = 0; i < 1000; i++) {
                                        interval.tick();
                                    }
                                    assertThat(trace).containsExactly("other");
                                }));
    }

    @Test
    void onlyOneTaskTakesItsTicks() {
        assertThat(
                        failureOf(
                                () -> {
                                    Interval interval = Interval.every(ms(10)).startingIn(ms(10));
                                    Weft.gather(
                                            () -> {
                                                interval.tick();
                                            },
                                            () -> {
                                                interval.tick();
                                            });
                                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("two tasks at once");
    }

    @Test
    void itBelongsToOneLoop() {
        Interval interval = Interval.every(ms(10));
        Sim.run(() -> interval.tick());
        assertThat(failureOf(() -> interval.tick()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("belongs to");
    }

    @Test
    void aPeriodThatIsNotPositiveIsRefused() {
        assertThatThrownBy(() -> Interval.every(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not 0s");
    }
}

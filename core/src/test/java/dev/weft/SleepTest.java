package dev.weft;

import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class SleepTest {
    private final List<String> trace = new ArrayList<>();

    @Test
    void sleepsAsLongAsAsked() {
        Sim.run(
                () -> {
                    long before = Loop.current().nanoTime();
                    Weft.sleep(Duration.ofNanos(1));
                    assertThat(Loop.current().nanoTime() - before).isEqualTo(1);
                    Weft.sleep(Duration.ofHours(5));
                    assertThat(Loop.current().nanoTime() - before)
                            .isEqualTo(Duration.ofHours(5).toNanos() + 1);
                });
    }

    @Test
    void sleepersWakeInTheOrderOfTheirTimesAndThenOfTheirCalls() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    int[] times = {30, 10, 20, 10, 30, 10};
                                    for (int i = 0; i < times.length; i++) {
                                        String name = times[i] + "/" + i;
                                        int t = times[i];
                                        g.start(
                                                () -> {
                                                    sleep(t);
                                                    trace.add(name);
                                                });
                                    }
                                }));
        assertThat(trace).containsExactly("10/1", "10/3", "10/5", "20/2", "30/0", "30/4");
    }

    @Test
    void zeroOrLessLetsTheOthersHaveOneTurnAndTakesNoTime() {
        Sim.run(
                () -> {
                    for (Duration d : List.of(Duration.ZERO, ms(-1), Duration.ofSeconds(-9))) {
                        trace.clear();
                        Weft.background(() -> trace.add("other"));
                        Weft.sleep(d);
                        assertThat(trace).containsExactly("other");
                    }
                    assertThat(millis()).isZero();
                });
    }

    @Test
    void anEndlessSleepDoesNotOverflow() {
        Sim.run(
                () -> {
                    assertThat(
                                    Weft.moveOnAfter(
                                            ms(10),
                                            () -> Weft.sleep(Duration.ofSeconds(Long.MAX_VALUE))))
                            .isFalse();
                    assertThat(
                                    Weft.moveOnAfter(
                                            ms(10),
                                            () -> Weft.sleep(Duration.ofSeconds(Long.MIN_VALUE))))
                            .isTrue();
                });
    }

    @Test
    void aCancelledSleepLeavesNoTimer() {
        Sim.run(
                () -> {
                    Weft.moveOnAfter(ms(10), Sim::sleepForever);
                    assertThat(Loop.current().timers.isEmpty()).isTrue();
                });
    }

    // rules 4: "`checkpoint()` is a cancellation point and one turn for others"
    @Test
    void checkpointGivesEveryReadyTaskOneTurn() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (String name : List.of("a", "b", "c")) {
                                        g.start(
                                                () -> {
                                                    for (int i = 0; i < 3; i++) {
                                                        trace.add(name + i);
                                                        Weft.checkpoint();
                                                    }
                                                });
                                    }
                                }));
        assertThat(trace).containsExactly("a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2");
    }

    // rules 4: "`checkpoint()` is a cancellation point and one turn for others;
    // `checkCancelled()` the first alone"
    @Test
    void checkCancelledDoesNotGiveWay() {
        Sim.run(
                () -> {
                    Weft.background(() -> trace.add("other"));
                    for (int i = 0; i < 1000; i++) {
                        Weft.checkCancelled();
                    }
                    assertThat(trace).isEmpty();
                });
    }

    @Test
    void sleepingAndTimersAreRightOnTheRealClockToo() throws Exception {
        Weft.run(
                () -> {
                    long before = System.nanoTime();
                    Weft.gather(() -> sleep(20), () -> sleep(30), () -> Thread.sleep(10));
                    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(30_000_000);
                });
    }

    @Test
    void aRequestThatComesWhileItSleepsAndOneThatComesAtTheVeryEnd() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> exact =
                                            g.start(
                                                    () -> {
                                                        sleep(10);
                                                        trace.add("slept");
                                                        sleep(10);
                                                    });
                                    sleep(10); // woken in the same turn, after the other
                                    exact.cancel("stop");
                                    assertThat(exact.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                    assertThat(millis()).isEqualTo(10);
                                }));
        assertThat(trace).containsExactly("slept"); // the wait had happened
    }

    @Test
    void failsOffTheLoop() {
        assertThat(thrownBy(() -> sleep(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is no task of a loop")
                .hasMessageContaining("Weft.run");
    }
}

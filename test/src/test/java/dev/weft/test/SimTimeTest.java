package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.DeadlockException;
import dev.weft.Loop;
import dev.weft.Weft;
import dev.weft.sync.Event;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A program on virtual time, in one call. */
class SimTimeTest {
    @Test
    void daysPassInNoTime() {
        Duration slept =
                Sim.run(
                        () -> {
                            long start = Loop.current().nanoTime();
                            Weft.sleep(Duration.ofDays(365));
                            return Duration.ofNanos(Loop.current().nanoTime() - start);
                        });
        assertThat(slept).isEqualTo(Duration.ofDays(365));
    }

    @Test
    void theWallClockPassesWithIt() {
        Sim.run(
                () -> {
                    var before = Loop.current().clock().instant();
                    Weft.sleep(Duration.ofHours(3));
                    assertThat(Loop.current().clock().instant())
                            .isEqualTo(before.plusSeconds(10_800));
                });
    }

    @Test
    void whatTheBodyThrowsIsThrownTheVeryObject() {
        IOException own = new IOException("mine");
        assertThatThrownBy(
                        () ->
                                Sim.run(
                                        () -> {
                                            Weft.sleep(Duration.ofDays(1));
                                            throw own;
                                        }))
                .isSameAs(own);
    }

    @Test
    void advanceLetsAllHappenThatIsDueByThen() {
        Sim.with(
                sim -> {
                    List<String> log = new ArrayList<>();
                    for (int i = 1; i <= 3; i++) {
                        int n = i;
                        var _ =
                                Weft.background(
                                        () -> {
                                            Weft.sleep(Duration.ofMillis(10L * n));
                                            Weft.checkpoint();
                                            log.add(n + " at " + sim.elapsed().toMillis());
                                        });
                    }
                    sim.advance(Duration.ofMillis(20));
                    assertThat(log).containsExactly("1 at 10", "2 at 20");
                    assertThat(sim.elapsed()).isEqualTo(Duration.ofMillis(20));
                });
    }

    @Test
    void untilIdleLetsTheOthersGoOnWithoutTime() {
        Sim.with(
                sim -> {
                    int[] n = new int[1];
                    Event go = new Event();
                    var _ =
                            Weft.background(
                                    () -> {
                                        go.await();
                                        for (int i = 0; i < 100; i++) {
                                            Weft.checkpoint();
                                            n[0]++;
                                        }
                                    });
                    sim.untilIdle();
                    assertThat(n[0]).isZero();
                    go.set();
                    sim.untilIdle();
                    assertThat(n[0]).isEqualTo(100);
                    assertThat(sim.elapsed()).isZero();
                });
    }

    @Test
    void aStepThatTakesLongMakesTimersLate() {
        Sim.with(
                sim -> {
                    var late =
                            Weft.background(
                                    () -> {
                                        Weft.sleep(Duration.ofMillis(1));
                                        return sim.elapsed();
                                    });
                    Weft.checkpoint();
                    sim.pass(Duration.ofSeconds(1));
                    assertThat(late.await()).isEqualTo(Duration.ofSeconds(1));
                });
    }

    @Test
    void aDeadlockIsNoticedAtOnce() {
        assertThatThrownBy(() -> Sim.run(() -> new Event().await()))
                .isInstanceOf(DeadlockException.class)
                .hasMessageContaining("Event.await");
    }

    @Test
    void aFailureThatNobodyAwaitsFailsTheRun() {
        assertThatThrownBy(
                        () ->
                                Sim.run(
                                        () -> {
                                            var _ =
                                                    Weft.background(
                                                            () -> {
                                                                throw new IOException("unseen");
                                                            });
                                            Weft.sleep(Duration.ofSeconds(5));
                                        }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("nobody")
                .hasRootCauseMessage("unseen");
    }

    @Test
    void roundsWithoutEndEndAtTheLimitOfSteps() {
        assertThatThrownBy(
                        () ->
                                Sim.exploring()
                                        .mostSteps(1_000)
                                        .run(
                                                sim -> {
                                                    while (true) {
                                                        Weft.checkpoint();
                                                    }
                                                }))
                .hasMessageContaining("1000 steps");
    }

    @Test
    void aLimitOfStepsMayBeAsHighAsNumbersGo() {
        Exploration all =
                Sim.exploring().runs(3).mostSteps(Long.MAX_VALUE).run(sim -> Weft.checkpoint());
        assertThat(all.runs()).isEqualTo(3);
    }

    @Test
    void roundsThatSwallowTheirCancellationEndAllTheSame() {
        assertThatThrownBy(
                        () ->
                                Sim.exploring()
                                        .mostSteps(1_000)
                                        .run(
                                                sim -> {
                                                    while (true) {
                                                        try {
                                                            Weft.checkpoint();
                                                        } catch (Error swallowed) {
                                                            assertThat(swallowed).isNotNull();
                                                        }
                                                    }
                                                }))
                .hasMessageContaining("1000 steps");
    }

    @Test
    void aSimulationInsideAProgramIsRefused() {
        assertThatThrownBy(() -> Sim.run(() -> Sim.run(() -> {})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("inside task 'main'");
    }
}

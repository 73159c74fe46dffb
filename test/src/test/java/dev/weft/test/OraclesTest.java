package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.Weft;
import dev.weft.sync.Semaphore;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What must hold always, sometimes and in the end. */
class OraclesTest {
    private static void crowd(Sim sim, Semaphore room, int[] inside) {
        Weft.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        g.start(
                                () -> {
                                    Weft.sleep(Duration.ofMillis(sim.random().nextInt(3)));
                                    try (var _ = room.acquire()) {
                                        inside[0]++;
                                        Weft.sleep(Duration.ofMillis(1));
                                        inside[0]--;
                                    }
                                });
                    }
                });
    }

    @Test
    void alwaysIsLookedAtAfterEveryStep() {
        SimFailure failure =
                catchThrowableOfType(
                        SimFailure.class,
                        () ->
                                Sim.exploring()
                                        .runs(50)
                                        .run(
                                                sim -> {
                                                    int[] inside = new int[1];
                                                    sim.always("alone", () -> inside[0] <= 1);
                                                    crowd(sim, new Semaphore(2), inside);
                                                }));
        assertThat(failure).hasMessageContaining("'alone' does not hold any more");
    }

    @Test
    void whatHoldsAlwaysAlarmsNever() {
        Exploration all =
                Sim.exploring()
                        .runs(50)
                        .run(
                                sim -> {
                                    int[] inside = new int[1];
                                    sim.always("two at most", () -> inside[0] <= 2);
                                    sim.sometimes("two at once", () -> inside[0] == 2);
                                    crowd(sim, new Semaphore(2), inside);
                                });
        assertThat(all.runs()).isGreaterThanOrEqualTo(50);
    }

    @Test
    void whatWasNeverSeenFailsTheExploration() {
        assertThatThrownBy(
                        () ->
                                Sim.exploring()
                                        .runs(20)
                                        .run(
                                                sim -> {
                                                    int[] inside = new int[1];
                                                    sim.sometimes("three", () -> inside[0] == 3);
                                                    crowd(sim, new Semaphore(2), inside);
                                                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("[three] never held");
    }

    @Test
    void aConditionThatThrowsIsToldByItsName() {
        for (String kind : List.of("always", "sometimes", "eventually")) {
            assertThatThrownBy(
                            () ->
                                    Sim.with(
                                            sim -> {
                                                int[] looks = new int[1];
                                                BooleanSupplier broken =
                                                        () -> looks[0]++ > 0 && looks[9] == 0;
                                                switch (kind) {
                                                    case "always" -> sim.always(kind, broken);
                                                    case "sometimes" -> sim.sometimes(kind, broken);
                                                    default ->
                                                            sim.eventually(
                                                                    kind,
                                                                    Duration.ofSeconds(1),
                                                                    broken);
                                                }
                                                Weft.checkpoint();
                                                Weft.checkpoint();
                                            }))
                    .as(kind)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("'" + kind + "'");
        }
    }

    @Test
    void eventuallyWaitsForItAndNoLonger() {
        Sim.with(
                sim -> {
                    boolean[] done = new boolean[1];
                    var _ =
                            Weft.background(
                                    () -> {
                                        Weft.sleep(Duration.ofSeconds(3));
                                        done[0] = true;
                                    });
                    sim.eventually("done", Duration.ofSeconds(10), () -> done[0]);
                    assertThat(sim.elapsed()).isEqualTo(Duration.ofSeconds(3));
                    assertThatThrownBy(
                                    () ->
                                            sim.eventually(
                                                    "undone",
                                                    Duration.ofSeconds(1),
                                                    () -> !done[0]))
                            .isInstanceOf(AssertionError.class)
                            .hasMessageContaining("'undone'");
                });
    }

    @Test
    void stepsOfASequencerRunInTheirOrder() {
        Sim.exploring()
                .runs(50)
                .run(
                        sim -> {
                            List<Integer> log = new ArrayList<>();
                            Sequencer order = sim.sequencer();
                            Weft.group(
                                    g -> {
                                        g.start(
                                                () -> {
                                                    order.at(1, () -> log.add(1));
                                                    order.at(3, () -> log.add(3));
                                                });
                                        g.start(
                                                () -> {
                                                    order.at(0, () -> log.add(0));
                                                    order.at(2, () -> log.add(2));
                                                });
                                    });
                            assertThat(log).containsExactly(0, 1, 2, 3);
                        });
    }

    @Test
    void aNumberOfASequencerStandsForOneStep() {
        Sim.with(
                sim -> {
                    Sequencer order = sim.sequencer();
                    order.at(0, () -> {});
                    assertThatThrownBy(() -> order.at(0, () -> {}))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("0");
                });
    }

    @Test
    void identifiersAreRandomOnesAndTheSameEachTime() {
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Sim.with(
                    sim -> {
                        assertThat(sim.uuid().version()).isEqualTo(4);
                        assertThat(sim.uuid().variant()).isEqualTo(2);
                        seen.add(sim.uuid().toString());
                    });
        }
        assertThat(seen.get(0)).isEqualTo(seen.get(1));
    }

    @Test
    void theFirstViolationIsTheOneThatIsReported() {
        int[] n = new int[1];
        assertThatThrownBy(
                        () ->
                                Sim.with(
                                        sim -> {
                                            sim.always("money is kept", () -> n[0] == 0);
                                            sim.sometimes(
                                                    "rare",
                                                    () -> {
                                                        if (n[0] == 2) {
                                                            throw new IllegalStateException();
                                                        }
                                                        return false;
                                                    });
                                            for (int i = 0; i < 3; i++) {
                                                Weft.sleep(Duration.ofMillis(1));
                                                n[0]++;
                                            }
                                            Weft.checkpoint();
                                        }))
                .hasMessageContaining("'money is kept'");
    }

    @Test
    void aConditionThatAddsAConditionIsRefused() {
        assertThatThrownBy(
                        () ->
                                Sim.with(
                                        sim -> {
                                            sim.always(
                                                    "outer",
                                                    () -> {
                                                        sim.always("inner", () -> true);
                                                        return true;
                                                    });
                                            Weft.checkpoint();
                                        }))
                .hasMessageContaining("'outer' could not be told")
                .rootCause()
                .hasMessageContaining("'inner'");
    }

    @Test
    void aSweepOfTimeoutsLeavesThoseOfTheKitAlone() {
        Sim.exploring()
                .runs(10)
                .expiring("main")
                .run(
                        sim -> {
                            boolean[] done = new boolean[1];
                            Weft.group(
                                    g -> {
                                        g.start(
                                                () -> {
                                                    Weft.sleep(Duration.ofMillis(5));
                                                    done[0] = true;
                                                });
                                        sim.eventually("done", Duration.ofDays(1), () -> done[0]);
                                        boolean _ =
                                                Weft.moveOnAfter(
                                                        Duration.ofDays(1),
                                                        () -> Weft.sleep(Duration.ofMillis(1)));
                                    });
                        });
    }

    @Test
    void aSweepMayCancelTheMainTask() {
        Exploration all =
                Sim.exploring()
                        .runs(10)
                        .cancelling("main")
                        .run(sim -> Weft.sleep(Duration.ofMillis(1)));
        assertThat(all.runs()).isGreaterThan(10);
    }
}

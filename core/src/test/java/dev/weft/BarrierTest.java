package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Barrier;
import dev.weft.sync.BarrierBrokenException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class BarrierTest {
    private final List<String> trace = new ArrayList<>();
    private final Barrier barrier = new Barrier(3);

    private Task<@Nullable Void> party(Group g, String name) {
        return g.start(
                name,
                () -> {
                    try {
                        trace.add(name + barrier.await());
                    } catch (BarrierBrokenException broken) {
                        trace.add(name + " broken");
                    }
                });
    }

    // ---- filling

    @Test
    void aBarrierForOneIsPassedAtOnceAgainAndAgain() {
        Sim.group(
                g -> {
                    Barrier one = new Barrier(1);
                    g.start(() -> trace.add("other"));
                    assertThat(one.await()).isZero();
                    assertThat(one.await()).isZero();
                    assertThat(trace).isEmpty(); // without giving way
                });
    }

    @Test
    void allPassWhenTheLastOneComesAndEachIsToldWhichItWas() {
        Sim.group(
                g -> {
                    party(g, "a");
                    sleep(1);
                    assertThat(barrier.waiting()).isEqualTo(1);
                    party(g, "b");
                    sleep(1);
                    assertThat(barrier.waiting()).isEqualTo(2);
                    assertThat(trace).isEmpty();
                    assertThat(barrier.await()).isEqualTo(2);
                    assertThat(barrier.waiting()).isZero();
                    assertThat(trace).isEmpty(); // the last one does not give way
                });
        assertThat(trace).containsExactly("a0", "b1");
    }

    @Test
    void itFillsAgainAndAgain() {
        List<List<Integer>> rounds = new ArrayList<>();
        Sim.group(
                g -> {
                    for (int t = 0; t < 3; t++) {
                        g.start(
                                () -> {
                                    for (int round = 0; round < 5; round++) {
                                        while (rounds.size() <= round) {
                                            rounds.add(new ArrayList<>());
                                        }
                                        rounds.get(round).add(barrier.await());
                                    }
                                });
                    }
                });
        assertThat(rounds)
                .hasSize(5)
                .allSatisfy(indices -> assertThat(indices).containsExactlyInAnyOrder(0, 1, 2));
    }

    @Test
    void moreTasksThanPartiesPassInTurns() {
        Sim.group(
                g -> {
                    for (int i = 0; i < 7; i++) {
                        party(g, "t" + i + ":");
                    }
                    sleep(1);
                    assertThat(trace).hasSize(6);
                    assertThat(barrier.waiting()).isEqualTo(1);
                    party(g, "t7:");
                    party(g, "t8:");
                });
        assertThat(trace)
                .containsExactlyInAnyOrder(
                        "t0:0", "t1:1", "t2:2", "t3:0", "t4:1", "t5:2", "t6:0", "t7:1", "t8:2");
    }

    @Test
    void whoComesBeforeThoseThatPassedHaveRunWaitsForTheNextTime() {
        Sim.group(
                g -> {
                    party(g, "a");
                    party(g, "b");
                    sleep(1);
                    barrier.await();
                    Task<@Nullable Void> early = party(g, "early");
                    sleep(1);
                    assertThat(trace).containsExactly("a0", "b1");
                    assertThat(early.isDone()).isFalse();
                    early.cancel("enough");
                });
    }

    // ---- cancellation

    @Test
    void aCancelledOneJustLeavesAndAnotherTakesItsPlace() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> a = party(g, "a");
                    party(g, "b");
                    sleep(1);
                    a.cancel("stop");
                    assertThat(barrier.waiting()).isEqualTo(1);
                    party(g, "c");
                    sleep(1);
                    assertThat(trace).isEmpty();
                    assertThat(barrier.isBroken()).isFalse();
                    party(g, "d");
                });
        assertThat(trace).containsExactlyInAnyOrder("b0", "c1", "d2");
    }

    @Test
    void oneThatHasPassedBeforeItsCancellationHasPassed() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> a =
                            g.start(
                                    () -> {
                                        trace.add("a" + barrier.await());
                                        sleepForever();
                                    });
                    party(g, "b");
                    sleep(1);
                    barrier.await();
                    a.cancel("stop");
                });
        assertThat(trace).containsExactly("a0", "b1");
    }

    @Test
    void aRequestPendingOnEntryDoesNotCount() {
        Sim.group(
                g -> {
                    party(g, "a");
                    Task<@Nullable Void> b = party(g, "b");
                    sleep(1);
                    Weft.moveOnAfter(
                            ms(1),
                            () -> {
                                Weft.shield(ms(10), () -> sleep(2));
                                barrier.await();
                            });
                    assertThat(b.isDone()).isFalse();
                    barrier.await();
                });
    }

    // ---- reset and abort

    @Test
    void resetHasThoseWhoWaitThrowAndBeginsAnew() {
        Sim.group(
                g -> {
                    party(g, "a");
                    party(g, "b");
                    sleep(1);
                    barrier.reset();
                    assertThat(barrier.waiting()).isZero();
                    assertThat(barrier.isBroken()).isFalse();
                    party(g, "c");
                    sleep(1);
                    assertThat(trace).containsExactly("a broken", "b broken");
                    party(g, "d");
                    party(g, "e");
                });
        assertThat(trace).contains("c0", "d1", "e2");
    }

    @Test
    void resetOfAnEmptyBarrierChangesNothing() {
        Sim.group(
                g -> {
                    barrier.reset();
                    party(g, "a");
                    party(g, "b");
                    party(g, "c");
                });
        assertThat(trace).hasSize(3);
    }

    @Test
    void resetAfterThoseWhoPassedWereWokenDoesNotBreakThem() {
        Sim.group(
                g -> {
                    party(g, "a");
                    party(g, "b");
                    sleep(1);
                    barrier.await();
                    barrier.reset();
                });
        assertThat(trace).containsExactly("a0", "b1");
    }

    @Test
    void abortHasAllThrowWhoWaitAndAllWhoCome() {
        Sim.group(
                g -> {
                    party(g, "a");
                    party(g, "b");
                    sleep(1);
                    barrier.abort();
                    assertThat(barrier.isBroken()).isTrue();
                    assertThat(barrier.waiting()).isZero();
                    assertThatThrownBy(barrier::await)
                            .isInstanceOf(BarrierBrokenException.class)
                            .hasMessageContaining("aborted");
                });
        assertThat(trace).containsExactly("a broken", "b broken");
    }

    @Test
    void anAbortedBarrierCanBeReset() {
        Sim.group(
                g -> {
                    barrier.abort();
                    barrier.reset();
                    assertThat(barrier.isBroken()).isFalse();
                    for (String name : List.of("a", "b", "c")) {
                        party(g, name);
                    }
                });
        assertThat(trace).containsExactlyInAnyOrder("a0", "b1", "c2");
    }

    @Test
    void eachOneThatIsBrokenThrowsAnExceptionOfItsOwn() {
        List<Throwable> thrown = new ArrayList<>();
        Sim.group(
                g -> {
                    for (int i = 0; i < 2; i++) {
                        g.start(() -> thrown.add(Sim.thrownBy(barrier::await)));
                    }
                    sleep(1);
                    barrier.reset();
                });
        assertThat(thrown).hasSize(2).doesNotHaveDuplicates();
        assertThat(thrown.getFirst()).hasMessageContaining("reset while this task waited");
    }

    // ---- misuse

    @Test
    void lessThanOnePartyIsRefused() {
        for (int wrong : new int[] {0, -1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Barrier(wrong))
                    .withMessageContaining(String.valueOf(wrong));
        }
        assertThat(barrier.parties()).isEqualTo(3);
    }

    @Test
    void belongsToTheFirstLoopThatUsesItAndRefusesOthers() {
        Sim.run(barrier::reset);
        for (Action<?> use : List.<Action<?>>of(barrier::await, barrier::reset, barrier::abort)) {
            assertThat(failureOf(use))
                    .isInstanceOf(IllegalStateException.class)
                    .isNotInstanceOf(BarrierBrokenException.class)
                    .hasMessageContaining("Barrier.await")
                    .hasMessageContaining("Loop.execute");
            assertThatIllegalStateException()
                    .isThrownBy(use::run)
                    .withMessageContaining("no task of a loop");
        }
    }

    @Test
    void saysWhatItIs() {
        assertThat(barrier).hasToString("Barrier[0 of 3 waiting]");
        Sim.run(barrier::abort);
        assertThat(barrier).hasToString("Barrier[0 of 3 waiting, broken]");
    }
}

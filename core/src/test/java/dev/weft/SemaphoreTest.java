package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Permit;
import dev.weft.sync.Semaphore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class SemaphoreTest {
    private final List<String> trace = new ArrayList<>();

    private Task<@Nullable Void> acquirer(Group g, Semaphore semaphore, String name) {
        return g.start(
                () -> {
                    semaphore.acquire();
                    trace.add(name);
                });
    }

    @Test
    void acquireTakesAPermitAtOnceIfThereIsOne() {
        Sim.run(
                () -> {
                    Semaphore semaphore = new Semaphore(2);
                    try (Permit one = semaphore.acquire();
                            Permit two = semaphore.acquire()) {
                        assertThat(one).isNotSameAs(two);
                        assertThat(semaphore.available()).isZero();
                        assertThat(semaphore.tryAcquire()).isFalse();
                    }
                    assertThat(semaphore.available()).isEqualTo(2);
                });
    }

    @Test
    void closingAPermitTwiceGivesItBackOnce() {
        Sim.run(
                () -> {
                    Semaphore semaphore = new Semaphore(1);
                    Permit permit = semaphore.acquire();
                    permit.close();
                    permit.close();
                    assertThat(semaphore.available()).isEqualTo(1);
                });
    }

    @Test
    void aNegativeBeginningIsRefused() {
        assertThatThrownBy(() -> new Semaphore(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }

    @Test
    void zeroAtFirstWaitsForARelease() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Semaphore semaphore = new Semaphore(0);
                                    acquirer(g, semaphore, "acquired");
                                    sleep(10);
                                    assertThat(trace).isEmpty();
                                    assertThat(semaphore.waiting()).isEqualTo(1);
                                    semaphore.release();
                                    assertThat(trace).isEmpty(); // release does not give way
                                }));
        assertThat(trace).containsExactly("acquired");
    }

    @Test
    void waitersAreServedInTheOrderInWhichTheyCame() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Semaphore semaphore = new Semaphore(0);
                                    for (int i = 0; i < 10; i++) {
                                        acquirer(g, semaphore, "task " + i);
                                    }
                                    sleep(1);
                                    for (int i = 0; i < 10; i++) {
                                        semaphore.release();
                                    }
                                }));
        assertThat(trace).isSorted().hasSize(10);
    }

    @Test
    void aNewcomerNeverOvertakesOneThatWaits() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Semaphore semaphore = new Semaphore(0);
                                    acquirer(g, semaphore, "waiter");
                                    sleep(1);
                                    semaphore.release();
                                    assertThat(semaphore.available()).isZero();
                                    assertThat(semaphore.tryAcquire()).isFalse();
                                    acquirer(g, semaphore, "newcomer");
                                    sleep(1);
                                    assertThat(trace).containsExactly("waiter");
                                    semaphore.release();
                                }));
        assertThat(trace).containsExactly("waiter", "newcomer");
    }

    @Test
    void releaseMayAddToThePermits() {
        Sim.run(
                () -> {
                    Semaphore semaphore = new Semaphore(0);
                    semaphore.release();
                    semaphore.release();
                    assertThat(semaphore.available()).isEqualTo(2);
                });
    }

    @Test
    void aCancelledAcquireHoldsNothingAndTheNextInLineIsServed() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Semaphore semaphore = new Semaphore(0);
                                    Task<@Nullable Void> first = acquirer(g, semaphore, "first");
                                    acquirer(g, semaphore, "second");
                                    sleep(1);
                                    first.cancel("stop");
                                    assertThat(semaphore.waiting()).isEqualTo(1); // at once
                                    semaphore.release();
                                    sleep(1);
                                    assertThat(trace).containsExactly("second");
                                    assertThat(semaphore.available()).isZero();
                                }));
    }

    @Test
    void aPermitHandedOverBeforeTheCancellationCameIsReturned() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Semaphore semaphore = new Semaphore(0);
                                    Task<@Nullable Void> task =
                                            g.start(
                                                    () -> {
                                                        try (Permit p = semaphore.acquire()) {
                                                            trace.add("holds " + (p != null));
                                                            sleepForever();
                                                        }
                                                    });
                                    sleep(1);
                                    semaphore.release();
                                    task.cancel("stop"); // woken, has not run yet
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                    assertThat(semaphore.available()).isEqualTo(1);
                                }));
        assertThat(trace).containsExactly("holds true");
    }

    @Test
    void aTimeoutAroundAcquireLosesNoPermit() {
        Sim.run(
                () -> {
                    Semaphore semaphore = new Semaphore(1);
                    try (Permit p = semaphore.acquire()) {
                        assertThat(p).isNotNull();
                        assertThat(
                                        Weft.moveOnAfter(
                                                ms(10),
                                                () -> {
                                                    semaphore.acquire();
                                                }))
                                .isFalse();
                    }
                    assertThat(semaphore.available()).isEqualTo(1);
                });
    }

    @Test
    void limitsHowManyTasksAreInside() {
        Sim.run(
                () -> {
                    Semaphore semaphore = new Semaphore(3);
                    int[] inside = new int[2];
                    Weft.group(
                            g -> {
                                for (int i = 0; i < 50; i++) {
                                    int n = i;
                                    g.start(
                                            () -> {
                                                try (Permit p = semaphore.acquire()) {
                                                    assertThat(p).isNotNull();
                                                    inside[1] = Math.max(inside[1], ++inside[0]);
                                                    turns(n % 4);
                                                    inside[0]--;
                                                }
                                            });
                                }
                            });
                    assertThat(inside[1]).isEqualTo(3);
                    assertThat(semaphore.available()).isEqualTo(3);
                });
    }

    @Test
    void belongsToTheFirstLoopThatUsesItAndRefusesOthers() {
        Semaphore semaphore = new Semaphore(1);
        String first =
                Sim.run(
                        () -> {
                            semaphore.acquire().close();
                            return Loop.current().name();
                        });
        assertThat(failureOf(semaphore::acquire))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Semaphore.acquire")
                .hasMessageContaining(first)
                .hasMessageContaining("Loop.execute");
        assertThat(failureOf(semaphore::release)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(semaphore::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no task of a loop");
    }

    @Test
    void saysWhatItIs() {
        assertThat(new Semaphore(3)).hasToString("Semaphore[available=3, waiting=0]");
    }

    // ---- several permits at once

    @Test
    void severalPermitsAreTakenAndGivenBackTogether() {
        Sim.run(
                () -> {
                    Semaphore semaphore = new Semaphore(5);
                    try (Permit p = semaphore.acquireMany(3)) {
                        assertThat(p).isNotNull();
                        assertThat(semaphore.available()).isEqualTo(2);
                    }
                    assertThat(semaphore.available()).isEqualTo(5);
                    semaphore.releaseMany(2);
                    assertThat(semaphore.available()).isEqualTo(7);
                });
    }

    @Test
    void oneThatWantsLessDoesNotOvertakeOneThatWantsMore() {
        Sim.group(
                g -> {
                    Semaphore semaphore = new Semaphore(1);
                    g.start(
                            () -> {
                                semaphore.acquireMany(3);
                                trace.add("three");
                            });
                    acquirer(g, semaphore, "one");
                    sleep(1);
                    assertThat(semaphore.tryAcquire()).isFalse();
                    semaphore.release();
                    sleep(1);
                    assertThat(trace).isEmpty();
                    semaphore.releaseMany(2);
                    sleep(1);
                    assertThat(trace).containsExactly("three", "one");
                    assertThat(semaphore.available()).isZero();
                });
    }

    @Test
    void thoseBehindACancelledOneThatWantedMoreAreServed() {
        Sim.group(
                g -> {
                    Semaphore semaphore = new Semaphore(2);
                    Task<Permit> many = g.start(() -> semaphore.acquireMany(3));
                    acquirer(g, semaphore, "a");
                    acquirer(g, semaphore, "b");
                    acquirer(g, semaphore, "c");
                    sleep(1);
                    many.cancel("stop");
                    sleep(1);
                    assertThat(trace).containsExactly("a", "b");
                    semaphore.release();
                });
        assertThat(trace).containsExactly("a", "b", "c");
    }

    @Test
    void aReleaseOfManyServesAsManyAsItCan() {
        Sim.group(
                g -> {
                    Semaphore semaphore = new Semaphore(0);
                    for (String name : List.of("a", "b", "c")) {
                        acquirer(g, semaphore, name);
                    }
                    sleep(1);
                    semaphore.releaseMany(5);
                    assertThat(semaphore.available()).isEqualTo(2);
                });
        assertThat(trace).containsExactly("a", "b", "c");
    }

    @Test
    void lessThanOnePermitIsRefused() {
        Semaphore semaphore = new Semaphore(1);
        for (int n : new int[] {0, -1}) {
            for (Action<?> use :
                    List.<Action<?>>of(
                            () -> semaphore.acquireMany(n), () -> semaphore.releaseMany(n))) {
                assertThatThrownBy(use::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(String.valueOf(n));
            }
        }
    }

    // ---- bounded

    @Test
    void aBoundedSemaphoreRefusesMoreReleasesThanAcquisitions() {
        Sim.run(
                () -> {
                    Semaphore semaphore = Semaphore.bounded(2);
                    semaphore.acquire();
                    semaphore.release();
                    assertThatThrownBy(semaphore::release)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("at most 2 permits");
                    assertThat(semaphore.available()).isEqualTo(2);
                    semaphore.acquire().close();
                    assertThat(semaphore.tryAcquire()).isTrue();
                    assertThatThrownBy(() -> semaphore.releaseMany(2))
                            .isInstanceOf(IllegalStateException.class);
                    assertThat(semaphore.available()).isEqualTo(1);
                });
    }

    @Test
    void aBoundedSemaphoreRefusesARequestThatItCanNeverServe() {
        assertThatThrownBy(() -> Semaphore.bounded(2).acquireMany(3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 permits can never be had from a semaphore of 2");
        assertThatThrownBy(() -> Semaphore.bounded(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anUnboundedSemaphoreRefusesMorePermitsThanCanBeCounted() {
        Sim.run(
                () -> {
                    Semaphore semaphore = new Semaphore(Integer.MAX_VALUE);
                    assertThatThrownBy(semaphore::release)
                            .isInstanceOf(IllegalStateException.class);
                    assertThat(semaphore.available()).isEqualTo(Integer.MAX_VALUE);
                });
    }

    // ---- in which windows

    @Test
    void aReleaseAndACancellationInOneTurnLeaveThePermitToTheNext() {
        Sim.group(
                g -> {
                    Semaphore semaphore = new Semaphore(0);
                    Task<@Nullable Void> first = acquirer(g, semaphore, "first");
                    acquirer(g, semaphore, "second");
                    sleep(1);
                    first.cancel("stop");
                    semaphore.release();
                    assertThat(semaphore.available()).isZero();
                });
        assertThat(trace).containsExactly("second");
    }

    @Test
    void orderIsKeptWhenTasksTakeGiveBackAndTakeAgain() {
        Semaphore semaphore = new Semaphore(1);
        Sim.group(
                g -> {
                    for (String name : List.of("a", "b", "c")) {
                        g.start(
                                () -> {
                                    for (int i = 0; i < 2; i++) {
                                        try (Permit p = semaphore.acquire()) {
                                            assertThat(p).isNotNull();
                                            trace.add(name + i);
                                            turns(1);
                                        }
                                    }
                                });
                    }
                });
        assertThat(trace).containsExactly("a0", "b0", "c0", "a1", "b1", "c1");
    }

    // ---- who holds it

    @Test
    void tellsWhoHoldsPermitsAsLongAsTheyAreGivenBackByClosing() {
        Sim.group(
                g -> {
                    Semaphore semaphore = new Semaphore(10);
                    List<Task<?>> tasks = new ArrayList<>();
                    for (int i = 0; i < 6; i++) {
                        int n = i;
                        tasks.add(
                                g.start(
                                        () -> {
                                            try (Permit p = semaphore.acquire()) {
                                                assertThat(p).isNotNull();
                                                sleep(n % 2 == 0 ? 10 : 20);
                                            }
                                        }));
                    }
                    sleep(1);
                    assertThat(semaphore.holders()).isEqualTo(tasks);
                    sleep(10);
                    assertThat(semaphore.holders())
                            .containsExactly(tasks.get(1), tasks.get(3), tasks.get(5));
                    Permit mine = semaphore.acquire();
                    assertThat(semaphore.holders()).hasSize(4).contains(Task.current());
                    mine.close();
                    mine.close();
                    assertThat(semaphore.holders()).hasSize(3);
                    semaphore.release();
                    assertThat(semaphore.holders()).isEmpty();
                });
    }
}

package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.sync.Lock;
import dev.weft.sync.Permit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class LockTest {
    private final List<String> trace = new ArrayList<>();
    private final Lock lock = new Lock();

    /** Takes the lock, notes it, keeps it so many turns, and gives it back. */
    private Task<@Nullable Void> user(Group g, String name, int turns) {
        return g.start(
                name,
                () -> {
                    try (Permit _ = lock.acquire()) {
                        trace.add(name);
                        turns(turns);
                    }
                });
    }

    private static String owner(Lock lock) {
        return lock.owner().map(Task::name).orElse("nobody");
    }

    // ---- one at a time, in order

    @Test
    void aFreeLockIsTakenWithoutGivingWay() {
        Sim.group(
                g -> {
                    user(g, "other", 0);
                    try (Permit _ = lock.acquire()) {
                        assertThat(trace).isEmpty();
                        assertThat(lock.locked()).isTrue();
                        assertThat(owner(lock)).isEqualTo("main");
                    }
                    assertThat(lock.locked()).isFalse();
                    assertThat(lock.owner()).isEmpty();
                });
    }

    @Test
    void oneTaskAtATimeHoldsIt() {
        int[] inside = new int[2];
        Sim.group(
                g -> {
                    for (int i = 0; i < 20; i++) {
                        int n = i;
                        g.start(
                                () -> {
                                    try (Permit _ = lock.acquire()) {
                                        inside[1] = Math.max(inside[1], ++inside[0]);
                                        turns(n % 4);
                                        inside[0]--;
                                    }
                                });
                    }
                });
        assertThat(inside).containsExactly(0, 1);
    }

    @Test
    void waitersAreServedInTheOrderInWhichTheyCame() {
        Sim.group(
                g -> {
                    try (Permit _ = lock.acquire()) {
                        for (int i = 0; i < 10; i++) {
                            user(g, "task " + i, 1);
                        }
                        sleep(1);
                        assertThat(lock.waiting()).isEqualTo(10);
                    }
                });
        assertThat(trace).isSorted().hasSize(10);
    }

    @Test
    void aNewcomerNeverOvertakesOneThatWaits() {
        Sim.group(
                g -> {
                    Permit permit = lock.acquire();
                    user(g, "waiter", 1);
                    sleep(1);
                    permit.close();
                    assertThat(owner(lock)).isEqualTo("waiter"); // though it has not run yet
                    assertThat(lock.tryAcquire()).isFalse();
                    try (Permit _ = lock.acquire()) {
                        trace.add("newcomer");
                    }
                });
        assertThat(trace).containsExactly("waiter", "newcomer");
    }

    @Test
    void tryAcquireTakesAFreeLockOnly() {
        Sim.run(
                () -> {
                    assertThat(lock.tryAcquire()).isTrue();
                    assertThat(lock.tryAcquire()).isFalse();
                    lock.release();
                    assertThat(lock.locked()).isFalse();
                });
    }

    // ---- giving it back

    @Test
    void releaseWithoutWaitersFreesIt() {
        Sim.run(
                () -> {
                    lock.acquire();
                    lock.release();
                    assertThat(lock.locked()).isFalse();
                });
    }

    @Test
    void releasingALockThatNobodyHoldsIsRefused() {
        Sim.run(
                () -> {
                    assertThatIllegalStateException()
                            .isThrownBy(lock::release)
                            .withMessageContaining("nobody holds");
                    lock.acquire().close();
                    assertThatIllegalStateException().isThrownBy(lock::release);
                    assertThat(lock.tryAcquire()).isTrue();
                });
    }

    @Test
    void anyTaskMayRelease() {
        Sim.group(
                g -> {
                    lock.acquire();
                    g.start(lock::release).await();
                    assertThat(lock.locked()).isFalse();
                });
    }

    @Test
    void closingAPermitTwiceGivesTheLockBackOnce() {
        Sim.group(
                g -> {
                    Permit permit = lock.acquire();
                    permit.close();
                    user(g, "other", 5);
                    turns(1);
                    permit.close();
                    assertThat(owner(lock)).isEqualTo("other");
                });
    }

    @Test
    void aPermitWhoseLockWasReleasedOtherwiseIsNothingWhenClosed() {
        Sim.group(
                g -> {
                    Permit permit = lock.acquire();
                    lock.release();
                    Permit second = lock.acquire();
                    permit.close();
                    assertThat(lock.locked()).isTrue();
                    second.close();
                    assertThat(lock.locked()).isFalse();
                });
    }

    @Test
    void aLockReleasedByAStrangerBeforeItsNewOwnerRanStillExcludes() {
        int[] inside = new int[2];
        Sim.group(
                g -> {
                    Permit permit = lock.acquire();
                    for (int i = 0; i < 2; i++) {
                        g.start(
                                () -> {
                                    try (Permit _ = lock.acquire()) {
                                        inside[1] = Math.max(inside[1], ++inside[0]);
                                        turns(2);
                                        inside[0]--;
                                    }
                                });
                    }
                    sleep(1);
                    permit.close();
                    lock.release(); // of the first, which has not run yet
                });
        assertThat(inside).containsExactly(0, 1);
        assertThat(lock.locked()).isFalse();
    }

    // ---- misuse

    @Test
    void acquiringALockThatOneHoldsFailsAtOnceAndSaysWhatToDo() {
        Sim.group(
                g ->
                        g.start(
                                        "me",
                                        () -> {
                                            try (Permit _ = lock.acquire()) {
                                                assertThatIllegalStateException()
                                                        .isThrownBy(lock::acquire)
                                                        .withMessageContaining("task 'me'")
                                                        .withMessageContaining("not reentrant");
                                                assertThat(lock.locked()).isTrue();
                                            }
                                            assertThat(lock.locked()).isFalse();
                                        })
                                .await());
    }

    @Test
    void belongsToTheFirstLoopThatUsesItAndRefusesOthers() {
        String first =
                Sim.run(
                        () -> {
                            lock.acquire();
                            return Loop.current().name();
                        });
        for (Action<?> use : List.<Action<?>>of(lock::acquire, lock::tryAcquire, lock::release)) {
            assertThat(failureOf(use))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Lock.acquire")
                    .hasMessageContaining(first)
                    .hasMessageContaining("Loop.execute");
        }
        assertThatIllegalStateException()
                .isThrownBy(lock::release)
                .withMessageContaining("no task of a loop");
    }

    @Test
    void aPermitClosedOnAnotherLoopIsRefused() {
        Permit permit = Sim.run(lock::acquire);
        assertThat(failureOf(permit::close)).isInstanceOf(IllegalStateException.class);
        assertThat(lock.locked()).isTrue();
    }

    @Test
    void saysWhatItIs() {
        assertThat(lock).hasToString("Lock[free, waiting=0]");
        Sim.run(
                () -> {
                    try (Permit _ = lock.acquire()) {
                        assertThat(lock).hasToString("Lock[held by task 'main', waiting=0]");
                    }
                });
    }

    // ---- cancellation

    @Test
    void aCancelledAcquireHoldsNothingAndTheNextInLineIsServed() {
        Sim.group(
                g -> {
                    try (Permit _ = lock.acquire()) {
                        Task<@Nullable Void> first = user(g, "first", 0);
                        user(g, "second", 0);
                        sleep(1);
                        first.cancel("stop");
                        assertThat(lock.waiting()).isEqualTo(1); // at once
                    }
                });
        assertThat(trace).containsExactly("second");
        assertThat(lock.locked()).isFalse();
    }

    // rules 2: "Once the waker has handed over the result the wait has happened"
    @Test
    void aLockHandedOverBeforeTheCancellationCameIsHeld() {
        Sim.group(
                g -> {
                    Permit permit = lock.acquire();
                    Task<@Nullable Void> task =
                            g.start(
                                    () -> {
                                        try (Permit _ = lock.acquire()) {
                                            trace.add("holds it");
                                            sleepForever();
                                        }
                                    });
                    user(g, "next", 0);
                    sleep(1);
                    permit.close();
                    task.cancel("stop"); // woken, has not run yet
                    assertThat(task.outcome()).isEqualTo(new Outcome.Cancelled<>("stop"));
                });
        assertThat(trace).containsExactly("holds it", "next");
        assertThat(lock.locked()).isFalse();
    }

    @Test
    void aReleaseAndACancellationInOneTurnLeaveTheLockToTheNext() {
        Sim.group(
                g -> {
                    Permit permit = lock.acquire();
                    Task<@Nullable Void> first = user(g, "first", 0);
                    user(g, "second", 0);
                    sleep(1);
                    first.cancel("stop");
                    permit.close(); // the first has not unwound yet
                    assertThat(owner(lock)).isNotEqualTo("first");
                });
        assertThat(trace).containsExactly("second");
        assertThat(lock.locked()).isFalse();
    }

    @Test
    void cancellingATaskThatHasTheLockAlreadyChangesNothing() {
        Sim.group(
                g -> {
                    Permit permit = lock.acquire();
                    Task<@Nullable Void> first = user(g, "first", 0);
                    sleep(1);
                    permit.close();
                    first.await();
                    assertThat(first.cancel("too late")).isFalse();
                    assertThat(lock.tryAcquire()).isTrue();
                });
    }

    @Test
    void aRequestPendingOnEntryHasNoEffect() {
        Sim.group(
                g ->
                        Weft.moveOnAfter(
                                ms(1),
                                () -> {
                                    Weft.shield(ms(10), () -> sleep(2));
                                    lock.acquire();
                                }));
        assertThat(lock.locked()).isFalse();
    }

    @Test
    void aTimeoutAroundAcquireLosesNoLock() {
        Sim.run(
                () -> {
                    lock.tryAcquire();
                    Task<Boolean> other =
                            Weft.background(
                                    () ->
                                            Weft.moveOnAfter(
                                                    ms(10),
                                                    () -> {
                                                        lock.acquire();
                                                    }));
                    assertThat(other.await()).isFalse();
                    lock.release();
                    assertThat(lock.tryAcquire()).isTrue();
                });
    }

    @Test
    void aTaskThatTakesAFreeLockAgainAndAgainGivesWay() {
        Sim.group(
                g -> {
                    user(g, "other", 0);
                    while (trace.isEmpty()) {
                        lock.acquire().close();
                    }
                });
    }
}

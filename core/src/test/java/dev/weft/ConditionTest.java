package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.sync.Condition;
import dev.weft.sync.Lock;
import dev.weft.sync.Permit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class ConditionTest {
    private final List<String> trace = new ArrayList<>();
    private final Lock lock = new Lock();
    private final Condition condition = new Condition(lock);
    private int value;

    private Task<@Nullable Void> waiter(Group g, String name) {
        return g.start(
                name,
                () -> {
                    try (Permit _ = lock.acquire()) {
                        condition.await();
                        assertThat(lock.owner()).contains(Task.current());
                        trace.add(name);
                    }
                });
    }

    private void signal(int n) {
        try (Permit _ = lock.acquire()) {
            condition.signalUpTo(n);
        }
    }

    // ---- waiting and signalling

    @Test
    void awaitGivesTheLockBackAndHasItAgainWhenItReturns() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> task = waiter(g, "a");
                    turns(1);
                    assertThat(lock.locked()).isFalse();
                    assertThat(condition.waiting()).isEqualTo(1);
                    try (Permit _ = lock.acquire()) {
                        condition.signal();
                        turns(5);
                        assertThat(trace).isEmpty(); // the lock is held here
                    }
                    task.await();
                });
        assertThat(trace).containsExactly("a");
        assertThat(lock.locked()).isFalse();
    }

    @Test
    void signalLetsThoseWhoCameFirstGoOn() {
        Sim.group(
                g -> {
                    for (String name : List.of("a", "b", "c", "d")) {
                        waiter(g, name);
                    }
                    sleep(1);
                    signal(1);
                    sleep(1);
                    assertThat(trace).containsExactly("a");
                    signal(2);
                    sleep(1);
                    assertThat(trace).containsExactly("a", "b", "c");
                    signal(1024);
                });
        assertThat(trace).containsExactly("a", "b", "c", "d");
    }

    @Test
    void signalAllLetsAllGoOnInTheOrderInWhichTheyCame() {
        Sim.group(
                g -> {
                    for (String name : List.of("a", "b", "c")) {
                        waiter(g, name);
                    }
                    sleep(1);
                    try (Permit _ = lock.acquire()) {
                        condition.signalAll();
                    }
                });
        assertThat(trace).containsExactly("a", "b", "c");
    }

    @Test
    void aSignalThatNobodyWaitsForIsNotKept() {
        Sim.group(
                g -> {
                    signal(1);
                    Task<@Nullable Void> task = waiter(g, "late");
                    sleep(1);
                    assertThat(task.isDone()).isFalse();
                    signal(1);
                });
    }

    @Test
    void awaitForReturnsAtOnceOrWhenItsConditionHolds() {
        Sim.group(
                g -> {
                    Task<Integer> task =
                            g.start(
                                    () -> {
                                        try (Permit _ = lock.acquire()) {
                                            condition.awaitFor(() -> value >= 3);
                                            return value;
                                        }
                                    });
                    for (int i = 1; i <= 3; i++) {
                        sleep(1);
                        assertThat(task.isDone()).isFalse();
                        try (Permit _ = lock.acquire()) {
                            value = i;
                            condition.signal();
                        }
                    }
                    assertThat(task.await()).isEqualTo(3);
                    try (Permit _ = lock.acquire()) {
                        condition.awaitFor(() -> true);
                    }
                });
    }

    @Test
    void whatAwaitForsConditionThrowsArrivesWithTheLockHeld() {
        Sim.run(
                () -> {
                    try (Permit _ = lock.acquire()) {
                        assertThat(
                                        thrownBy(
                                                () ->
                                                        condition.awaitFor(
                                                                () -> {
                                                                    throw new IllegalArgumentException(
                                                                            "bad");
                                                                })))
                                .hasMessage("bad");
                        assertThat(lock.owner()).contains(Task.current());
                    }
                });
    }

    @Test
    void severalConditionsShareALock() {
        Condition other = new Condition(lock);
        assertThat(other.lock()).isSameAs(lock);
        assertThat(new Condition().lock()).isNotSameAs(lock);
        Sim.group(
                g -> {
                    waiter(g, "a");
                    g.start(
                            () -> {
                                try (Permit _ = lock.acquire()) {
                                    other.await();
                                    trace.add("other");
                                }
                            });
                    sleep(1);
                    try (Permit _ = lock.acquire()) {
                        other.signalAll();
                    }
                    sleep(1);
                    assertThat(trace).containsExactly("other");
                    signal(1);
                });
        assertThat(trace).containsExactly("other", "a");
    }

    @Test
    void thePermitOfTheLockOutlivesTheWait() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> task =
                            g.start(
                                    () -> {
                                        Permit permit = lock.acquire();
                                        condition.await();
                                        permit.close();
                                        assertThat(lock.owner()).isEmpty();
                                    });
                    sleep(1);
                    signal(1);
                    task.await();
                });
    }

    // ---- misuse

    @Test
    void everyCallNeedsTheLock() {
        Sim.group(
                g -> {
                    for (Action<?> call : calls()) {
                        assertThatIllegalStateException()
                                .isThrownBy(call::run)
                                .withMessageContaining("without its lock, which is free");
                    }
                    Task<@Nullable Void> holder =
                            g.start(
                                    "holder",
                                    () -> {
                                        lock.acquire();
                                        sleepForever();
                                    });
                    sleep(1);
                    for (Action<?> call : calls()) {
                        assertThatIllegalStateException()
                                .isThrownBy(call::run)
                                .withMessageContaining("task 'holder' holds");
                    }
                    holder.cancel("enough");
                });
    }

    private List<Action<?>> calls() {
        return List.of(
                condition::await,
                () -> condition.awaitFor(() -> true),
                condition::signal,
                condition::signalAll);
    }

    @Test
    void aNegativeNumberToSignalIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> condition.signalUpTo(-1));
    }

    @Test
    void anotherLoopsTasksAreRefused() {
        Sim.run(() -> lock.acquire());
        for (Action<?> call : calls()) {
            assertThat(failureOf(call)).isInstanceOf(IllegalStateException.class);
        }
        assertThatIllegalStateException().isThrownBy(condition::signal);
    }

    @Test
    void saysWhatItIs() {
        assertThat(condition).hasToString("Condition[Lock[free, waiting=0], waiting=0]");
    }

    // ---- cancellation

    @Test
    void aCancelledWaitTakesTheLockBeforeItThrows() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> task =
                            g.start(
                                    () -> {
                                        try (Permit _ = lock.acquire()) {
                                            try {
                                                condition.await();
                                            } finally {
                                                assertThat(lock.owner()).contains(Task.current());
                                                trace.add("held");
                                            }
                                        }
                                    });
                    sleep(1);
                    task.cancel("stop");
                    assertThat(condition.waiting()).isZero();
                    assertThat(task.outcome()).isEqualTo(new Outcome.Cancelled<>("stop"));
                });
        assertThat(trace).containsExactly("held");
        assertThat(lock.locked()).isFalse();
    }

    @Test
    void aCancelledWaitWaitsForTheLockAsLongAsItTakes() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> task = waiter(g, "a");
                    sleep(1);
                    try (Permit _ = lock.acquire()) {
                        task.cancel("stop");
                        sleep(60_000); // longer than any grace
                        assertThat(task.isDone()).isFalse();
                        assertThat(lock.waiting()).isEqualTo(1);
                    }
                    assertThat(task.outcome()).isEqualTo(new Outcome.Cancelled<>("stop"));
                });
        assertThat(trace).isEmpty();
        assertThat(lock.locked()).isFalse();
    }

    @Test
    void aSecondRequestWhileTheLockIsTakenBackDoesNotLoseTheLock() {
        Sim.group(
                g -> {
                    Task<Boolean> task =
                            g.start(
                                    () ->
                                            Weft.moveOnAfter(
                                                    ms(5),
                                                    () -> {
                                                        try (Permit _ = lock.acquire()) {
                                                            try {
                                                                condition.await();
                                                            } finally {
                                                                assertThat(lock.owner())
                                                                        .contains(Task.current());
                                                            }
                                                        }
                                                    }));
                    sleep(1);
                    try (Permit _ = lock.acquire()) {
                        sleep(10); // the deadline has passed
                        task.cancel("as well");
                        sleep(10);
                        assertThat(task.isDone()).isFalse();
                    }
                    sleep(1);
                    assertThat(task.isDone()).isTrue();
                });
        assertThat(lock.locked()).isFalse();
    }

    @Test
    void aWaitThatWasSignalledBeforeItsCancellationReturns() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> task =
                            g.start(
                                    () -> {
                                        try (Permit _ = lock.acquire()) {
                                            condition.await();
                                            trace.add("signalled");
                                            sleepForever();
                                        }
                                    });
                    sleep(1);
                    try (Permit _ = lock.acquire()) {
                        condition.signal();
                        task.cancel("stop");
                    }
                    assertThat(task.outcome()).isEqualTo(new Outcome.Cancelled<>("stop"));
                });
        assertThat(trace).containsExactly("signalled");
        assertThat(lock.locked()).isFalse();
    }

    @Test
    void aSignalledWaitThatIsCancelledWhileItWaitsForTheLockReturnsToo() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> task = waiter(g, "a");
                    sleep(1);
                    try (Permit _ = lock.acquire()) {
                        condition.signal();
                        sleep(1);
                        assertThat(lock.waiting()).isEqualTo(1);
                        task.cancel("stop");
                        sleep(1);
                    }
                    task.outcome();
                });
        assertThat(trace).containsExactly("a");
    }

    @Test
    void noSignalIsLostToACancelledWait() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> a = waiter(g, "a");
                    waiter(g, "b");
                    sleep(1);
                    try (Permit _ = lock.acquire()) {
                        a.cancel("stop");
                        condition.signal(); // a has not unwound yet
                    }
                });
        assertThat(trace).containsExactly("b");
    }

    @Test
    void aRequestPendingOnEntryIsThrownWithTheLockKept() {
        Sim.run(
                () -> {
                    Weft.moveOnAfter(
                            ms(1),
                            () -> {
                                try (Permit _ = lock.acquire()) {
                                    Weft.shield(ms(10), () -> sleep(2));
                                    try {
                                        condition.await();
                                    } finally {
                                        trace.add("locked: " + lock.locked());
                                    }
                                }
                            });
                    assertThat(lock.locked()).isFalse();
                });
        assertThat(trace).containsExactly("locked: true");
    }

    @Test
    void aTimeoutInsideTheLockLeavesItHeld() {
        Sim.run(
                () -> {
                    try (Permit _ = lock.acquire()) {
                        assertThat(Weft.moveOnAfter(ms(1), condition::await)).isFalse();
                        assertThat(lock.owner()).contains(Task.current());
                        condition.signal();
                    }
                    assertThat(lock.locked()).isFalse();
                });
    }

    // "enter: a cancellation point, before any effect", also where the condition holds at once
    @Test
    void awaitForIsACancellationPointWhenItsConditionHoldsAtOnce() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> task =
                            g.start(
                                    () -> {
                                        try (Permit _ = lock.acquire()) {
                                            Task.current().cancel("stop");
                                            condition.awaitFor(() -> true);
                                            trace.add("went on");
                                        }
                                    });
                    turns(2);
                    assertThat(task.isDone()).isTrue();
                });
        assertThat(trace).isEmpty();
        assertThat(lock.locked()).isFalse();
    }

    @Test
    void awaitForInALoopLetsOthersRun() {
        Sim.group(
                g -> {
                    g.start(() -> trace.add("other"));
                    try (Permit _ = lock.acquire()) {
                        for (int i = 0; i < 1000; i++) {
                            condition.awaitFor(() -> true);
                        }
                    }
                    assertThat(trace).containsExactly("other");
                });
    }
}

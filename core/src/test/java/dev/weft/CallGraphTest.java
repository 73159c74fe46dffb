package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Lock;
import dev.weft.sync.Queue;
import dev.weft.sync.Semaphore;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** Who waits for whom, for each way of waiting: the cases of asyncio's call graphs and tools. */
class CallGraphTest {
    private static TaskTree tree() {
        return Loop.current().tree();
    }

    private static TaskInfo info(TaskTree tree, Task<?> task) {
        return tree.tasks().stream()
                .filter(t -> t.name().equals(task.name()))
                .findAny()
                .orElseThrow();
    }

    private static TaskInfo.Wait waitOf(Task<?> task) {
        return Objects.requireNonNull(info(tree(), task).awaits(), task.name());
    }

    private static long id(Task<?> task) {
        return info(tree(), task).id();
    }

    @Test
    void aTaskThatWaitsForNobodyHasNoEdges() {
        Sim.run(
                () -> {
                    Task<?> sleeper = Weft.background(() -> sleep(10));
                    sleep(1);
                    assertThat(waitOf(sleeper).tasks()).isEmpty();
                });
    }

    @Test
    void aGatherWaitsForAllItsTasks() {
        Sim.run(
                () -> {
                    Task<?> gatherer =
                            Weft.background(() -> Weft.gather(() -> sleep(10), () -> sleep(20)));
                    sleep(1);
                    assertThat(waitOf(gatherer).tasks()).hasSize(2);
                    sleep(10);
                    assertThat(waitOf(gatherer).tasks()).hasSize(1);
                });
    }

    @Test
    void anAwaitInATimeoutAndAShieldIsStillAnAwait() {
        Sim.run(
                () -> {
                    Task<?> slow = Weft.background(() -> sleep(100));
                    Task<?> waiter =
                            Weft.background(
                                    () ->
                                            Weft.moveOnAfter(
                                                    ms(50),
                                                    () ->
                                                            Weft.shield(
                                                                    ms(20), () -> slow.outcome())));
                    sleep(1);
                    assertThat(waitOf(waiter).tasks()).containsExactly(id(slow));
                    assertThat(info(tree(), waiter).scopes())
                            .extracting(TaskInfo.InScope::what)
                            .containsExactly("timeout of 50ms", "shield of 20ms");
                });
    }

    @Test
    void manyTasksMayWaitForOne() {
        Sim.run(
                () -> {
                    Task<?> one = Weft.background(() -> sleep(100));
                    List<Task<?>> waiters = new ArrayList<>();
                    for (int i = 0; i < 5; i++) {
                        waiters.add(Weft.background(() -> one.outcome()));
                    }
                    sleep(1);
                    assertThat(waiters)
                            .allSatisfy(
                                    w -> assertThat(waitOf(w).tasks()).containsExactly(id(one)));
                    assertThat(tree().cycles()).isEmpty();
                });
    }

    @Test
    void anEdgeIsGoneWhenTheWaitIs() {
        Sim.run(
                () -> {
                    Task<?> slow = Weft.background(() -> sleep(100));
                    Task<?> waiter =
                            Weft.background(
                                    () -> {
                                        Weft.moveOnAfter(ms(5), () -> slow.outcome());
                                        sleep(100);
                                    });
                    sleep(10);
                    assertThat(waitOf(waiter).what()).isEqualTo("Weft.sleep");
                    assertThat(waitOf(waiter).tasks()).isEmpty();
                });
    }

    @Test
    void aSelectWaitsForAllOfItsTasksAtOnce() {
        Sim.run(
                () -> {
                    Queue<String> queue = new Queue<>();
                    Task<?> slow = Weft.background(() -> sleep(100));
                    Task<?> selector =
                            Weft.background(
                                    () ->
                                            Weft.select(
                                                    queue.getting().then(x -> {}),
                                                    slow.awaitingOutcome().then(x -> {})));
                    sleep(1);
                    assertThat(waitOf(selector).what().split(" \\| ", -1))
                            .containsExactlyInAnyOrder("Queue.get", "Task.await");
                    assertThat(waitOf(selector).tasks()).containsExactly(id(slow));
                });
    }

    @Test
    void aLockLeadsToItsOwner() {
        Sim.run(
                () -> {
                    Lock lock = new Lock();
                    Task<?> owner = Weft.background(() -> holding(lock));
                    Task<?> waiter = Weft.background(() -> holding(lock));
                    sleep(1);
                    assertThat(waitOf(waiter).what()).isEqualTo("Lock.acquire");
                    assertThat(waitOf(waiter).tasks()).containsExactly(id(owner));
                });
    }

    private static void holding(Lock lock) {
        try (var _ = lock.acquire()) {
            sleep(10);
        }
    }

    @Test
    void aSemaphoreLeadsToThoseWhoHoldItsPermits() {
        Sim.run(
                () -> {
                    Semaphore two = new Semaphore(2);
                    Task<?> a = Weft.background(() -> holding(two));
                    Task<?> b = Weft.background(() -> holding(two));
                    Task<?> waiter = Weft.background(() -> holding(two));
                    sleep(1);
                    assertThat(waitOf(waiter).tasks()).containsExactlyInAnyOrder(id(a), id(b));
                });
    }

    private static void holding(Semaphore semaphore) {
        try (var _ = semaphore.acquire()) {
            sleep(10);
        }
    }

    @Test
    void aStageAndAnOffloadedCallAreNamed() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        Sim.run(
                () -> {
                    Task<?> onStage = Weft.background(() -> Weft.<String>await(stage));
                    Weft.checkpoint();
                    assertThat(waitOf(onStage).what()).isEqualTo("Weft.await of a stage");
                    stage.complete("x");
                });
    }

    @Test
    void aDiamondIsNoCycle() {
        Sim.run(
                () -> {
                    Task<?> bottom = Weft.background(() -> sleep(100));
                    Task<?> left = Weft.background(() -> bottom.outcome());
                    Task<?> right = Weft.background(() -> bottom.outcome());
                    Weft.background(() -> Weft.gather(() -> left.outcome(), () -> right.outcome()));
                    sleep(1);
                    assertThat(tree().cycles()).isEmpty();
                });
    }

    @Test
    void twoCyclesAreBothFound() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 2; i++) {
                                        Lock a = new Lock();
                                        Lock b = new Lock();
                                        g.start("ab" + i, () -> both(a, b));
                                        g.start("ba" + i, () -> both(b, a));
                                    }
                                    sleep(1);
                                    assertThat(tree().cycles()).hasSize(2);
                                    assertThat(tree().toString())
                                            .contains(
                                                    "cycle: main/ab0 -> main/ba0 -> main/ab0",
                                                    "cycle: main/ab1 -> main/ba1 -> main/ab1");
                                    g.cancel("seen");
                                }));
    }

    private static void both(Lock one, Lock other) {
        try (var _ = one.acquire()) {
            Weft.checkpoint();
            try (var _ = other.acquire()) {
                Weft.checkpoint();
            }
        }
    }

    @Test
    void locksTakenInTheWrongOrderAreADeadlockThatNamesBothTasks() {
        assertThat(
                        Sim.failureOf(
                                () -> {
                                    Lock a = new Lock();
                                    Lock b = new Lock();
                                    Weft.gather(() -> both(a, b), () -> both(b, a));
                                }))
                .isInstanceOf(DeadlockException.class)
                .hasMessageContaining("Lock.acquire for 0s <- task-")
                .hasMessageContaining("cycle: main/gather/task-");
    }

    @Test
    void aNameMayHaveAnyCharacters() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.start("a/b 'c' ]/@d\u00e9", () -> sleep(1));
                                    assertThat(tree().toString()).contains("a/b 'c' ]/@d\u00e9 #");
                                }));
    }

    @Test
    void twoGroupsOfOneTaskAreToldApart() {
        Sim.run(
                () ->
                        Weft.group(
                                outer -> {
                                    Task<?> first = outer.start("first", () -> sleep(10));
                                    Weft.group(
                                            inner -> {
                                                Task<?> second =
                                                        inner.start("second", () -> sleep(10));
                                                assertThat(info(tree(), first).group())
                                                        .isNotEqualTo(info(tree(), second).group());
                                                assertThat(info(tree(), first).parent())
                                                        .isEqualTo(info(tree(), second).parent());
                                            });
                                }));
    }
}

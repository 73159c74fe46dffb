package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.thrownBy;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Queue;
import dev.weft.sync.QueueShutDownException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;

class QueueTest {
    private final List<String> trace = new ArrayList<>();

    private static List<Integer> drain(Queue<Integer> queue) {
        List<Integer> all = new ArrayList<>();
        for (var e = queue.tryGet(); e.isPresent(); e = queue.tryGet()) {
            all.add(e.get());
        }
        return all;
    }

    @Test
    void givesElementsInTheOrderInWhichTheyWerePut() {
        Sim.run(
                () -> {
                    Queue<Integer> queue = new Queue<>(10);
                    for (int i = 0; i < 5; i++) {
                        queue.put(i);
                    }
                    assertThat(queue.size()).isEqualTo(5);
                    for (int i = 0; i < 5; i++) {
                        assertThat(queue.get()).isEqualTo(i);
                    }
                    assertThat(queue.size()).isZero();
                });
    }

    @Test
    void isBoundedByDefault() {
        assertThat(new Queue<String>().capacity()).isEqualTo(1024);
        assertThatThrownBy(() -> new Queue<String>(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0");
    }

    @Test
    @SuppressWarnings("NullAway") // a caller who is not checked
    void takesNoNullWhetherSomebodyWaitsOrNot() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<String> queue = new Queue<>(1);
                                    Task<String> getter = g.start(() -> queue.get());
                                    sleep(1);
                                    assertThatThrownBy(() -> queue.put(null))
                                            .isInstanceOf(NullPointerException.class);
                                    assertThatThrownBy(() -> queue.tryPut(null))
                                            .isInstanceOf(NullPointerException.class);
                                    queue.put("x");
                                    assertThat(getter.await()).isEqualTo("x");
                                }));
    }

    @Test
    void getWaitsForAnElement() {
        Sim.run(
                () -> {
                    Queue<String> queue = new Queue<>(1);
                    Weft.background(
                            () -> {
                                sleep(10);
                                queue.put("x");
                            });
                    assertThat(queue.get()).isEqualTo("x");
                    assertThat(millis()).isEqualTo(10);
                });
    }

    @Test
    void putWaitsForRoom() {
        Sim.run(
                () -> {
                    Queue<Integer> queue = new Queue<>(2);
                    Weft.background(
                            () -> {
                                sleep(10);
                                queue.get();
                            });
                    queue.put(1);
                    queue.put(2);
                    assertThat(queue.tryPut(9)).isFalse();
                    queue.put(3);
                    assertThat(millis()).isEqualTo(10);
                    assertThat(drain(queue)).containsExactly(2, 3);
                });
    }

    @Test
    void aFastPutOrGetDoesNotGiveWay() {
        Sim.run(
                () -> {
                    Queue<Integer> queue = new Queue<>(10);
                    Weft.background(() -> trace.add("other"));
                    for (int i = 0; i < 10; i++) {
                        queue.put(i);
                    }
                    for (int i = 0; i < 10; i++) {
                        queue.get();
                    }
                    assertThat(trace).isEmpty();
                });
    }

    @Test
    void gettersAreServedInTheOrderInWhichTheyCame() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<Integer> queue = new Queue<>(1);
                                    for (int i = 0; i < 5; i++) {
                                        int n = i;
                                        g.start(() -> trace.add(n + " got " + queue.get()));
                                    }
                                    sleep(1);
                                    for (int i = 0; i < 5; i++) {
                                        queue.put(i);
                                    }
                                }));
        assertThat(trace).containsExactly("0 got 0", "1 got 1", "2 got 2", "3 got 3", "4 got 4");
    }

    @Test
    void puttersAreServedInTheOrderInWhichTheyCame() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<Integer> queue = new Queue<>(1);
                                    for (int i = 0; i < 5; i++) {
                                        int n = i;
                                        g.start(() -> queue.put(n));
                                    }
                                    for (int i = 0; i < 5; i++) {
                                        sleep(1);
                                        assertThat(queue.get()).isEqualTo(i);
                                    }
                                }));
    }

    @Test
    void anElementIsHandedToTheGetterAtOnceSoThatNobodySnatchesIt() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<String> queue = new Queue<>(1);
                                    g.start(() -> trace.add(queue.get()));
                                    sleep(1);
                                    queue.put("for the one that waits");
                                    assertThat(queue.tryGet()).isEmpty();
                                    assertThat(queue.size()).isZero();
                                }));
        assertThat(trace).containsExactly("for the one that waits");
    }

    @Test
    void aPutThatWaitedIsNotOvertakenByALaterOne() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<Integer> queue = new Queue<>(2);
                                    queue.put(1);
                                    queue.put(2);
                                    g.start(() -> queue.put(3));
                                    sleep(1);
                                    // in one step, so that the waiting put has not run yet
                                    assertThat(queue.get()).isEqualTo(1);
                                    assertThat(queue.get()).isEqualTo(2);
                                    queue.put(4);
                                    assertThat(queue.get()).isEqualTo(3);
                                    assertThat(queue.get()).isEqualTo(4);
                                }));
    }

    @Test
    void tryGetTakesWhatAWaitingPutHasOffered() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<Integer> queue = new Queue<>(1);
                                    queue.put(1);
                                    g.start(() -> queue.put(2));
                                    g.start(() -> queue.put(3));
                                    sleep(1);
                                    assertThat(drain(queue)).containsExactly(1, 2, 3);
                                }));
    }

    @Test
    void orderIsKeptWhateverTheSchedule() {
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int capacity = 1 + random.nextInt(4);
            List<Integer> put = new ArrayList<>();
            List<Integer> got = new ArrayList<>();
            Sim.run(
                    () -> {
                        Queue<Integer> queue = new Queue<>(capacity);
                        int[] next = new int[1];
                        Weft.group(
                                g -> {
                                    for (int p = 0; p < 3; p++) {
                                        g.start(
                                                () -> {
                                                    for (int i = 0; i < 10; i++) {
                                                        int mine = next[0]++;
                                                        put.add(mine);
                                                        queue.put(mine);
                                                        turns(random.nextInt(3));
                                                    }
                                                });
                                    }
                                    g.start(
                                            () -> {
                                                while (got.size() < 30) {
                                                    if (random.nextBoolean()) {
                                                        got.add(queue.get());
                                                    } else {
                                                        queue.tryGet().ifPresent(got::add);
                                                    }
                                                    turns(random.nextInt(3));
                                                }
                                            });
                                });
                    });
            assertThat(got).as("seed " + seed).isEqualTo(put);
        }
    }

    @Test
    void aCancelledGetHasTakenNothing() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<String> queue = new Queue<>(1);
                                    Task<String> first = g.start(() -> queue.get());
                                    Task<String> second = g.start(() -> queue.get());
                                    sleep(1);
                                    first.cancel("stop");
                                    queue.put("x");
                                    assertThat(second.await()).isEqualTo("x");
                                }));
    }

    @Test
    void anElementHandedOverBeforeTheCancellationCameIsReturned() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<String> queue = new Queue<>(1);
                                    Task<String> task = g.start(() -> queue.get());
                                    sleep(1);
                                    queue.put("x");
                                    task.cancel("stop");
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Success<>("x"));
                                }));
    }

    @Test
    void aCancelledPutHasAddedNothing() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<Integer> queue = new Queue<>(1);
                                    queue.put(1);
                                    Task<@Nullable Void> cancelled = g.start(() -> queue.put(2));
                                    g.start(() -> queue.put(3));
                                    sleep(1);
                                    cancelled.cancel("stop");
                                    // it has not even run yet
                                    assertThat(drain(queue)).containsExactly(1, 3);
                                }));
    }

    @Test
    void aPutThatWasGivenRoomBeforeTheCancellationCameHasHappened() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<Integer> queue = new Queue<>(1);
                                    queue.put(1);
                                    Task<@Nullable Void> task = g.start(() -> queue.put(2));
                                    sleep(1);
                                    assertThat(queue.get()).isEqualTo(1);
                                    task.cancel("stop");
                                    assertThat(task.outcome().isSuccess()).isTrue();
                                    assertThat(drain(queue)).containsExactly(2);
                                }));
    }

    @Test
    void aRequestPendingOnEntryHasNoEffect() {
        Sim.run(
                () -> {
                    Queue<Integer> queue = new Queue<>(3);
                    queue.put(1);
                    Weft.group(
                            g -> {
                                g.cancel("now");
                                assertThat(thrownBy(queue::get)).isInstanceOf(CancelledError.class);
                            });
                    Weft.group(
                            g -> {
                                g.cancel("now");
                                assertThat(thrownBy(() -> queue.put(2)))
                                        .isInstanceOf(CancelledError.class);
                            });
                    assertThat(drain(queue)).containsExactly(1);
                });
    }

    // ---- join

    @Test
    void joinWaitsUntilEveryElementHasBeenDealtWith() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<Integer> queue = new Queue<>(10);
                                    queue.join(); // nothing was put
                                    for (int i = 0; i < 3; i++) {
                                        queue.put(i);
                                    }
                                    g.start(
                                            () -> {
                                                for (int i = 0; i < 3; i++) {
                                                    queue.get();
                                                    sleep(10);
                                                    queue.taskDone();
                                                }
                                            });
                                    queue.join();
                                    assertThat(millis()).isEqualTo(30);
                                }));
    }

    @Test
    void taskDoneMoreOftenThanElementsIsRefused() {
        assertThat(
                        failureOf(
                                () -> {
                                    Queue<Integer> queue = new Queue<>(1);
                                    queue.put(1);
                                    queue.taskDone();
                                    queue.taskDone();
                                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("taskDone");
    }

    // ---- shutdown

    @Test
    void shutdownLetsGetDrainTheRestAndThenThrow() {
        Sim.run(
                () -> {
                    Queue<Integer> queue = new Queue<>(3);
                    queue.put(1);
                    queue.put(2);
                    queue.shutdown();
                    queue.shutdown(); // again does nothing
                    assertThat(queue.isShutDown()).isTrue();
                    assertThatThrownBy(() -> queue.put(3))
                            .isInstanceOf(QueueShutDownException.class);
                    assertThatThrownBy(() -> queue.tryPut(3))
                            .isInstanceOf(QueueShutDownException.class);
                    assertThat(queue.get()).isEqualTo(1);
                    assertThat(queue.get()).isEqualTo(2);
                    assertThatThrownBy(queue::get).isInstanceOf(QueueShutDownException.class);
                    assertThat(queue.tryGet()).isEmpty();
                });
    }

    @Test
    void shutdownWakesThoseWhoWait() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<Integer> empty = new Queue<>(1);
                                    Queue<Integer> full = new Queue<>(1);
                                    full.put(1);
                                    for (int i = 0; i < 3; i++) {
                                        g.start(() -> trace.add(shutDown(empty::get)));
                                        g.start(() -> trace.add(shutDown(() -> full.put(2))));
                                    }
                                    sleep(1);
                                    empty.shutdown();
                                    full.shutdown();
                                    turns(2);
                                    assertThat(trace).hasSize(6).containsOnly("shut down");
                                    assertThat(drain(full)).containsExactly(1);
                                }));
    }

    private static String shutDown(Action<?> action) {
        return thrownBy(action) instanceof QueueShutDownException ? "shut down" : "something else";
    }

    @Test
    void anElementHandedOverBeforeShutdownIsStillDelivered() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<String> queue = new Queue<>(1);
                                    Task<String> getter = g.start(() -> queue.get());
                                    sleep(1);
                                    queue.put("x");
                                    queue.shutdownNow();
                                    assertThat(getter.await()).isEqualTo("x");
                                }));
    }

    @Test
    void shutdownNowDropsTheRestAndLetsJoinReturn() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<Integer> queue = new Queue<>(3);
                                    queue.put(1);
                                    queue.put(2);
                                    Task<@Nullable Void> joiner = g.start(queue::join);
                                    sleep(1);
                                    queue.shutdownNow();
                                    joiner.await();
                                    assertThat(queue.size()).isZero();
                                    assertThatThrownBy(queue::get)
                                            .isInstanceOf(QueueShutDownException.class);
                                }));
    }

    @Test
    void shutdownNowWithElementsBeingDealtWithLetsJoinWaitForThose() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<Integer> queue = new Queue<>(3);
                                    queue.put(1);
                                    queue.put(2);
                                    queue.get();
                                    Task<@Nullable Void> joiner = g.start(queue::join);
                                    sleep(1);
                                    queue.shutdownNow();
                                    sleep(1);
                                    assertThat(joiner.isDone()).isFalse();
                                    queue.taskDone();
                                    joiner.await();
                                }));
    }

    // ---- iteration

    @Test
    void iterationTakesElementsUntilShutdownAndEmpty() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<Integer> queue = new Queue<>(2);
                                    g.start(
                                            () -> {
                                                for (int i = 0; i < 5; i++) {
                                                    queue.put(i);
                                                    sleep(1);
                                                }
                                                queue.shutdown();
                                            });
                                    int sum = 0;
                                    for (int i : queue) {
                                        sum += i;
                                    }
                                    assertThat(sum).isEqualTo(10);
                                }));
    }

    @Test
    void severalConsumersShareTheElements() {
        Sim.run(
                () -> {
                    Queue<Integer> queue = new Queue<>(4);
                    List<Integer> got = new ArrayList<>();
                    Weft.group(
                            g -> {
                                for (int c = 0; c < 3; c++) {
                                    g.start(
                                            () -> {
                                                for (int i : queue) {
                                                    got.add(i);
                                                    sleep(i % 3);
                                                }
                                            });
                                }
                                for (int i = 0; i < 50; i++) {
                                    queue.put(i);
                                }
                                queue.shutdown();
                            });
                    assertThat(got).hasSize(50).doesNotHaveDuplicates();
                });
    }

    @Test
    void anEndedIterationSaysSo() {
        Sim.run(
                () -> {
                    Queue<Integer> queue = new Queue<>(1);
                    queue.shutdown();
                    Iterator<Integer> it = queue.iterator();
                    assertThat(it.hasNext()).isFalse();
                    assertThatThrownBy(it::next).isInstanceOf(NoSuchElementException.class);
                });
    }

    @Test
    void belongsToTheFirstLoopThatUsesItAndRefusesOthers() {
        Queue<Integer> queue = new Queue<>(1);
        Sim.run(() -> assertThat(queue.tryPut(1)).isTrue());
        for (Action<?> use :
                List.<Action<?>>of(
                        () -> queue.put(2), () -> queue.tryPut(2), () -> queue.shutdown())) {
            assertThat(failureOf(use))
                    .isInstanceOf(IllegalStateException.class)
                    .isNotInstanceOf(QueueShutDownException.class)
                    .hasMessageContaining("Queue.put")
                    .hasMessageContaining("Loop.execute");
        }
        for (Action<?> use : List.<Action<?>>of(() -> queue.get(), () -> queue.tryGet())) {
            assertThat(failureOf(use))
                    .as("elements of one loop are not for another")
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aTimeoutAroundGetLosesNothing() {
        Sim.run(
                () -> {
                    Queue<String> queue = new Queue<>(1);
                    assertThat(Weft.moveOnAfter(ms(10), () -> queue.get())).isEmpty();
                    queue.put("x");
                    assertThat(queue.get()).isEqualTo("x");
                });
    }
}

package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.BoundedQueue;
import dev.weft.sync.DelayQueue;
import dev.weft.sync.LifoQueue;
import dev.weft.sync.PriorityQueue;
import dev.weft.sync.Queue;
import dev.weft.sync.QueueShutDownException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What all kinds of queue have in common. */
@ParameterizedClass
@EnumSource
record QueueKindsTest(Kind kind) {
    enum Kind {
        QUEUE,
        LIFO,
        PRIORITY,
        DELAY
    }

    private BoundedQueue<Integer> queue(int capacity) {
        return switch (kind) {
            case QUEUE -> new Queue<>(capacity);
            case LIFO -> new LifoQueue<>(capacity);
            case PRIORITY -> new PriorityQueue<>(capacity, Comparator.naturalOrder());
            case DELAY -> new DelayQueue<>(capacity);
        };
    }

    private BoundedQueue<Integer> queue() {
        return switch (kind) {
            case QUEUE -> new Queue<>();
            case LIFO -> new LifoQueue<>();
            case PRIORITY -> new PriorityQueue<>(Comparator.naturalOrder());
            case DELAY -> new DelayQueue<>();
        };
    }

    // ---- bounds

    @Test
    void isBoundedByDefaultAndByWhatOneSays() {
        assertThat(queue().capacity()).isEqualTo(1024);
        assertThat(queue(3).capacity()).isEqualTo(3);
        for (int wrong : new int[] {0, -1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> queue(wrong))
                    .withMessageContaining(String.valueOf(wrong));
        }
    }

    @Test
    void tellsHowMuchIsInIt() {
        Sim.run(
                () -> {
                    BoundedQueue<Integer> queue = queue(2);
                    assertThat(queue.isEmpty()).isTrue();
                    assertThat(queue.isFull()).isFalse();
                    queue.put(1);
                    assertThat(queue.size()).isEqualTo(1);
                    assertThat(queue.isEmpty()).isFalse();
                    queue.put(2);
                    assertThat(queue.isFull()).isTrue();
                    assertThat(queue.tryPut(3)).isFalse();
                    assertThat(queue.size()).isEqualTo(2);
                    queue.get();
                    assertThat(queue.tryPut(3)).isTrue();
                });
    }

    @Test
    @SuppressWarnings("NullAway") // what is tested
    void takesNoNull() {
        Sim.run(
                () -> {
                    BoundedQueue<Integer> queue = queue(2);
                    assertThatNullPointerException().isThrownBy(() -> queue.put(null));
                    assertThatNullPointerException().isThrownBy(() -> queue.tryPut(null));
                    assertThat(queue.isEmpty()).isTrue();
                });
    }

    // ---- hand-over

    @Test
    void anElementIsHandedToTheGetterAtOnceSoThatNobodySnatchesIt() {
        Sim.group(
                g -> {
                    BoundedQueue<Integer> queue = queue(2);
                    Task<Integer> getter = g.start(queue::get);
                    sleep(1);
                    queue.put(1);
                    assertThat(queue.tryGet()).isEmpty();
                    assertThat(getter.await()).isEqualTo(1);
                });
    }

    @Test
    void aPutThatWaitedIsNotOvertakenByALaterOne() {
        Sim.group(
                g -> {
                    BoundedQueue<Integer> queue = queue(1);
                    queue.put(0);
                    Task<@Nullable Void> putter = g.start(() -> queue.put(1));
                    sleep(1);
                    assertThat(queue.get()).isZero();
                    assertThat(queue.tryPut(2)).isFalse();
                    putter.await();
                    assertThat(queue.get()).isEqualTo(1);
                });
    }

    @Test
    void aCancelledPutHasAddedNothingAndACancelledGetTakenNothing() {
        Sim.group(
                g -> {
                    BoundedQueue<Integer> queue = queue(1);
                    Task<Integer> getter = g.start(queue::get);
                    sleep(1);
                    getter.cancel("stop");
                    queue.put(1);
                    Task<@Nullable Void> putter = g.start(() -> queue.put(2));
                    sleep(1);
                    putter.cancel("stop");
                    assertThat(queue.get()).isEqualTo(1);
                    assertThat(queue.tryGet()).isEmpty();
                });
    }

    // ---- many

    @Test
    void drainTakesWhatThereIsAndLetsThoseWhoWaitPut() {
        Sim.group(
                g -> {
                    BoundedQueue<Integer> queue = queue(2);
                    assertThat(queue.drain(5)).isEmpty();
                    g.start(
                            () -> {
                                for (int i = 0; i < 5; i++) {
                                    queue.put(i);
                                }
                            });
                    sleep(1);
                    assertThat(queue.drain(2)).hasSize(2);
                    sleep(1);
                    assertThat(queue.drain(10)).hasSize(3).isNotEmpty();
                    for (int wrong : new int[] {0, -3}) {
                        assertThatIllegalArgumentException().isThrownBy(() -> queue.drain(wrong));
                        assertThatIllegalArgumentException().isThrownBy(() -> queue.getMany(wrong));
                    }
                });
    }

    @Test
    void getManyWaitsForOneAndTakesWhatElseThereIs() {
        Sim.group(
                g -> {
                    BoundedQueue<Integer> queue = queue(10);
                    Task<List<Integer>> many = g.start(() -> queue.getMany(3));
                    sleep(1);
                    assertThat(many.isDone()).isFalse();
                    for (int i = 0; i < 5; i++) {
                        queue.put(7);
                    }
                    assertThat(many.await()).containsExactly(7, 7, 7);
                    assertThat(queue.getMany(10)).containsExactly(7, 7);
                    queue.shutdown();
                    assertThatThrownBy(() -> queue.getMany(1))
                            .isInstanceOf(QueueShutDownException.class);
                });
    }

    // ---- joining

    @Test
    void joinWaitsUntilEveryElementHasBeenDealtWith() {
        Sim.group(
                g -> {
                    BoundedQueue<Integer> queue = queue(1);
                    queue.join(); // nothing to wait for
                    queue.put(1);
                    Task<@Nullable Void> putter = g.start(() -> queue.put(2));
                    Task<@Nullable Void> joiner = g.start(queue::join);
                    sleep(1);
                    queue.get();
                    putter.await();
                    queue.taskDone();
                    queue.get();
                    sleep(1);
                    assertThat(joiner.isDone()).isFalse();
                    queue.taskDone();
                    joiner.await();
                    assertThatIllegalStateException().isThrownBy(queue::taskDone);
                });
    }

    // ---- ending

    @Test
    void shutdownWakesThoseWhoWaitInVain() {
        Sim.group(
                g -> {
                    BoundedQueue<Integer> empty = queue(1);
                    BoundedQueue<Integer> full = queue(1);
                    full.put(1);
                    List<Throwable> thrown = new ArrayList<>();
                    for (Action<?> wait :
                            List.<Action<?>>of(
                                    empty::get, () -> empty.getMany(2), () -> full.put(2))) {
                        g.start(() -> thrown.add(Sim.thrownBy(wait)));
                    }
                    sleep(1);
                    empty.shutdown();
                    full.shutdown();
                    full.shutdown();
                    sleep(1);
                    assertThat(thrown)
                            .hasSize(3)
                            .allMatch(QueueShutDownException.class::isInstance);
                    assertThat(full.get()).isEqualTo(1);
                    for (Action<?> wait :
                            List.<Action<?>>of(
                                    full::get, () -> full.put(2), () -> full.tryPut(2))) {
                        assertThatThrownBy(wait::run).isInstanceOf(QueueShutDownException.class);
                    }
                    assertThat(full.tryGet()).isEmpty();
                    assertThat(full.drain(1)).isEmpty();
                });
    }

    @Test
    void shutdownNowDropsTheRestAndLetsJoinReturn() {
        Sim.group(
                g -> {
                    BoundedQueue<Integer> queue = queue(3);
                    queue.put(1);
                    queue.put(2);
                    Task<@Nullable Void> joiner = g.start(queue::join);
                    sleep(1);
                    queue.shutdownNow();
                    joiner.await();
                    assertThat(queue.isShutDown()).isTrue();
                    assertThat(queue.isEmpty()).isTrue();
                    assertThatThrownBy(queue::get).isInstanceOf(QueueShutDownException.class);
                });
    }

    @Test
    void iterationTakesElementsUntilShutdownAndEmpty() {
        Sim.group(
                g -> {
                    BoundedQueue<Integer> queue = queue(2);
                    g.start(
                            () -> {
                                for (int i = 0; i < 5; i++) {
                                    queue.put(i);
                                    turns(i % 2);
                                }
                                queue.shutdown();
                            });
                    int sum = 0;
                    for (int i : queue) {
                        sum += i;
                    }
                    assertThat(sum).isEqualTo(10);
                });
    }

    // ---- select

    @Test
    void aSelectGetsOrPutsWhicheverIsPossible() {
        Sim.group(
                g -> {
                    BoundedQueue<Integer> in = queue(1);
                    BoundedQueue<Integer> out = queue(1);
                    out.put(0);
                    Task<Integer> first =
                            g.start(
                                    () ->
                                            Weft.select(
                                                    in.getting(),
                                                    out.putting(1).thenCall(() -> -1)));
                    sleep(1);
                    in.put(5);
                    assertThat(first.await()).isEqualTo(5);
                    assertThat(out.get()).isZero();
                    assertThat(out.tryGet()).isEmpty(); // the other clause did not happen
                    Task<Throwable> second =
                            g.start(() -> Sim.thrownBy(() -> Weft.select(in.getting())));
                    sleep(1);
                    in.shutdown();
                    assertThat(second.await()).isInstanceOf(QueueShutDownException.class);
                });
    }

    // ---- misuse

    @Test
    void belongsToTheFirstLoopThatUsesItAndRefusesOthers() {
        BoundedQueue<Integer> queue = queue(1);
        Sim.run(() -> assertThat(queue.tryPut(1)).isTrue());
        for (Action<?> use :
                List.<Action<?>>of(
                        () -> queue.put(2),
                        () -> queue.tryPut(2),
                        queue::get,
                        queue::tryGet,
                        () -> queue.drain(1),
                        queue::join,
                        queue::taskDone,
                        queue::shutdown,
                        queue::shutdownNow)) {
            assertThat(failureOf(use))
                    .isInstanceOf(IllegalStateException.class)
                    .isNotInstanceOf(QueueShutDownException.class)
                    .hasMessageContaining("Queue.")
                    .hasMessageContaining("Loop.execute");
            assertThatIllegalStateException()
                    .isThrownBy(use::run)
                    .withMessageContaining("is no task of a loop");
        }
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void saysWhatItIs() {
        assertThat(queue(3)).asString().endsWith("Queue[size=0/3]");
    }
}

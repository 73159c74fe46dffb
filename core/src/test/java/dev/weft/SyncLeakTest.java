package dev.weft;

import static dev.weft.Sim.ms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Barrier;
import dev.weft.sync.Broadcast;
import dev.weft.sync.CapacityLimiter;
import dev.weft.sync.Condition;
import dev.weft.sync.DelayQueue;
import dev.weft.sync.Event;
import dev.weft.sync.LifoQueue;
import dev.weft.sync.Lock;
import dev.weft.sync.OnceCell;
import dev.weft.sync.Permit;
import dev.weft.sync.PriorityQueue;
import dev.weft.sync.Queue;
import dev.weft.sync.RwLock;
import dev.weft.sync.Semaphore;
import dev.weft.sync.Subscription;
import dev.weft.sync.Watch;

import org.junit.jupiter.api.Test;

import java.util.Comparator;
import java.util.function.IntSupplier;

/** A hundred thousand cancelled waits leave nothing behind; Sim checks timers and requests. */
class SyncLeakTest {
    private static final int WAITS = 20_000;
    private static final int AT_ONCE = 1000;

    /** Has many tasks wait, cancels them, and so on; {@code waiting} says how many do. */
    private static void soak(Action<RuntimeException> wait, IntSupplier waiting) {
        for (int round = 0; round < WAITS / AT_ONCE; round++) {
            int before = waiting.getAsInt();
            Weft.group(
                    g -> {
                        for (int i = 0; i < AT_ONCE; i++) {
                            g.start(wait);
                        }
                        Weft.checkpoint();
                        Weft.checkpoint();
                        assertThat(waiting.getAsInt()).isEqualTo(before + AT_ONCE);
                        g.cancel("enough");
                    });
            assertThat(waiting.getAsInt()).isEqualTo(before);
        }
    }

    @Test
    void lock() {
        Lock lock = new Lock();
        Sim.run(
                () -> {
                    try (Permit _ = lock.acquire()) {
                        soak(lock::acquire, lock::waiting);
                    }
                });
        assertThat(lock.locked()).isFalse();
    }

    @Test
    void rwLock() {
        RwLock lock = new RwLock();
        Sim.run(
                () -> {
                    try (Permit _ = lock.write()) {
                        soak(lock::read, lock::waiting);
                    }
                });
        assertThat(lock.holders()).isEmpty();
    }

    @Test
    void condition() {
        Condition condition = new Condition();
        Sim.run(
                () ->
                        soak(
                                () -> {
                                    try (Permit _ = condition.lock().acquire()) {
                                        condition.await();
                                    }
                                },
                                condition::waiting));
        assertThat(condition).hasToString("Condition[Lock[free, waiting=0], waiting=0]");
    }

    @Test
    void semaphore() {
        Semaphore semaphore = new Semaphore(1);
        Sim.run(() -> soak(() -> semaphore.acquireMany(2), semaphore::waiting));
        assertThat(semaphore.available()).isEqualTo(1);
        assertThat(semaphore.holders()).isEmpty();
    }

    @Test
    void capacityLimiter() {
        CapacityLimiter limiter = new CapacityLimiter(1);
        Sim.run(
                () -> {
                    try (Permit _ = limiter.acquire()) {
                        soak(limiter::acquire, limiter::waiting);
                    }
                });
        assertThat(limiter.borrowed()).isZero();
    }

    @Test
    void event() {
        Event event = new Event();
        Sim.run(() -> soak(event::await, event::waiting));
    }

    @Test
    void barrier() {
        Barrier barrier = new Barrier(AT_ONCE + 1);
        Sim.run(() -> soak(barrier::await, barrier::waiting));
    }

    @Test
    void onceCell() {
        OnceCell<String> cell = new OnceCell<>();
        Sim.group(
                g -> {
                    Task<String> computing =
                            g.start(
                                    () ->
                                            cell.<RuntimeException>get(
                                                    () -> {
                                                        Sim.sleepForever();
                                                        return "never";
                                                    }));
                    Weft.checkpoint();
                    soak(() -> cell.get(() -> "other"), cell::waiting);
                    computing.cancel("enough");
                });
        assertThat(cell).hasToString("OnceCell[empty]");
    }

    @Test
    void queuePut() {
        Queue<Integer> queue = new Queue<>(1);
        Sim.run(
                () -> {
                    queue.put(1);
                    soak(() -> queue.put(2), queue::waitingToPut);
                    assertThat(queue.drain(10)).containsExactly(1);
                });
    }

    @Test
    void queueGet() {
        LifoQueue<Integer> queue = new LifoQueue<>(1);
        Sim.run(() -> soak(queue::get, queue::waitingToGet));
    }

    @Test
    void queueJoin() {
        PriorityQueue<Integer> queue = new PriorityQueue<>(1, Comparator.naturalOrder());
        Sim.run(
                () -> {
                    queue.put(1);
                    soak(queue::join, queue::waitingToJoin);
                });
    }

    @Test
    void delayQueueGet() {
        DelayQueue<Integer> queue = new DelayQueue<>(1);
        Sim.run(
                () -> {
                    DelayQueue.Entry<Integer> entry = queue.put(1, ms(1_000_000));
                    soak(queue::get, queue::waitingToGet);
                    assertThat(entry.remove()).isTrue();
                });
    }

    @Test
    void delayQueueEntriesTakenBack() {
        DelayQueue<Integer> queue = new DelayQueue<>(1);
        Sim.run(
                () -> {
                    for (int i = 0; i < WAITS; i++) {
                        queue.put(i, ms(1_000_000)).remove();
                    }
                });
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void broadcastSend() {
        Broadcast<Integer> broadcast = new Broadcast<>(1);
        Sim.run(
                () -> {
                    try (Subscription<Integer> subscription = broadcast.subscribe()) {
                        broadcast.send(1);
                        soak(() -> broadcast.send(2), broadcast::waiting);
                        assertThat(subscription.receive()).isEqualTo(1);
                    }
                });
        assertThat(broadcast.subscribers()).isZero();
    }

    @Test
    void subscriptionsThatAreCancelled() {
        Broadcast<Integer> broadcast = new Broadcast<>(1);
        Sim.run(
                () ->
                        soak(
                                () -> {
                                    try (Subscription<Integer> subscription =
                                            broadcast.subscribe()) {
                                        subscription.receive();
                                    }
                                },
                                broadcast::subscribers));
    }

    @Test
    void watch() {
        Watch<Integer> watch = new Watch<>(1);
        Sim.run(() -> soak(() -> watch.awaitUntil(v -> v == 2), watch::waiting));
    }
}

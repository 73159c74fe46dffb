package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Action;
import dev.weft.Group;
import dev.weft.Weft;
import dev.weft.sync.Barrier;
import dev.weft.sync.BarrierBrokenException;
import dev.weft.sync.BoundedQueue;
import dev.weft.sync.Broadcast;
import dev.weft.sync.CapacityLimiter;
import dev.weft.sync.Channel;
import dev.weft.sync.Condition;
import dev.weft.sync.DelayQueue;
import dev.weft.sync.Event;
import dev.weft.sync.LifoQueue;
import dev.weft.sync.Lock;
import dev.weft.sync.OnceCell;
import dev.weft.sync.Overflow;
import dev.weft.sync.PriorityQueue;
import dev.weft.sync.Queue;
import dev.weft.sync.RateLimiter;
import dev.weft.sync.RwLock;
import dev.weft.sync.Semaphore;
import dev.weft.sync.SharedChannel;
import dev.weft.sync.Watch;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * A program for every primitive of {@code dev.weft.sync}, in which each victim may be cancelled, or
 * run into its timeout, at each of its waits: nothing is lost, nobody waits for ever.
 */
final class CoreSyncSubjects {
    static final List<Subject> ALL =
            List.of(
                    subject("lock", CoreSyncSubjects::lock),
                    subject("rwLock", CoreSyncSubjects::rwLock),
                    subject("semaphore", _ -> semaphore()),
                    subject("severalPermitsAtOnce", _ -> severalPermitsAtOnce()),
                    subject("capacityLimiter", _ -> capacityLimiter()),
                    subject("event", _ -> event()),
                    subject("condition", _ -> condition()),
                    subject("barrier", CoreSyncSubjects::barrier),
                    subject("onceCell", _ -> onceCell()),
                    subject("queue", CoreSyncSubjects::queue),
                    subject("lifoQueue", CoreSyncSubjects::lifoQueue),
                    subject("priorityQueue", CoreSyncSubjects::priorityQueue),
                    subject("shutDownQueue", _ -> shutDownQueue()),
                    subject("delayQueue", _ -> delayQueue()),
                    subject("rendezvousChannel", _ -> rendezvousChannel()),
                    subject("bufferedChannel", _ -> bufferedChannel()),
                    subject("sharedChannelWithinALoop", _ -> sharedChannelWithinALoop()),
                    subject("broadcast", _ -> broadcast()),
                    subject("watch", _ -> watch()),
                    subject("rateLimiter", _ -> rateLimiter()));

    private static final Duration LONG = Duration.ofDays(1);
    private static final int VICTIMS = 3;

    private CoreSyncSubjects() {}

    private static Subject subject(String name, Program<?> program) {
        Program<Exception> ends =
                sim -> {
                    program.run(sim);
                    assertThat(sim.elapsed()).as("or it hung").isLessThan(LONG);
                };
        return new Subject("sync " + name, ends, List.of("victim"), List.of("victim"));
    }

    /** Three tasks that do the same and may be cancelled, or run into their timeout, anywhere. */
    private static void victims(Group g, Action<?> body) {
        for (int i = 0; i < VICTIMS; i++) {
            g.start(
                    "victim",
                    () -> {
                        boolean _ = Weft.moveOnAfter(LONG, body);
                    });
        }
    }

    private static void lock(Sim sim) {
        Lock lock = new Lock();
        int[] inside = new int[1];
        sim.always("one at a time", () -> inside[0] <= 1);
        Weft.group(
                g ->
                        victims(
                                g,
                                () -> {
                                    try (var _ = lock.acquire()) {
                                        inside[0]++;
                                        try {
                                            Weft.checkpoint();
                                        } finally {
                                            inside[0]--;
                                        }
                                    }
                                }));
        assertThat(lock.locked()).isFalse();
        assertThat(lock.waiting()).isZero();
    }

    private static void rwLock(Sim sim) {
        RwLock lock = new RwLock();
        int[] readers = new int[1];
        int[] writers = new int[1];
        sim.always(
                "one writer or many readers",
                () -> writers[0] <= 1 && (writers[0] == 0 || readers[0] == 0));
        Weft.group(
                g -> {
                    victims(
                            g,
                            () -> {
                                try (var _ = lock.read()) {
                                    inside(readers);
                                }
                            });
                    victims(
                            g,
                            () -> {
                                try (var permit = lock.write()) {
                                    inside(writers);
                                    lock.downgrade(permit);
                                    inside(readers);
                                }
                            });
                });
        assertThat(lock.readers()).isZero();
        assertThat(lock.isWritten()).isFalse();
    }

    private static void inside(int[] counter) {
        counter[0]++;
        try {
            Weft.checkpoint();
        } finally {
            counter[0]--;
        }
    }

    private static void semaphore() {
        Semaphore semaphore = new Semaphore(2);
        Weft.group(
                g ->
                        victims(
                                g,
                                () -> {
                                    try (var _ = semaphore.acquire()) {
                                        Weft.checkpoint();
                                    }
                                }));
        assertThat(semaphore.available()).isEqualTo(2);
        assertThat(semaphore.waiting()).isZero();
    }

    private static void severalPermitsAtOnce() {
        Semaphore semaphore = Semaphore.bounded(3);
        Weft.group(
                g -> {
                    victims(
                            g,
                            () -> {
                                try (var _ = semaphore.acquireMany(2)) {
                                    Weft.checkpoint();
                                }
                            });
                    victims(
                            g,
                            () -> {
                                try (var _ = semaphore.acquire()) {
                                    Weft.checkpoint();
                                }
                            });
                });
        assertThat(semaphore.available()).isEqualTo(3);
        assertThat(semaphore.holders()).isEmpty();
    }

    private static void capacityLimiter() {
        CapacityLimiter limiter = new CapacityLimiter(1);
        Weft.group(
                g -> {
                    victims(
                            g,
                            () -> {
                                try (var _ = limiter.acquire()) {
                                    Weft.checkpoint();
                                }
                            });
                    Weft.checkpoint();
                    limiter.resize(2);
                });
        assertThat(limiter.borrowed()).isZero();
        assertThat(limiter.waiting()).isZero();
    }

    private static void event() {
        Event event = new Event();
        Weft.group(
                g -> {
                    victims(g, event::await);
                    Weft.checkpoint();
                    event.set();
                });
        assertThat(event.waiting()).isZero();
    }

    private static void condition() {
        Condition changed = new Condition();
        int[] items = new int[1];
        int[] taken = new int[1];
        Weft.group(
                g -> {
                    victims(
                            g,
                            () -> {
                                try (var _ = changed.lock().acquire()) {
                                    changed.awaitFor(() -> items[0] > 0);
                                    items[0]--;
                                    taken[0]++;
                                }
                            });
                    for (int i = 0; i < VICTIMS; i++) {
                        try (var _ = changed.lock().acquire()) {
                            items[0]++;
                            changed.signal();
                        }
                        Weft.checkpoint();
                    }
                });
        assertThat(items[0] + taken[0]).isEqualTo(VICTIMS);
        assertThat(changed.waiting()).isZero();
        assertThat(changed.lock().locked()).isFalse();
    }

    private static void barrier(Sim sim) {
        Barrier barrier = new Barrier(2);
        Weft.group(
                g -> {
                    victims(
                            g,
                            () -> {
                                try {
                                    int _ = barrier.await();
                                } catch (BarrierBrokenException aborted) {
                                    assertThat(barrier.isBroken()).isTrue();
                                }
                            });
                    sim.untilIdle();
                    barrier.abort();
                });
        assertThat(barrier.waiting()).isZero();
    }

    private static void onceCell() {
        OnceCell<Integer> cell = new OnceCell<>();
        int[] computed = new int[1];
        Weft.group(
                g ->
                        victims(
                                g,
                                () ->
                                        cell.get(
                                                () -> {
                                                    Weft.checkpoint();
                                                    return ++computed[0];
                                                })));
        assertThat(computed[0]).isLessThanOrEqualTo(1);
        assertThat(cell.waiting()).isZero();
    }

    private static void queue(Sim sim) {
        passesAllOn(sim, new Queue<>(1));
    }

    private static void lifoQueue(Sim sim) {
        passesAllOn(sim, new LifoQueue<>(2));
    }

    private static void priorityQueue(Sim sim) {
        passesAllOn(sim, new PriorityQueue<>(2, Comparator.naturalOrder()));
    }

    /** What was put is what was got and what is left. */
    private static void passesAllOn(Sim sim, BoundedQueue<Integer> queue) {
        int[] put = new int[1];
        int[] got = new int[1];
        Weft.group(
                g -> {
                    victims(
                            g,
                            () -> {
                                for (int i = 0; i < 2; i++) {
                                    queue.put(i);
                                    put[0]++;
                                }
                            });
                    victims(
                            g,
                            () -> {
                                for (int i = 0; i < 2; i++) {
                                    int _ = queue.get();
                                    got[0]++;
                                    queue.taskDone();
                                }
                            });
                    g.start(
                            () -> { // whoever a cancelled one leaves behind
                                sim.untilIdle();
                                while (queue.waitingToGet() + queue.size() > 0) {
                                    if (queue.waitingToGet() > 0) {
                                        queue.put(9);
                                        put[0]++;
                                    } else {
                                        got[0] += queue.tryGet().isPresent() ? 1 : 0;
                                        queue.taskDone();
                                    }
                                    sim.untilIdle();
                                }
                                queue.join();
                            });
                });
        assertThat(got[0] + queue.size()).isEqualTo(put[0]);
        assertThat(queue.waitingToGet() + queue.waitingToPut() + queue.waitingToJoin()).isZero();
    }

    private static void shutDownQueue() {
        Queue<Integer> queue = new Queue<>(1);
        int[] seen = new int[1];
        int[] put = new int[1];
        Weft.group(
                g -> {
                    victims(
                            g,
                            () -> {
                                for (int _ : queue) {
                                    seen[0]++;
                                    Weft.checkpoint();
                                }
                            });
                    for (int i = 0; i < 4; i++) {
                        if (Weft.moveOnAfter(Duration.ofSeconds(1), () -> queue.put(1))) {
                            put[0]++;
                        }
                    }
                    queue.shutdown();
                });
        assertThat(seen[0] + queue.size()).isEqualTo(put[0]);
    }

    private static void delayQueue() {
        DelayQueue<Integer> queue = new DelayQueue<>(10);
        int[] got = new int[1];
        Weft.group(
                g -> {
                    victims(
                            g,
                            () -> {
                                int _ = queue.get();
                                got[0]++;
                            });
                    for (int i = 0; i < VICTIMS; i++) {
                        var _ = queue.put(i, Duration.ofMillis(i));
                    }
                });
        assertThat(got[0] + queue.size()).isEqualTo(VICTIMS);
        assertThat(queue.waitingToGet()).isZero();
    }

    private static void rendezvousChannel() {
        channel(new int[1], 0);
    }

    private static void bufferedChannel() {
        channel(new int[1], 2);
    }

    /** What was sent arrives, or the hook is told of it. */
    private static void channel(int[] undelivered, int capacity) {
        Channel<Integer> channel =
                new Channel<>(capacity, Overflow.WAIT, element -> undelivered[0] += element);
        int[] sent = new int[1];
        int[] received = new int[1];
        Weft.group(
                g -> {
                    for (int i = 0; i < VICTIMS; i++) {
                        var sender = channel.sender();
                        g.start(
                                "victim",
                                () -> {
                                    try (sender) {
                                        boolean _ =
                                                Weft.moveOnAfter(
                                                        LONG,
                                                        () -> {
                                                            sender.send(1);
                                                            sent[0]++;
                                                            sender.send(1);
                                                            sent[0]++;
                                                        });
                                    }
                                });
                    }
                    g.start(
                            "victim",
                            () -> {
                                boolean _ =
                                        Weft.moveOnAfter(
                                                LONG,
                                                () -> {
                                                    for (int one : channel) {
                                                        received[0] += one;
                                                    }
                                                });
                            });
                    g.start(
                            () -> { // what a cancelled receiver leaves
                                for (int one : channel) {
                                    received[0] += one;
                                }
                            });
                });
        // what a cancelled sender offered was not sent; the hook may be told of it all the same
        assertThat(received[0] + undelivered[0]).isBetween(sent[0], sent[0] + VICTIMS);
        assertThat(channel.size()).isZero();
    }

    private static void sharedChannelWithinALoop() {
        SharedChannel<Integer> channel = new SharedChannel<>(1);
        int[] senders = {VICTIMS};
        int[] sent = new int[1];
        int[] received = new int[1];
        Weft.group(
                g -> {
                    victims(
                            g,
                            () -> {
                                try {
                                    channel.send(1);
                                    sent[0]++;
                                } finally {
                                    senders[0]--;
                                }
                            });
                    victims(
                            g,
                            () -> {
                                if (channel.receiveOrEnd().isPresent()) {
                                    received[0]++;
                                }
                            });
                    while (senders[0] > 0) {
                        received[0] += channel.tryReceive().orElse(0);
                        Weft.checkpoint();
                    }
                    channel.close();
                    while (channel.receiveOrEnd().isPresent()) {
                        received[0]++;
                    }
                });
        assertThat(received[0]).isEqualTo(sent[0]);
    }

    private static void broadcast() {
        Broadcast<Integer> news = new Broadcast<>(1);
        int[] sent = new int[1];
        Weft.group(
                g -> {
                    victims(
                            g,
                            () -> {
                                try (var subscription = news.subscribe()) {
                                    for (int _ : subscription) {
                                        Weft.checkpoint();
                                    }
                                }
                            });
                    Weft.checkpoint();
                    for (int i = 0; i < 3; i++) {
                        news.send(i);
                        sent[0]++;
                    }
                    news.close();
                });
        assertThat(sent[0]).isEqualTo(3);
        assertThat(news.subscribers()).isZero();
        assertThat(news.waiting()).isZero();
    }

    private static void watch() {
        Watch<Integer> value = new Watch<>(0);
        Weft.group(
                g -> {
                    victims(
                            g,
                            () -> {
                                int _ = value.awaitUntil(v -> v == 3);
                            });
                    for (int i = 1; i <= 3; i++) {
                        value.set(i);
                        Weft.checkpoint();
                    }
                });
        assertThat(value.waiting()).isZero();
    }

    private static void rateLimiter() {
        RateLimiter limiter = RateLimiter.tokenBucket(1, Duration.ofMillis(10), 1);
        Weft.group(g -> victims(g, limiter::acquire));
        assertThat(limiter.waiting()).isZero();
        limiter.acquire();
    }
}

package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.turns;
import static dev.weft.Sweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Sweep.Scene;
import dev.weft.sync.Barrier;
import dev.weft.sync.BoundedQueue;
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
import dev.weft.sync.QueueShutDownException;
import dev.weft.sync.RwLock;
import dev.weft.sync.Semaphore;
import dev.weft.sync.Subscription;
import dev.weft.sync.Watch;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * What cancellation leaves behind in each primitive of {@code dev.weft.sync}: see {@link Sweep}.
 */
class SyncSweepTest {

    // ---- permits

    /** Three tasks that come, and come again; the second is the victim. */
    private abstract static class Users implements Scene {
        private final int room;
        private final int[] sizes;
        int inside;
        int done;

        /** There is so much room, and what each user enters with takes so much of it. */
        Users(int room, int... sizes) {
            this.room = room;
            this.sizes = sizes;
        }

        int size(int user) {
            return sizes[user];
        }

        abstract Permit enter(int user);

        abstract void checkFree();

        private void use(int user) {
            for (int i = 0; i < 3; i++) {
                try (Permit _ = enter(user)) {
                    inside += size(user);
                    assertThat(inside).isLessThanOrEqualTo(room);
                    try {
                        turns(2);
                    } finally {
                        inside -= size(user);
                    }
                }
            }
            done++;
        }

        @Override
        public Task<?> play(Group g) {
            g.start(() -> use(0));
            Task<?> victim = g.start("victim", () -> use(1));
            g.start(() -> use(2));
            return victim;
        }

        @Override
        public void check(boolean cancelled) {
            assertThat(inside).isZero();
            assertThat(done).isEqualTo(cancelled ? 2 : 3);
            checkFree();
        }
    }

    @Test
    void lock() {
        sweep(
                () ->
                        new Users(1, 1, 1, 1) {
                            final Lock lock = new Lock();

                            @Override
                            Permit enter(int user) {
                                return lock.acquire();
                            }

                            @Override
                            void checkFree() {
                                assertThat(lock).hasToString("Lock[free, waiting=0]");
                            }
                        });
    }

    @Test
    void severalPermitsOfASemaphore() {
        for (int victimWants = 1; victimWants <= 3; victimWants++) {
            int wanted = victimWants;
            sweep(
                    () ->
                            new Users(3, 2, wanted, 1) {
                                final Semaphore semaphore = Semaphore.bounded(3);

                                @Override
                                Permit enter(int user) {
                                    return semaphore.acquireMany(size(user));
                                }

                                @Override
                                void checkFree() {
                                    assertThat(semaphore)
                                            .hasToString("Semaphore[available=3, waiting=0]");
                                    assertThat(semaphore.holders()).isEmpty();
                                }
                            });
        }
    }

    @Test
    void rwLock() {
        for (boolean victimWrites : new boolean[] {false, true}) {
            sweep(
                    () ->
                            new Users(2, 2, victimWrites ? 2 : 1, 1) {
                                final RwLock lock = new RwLock();

                                @Override
                                Permit enter(int user) {
                                    return size(user) == 2 ? lock.write() : lock.read();
                                }

                                @Override
                                void checkFree() {
                                    assertThat(lock).hasToString("RwLock[readers=0, waiting=0]");
                                }
                            });
        }
    }

    @Test
    void capacityLimiter() {
        sweep(
                () ->
                        new Users(1, 1, 1, 1) {
                            final CapacityLimiter limiter = new CapacityLimiter(1);

                            @Override
                            Permit enter(int user) {
                                return limiter.acquire();
                            }

                            @Override
                            void checkFree() {
                                assertThat(limiter)
                                        .hasToString("CapacityLimiter[0 of 1 borrowed, waiting=0]");
                            }
                        });
    }

    // ---- signals

    @Test
    void condition() {
        sweep(
                () ->
                        new Scene() {
                            final Lock lock = new Lock();
                            final Condition filled = new Condition(lock);
                            int items;
                            int taken;
                            int left = -1;

                            void consume() {
                                while (true) {
                                    try (Permit _ = lock.acquire()) {
                                        try {
                                            filled.awaitFor(() -> items > 0);
                                        } finally {
                                            assertThat(lock.owner()).contains(Task.current());
                                        }
                                        items--;
                                        taken++;
                                    }
                                    turns(1);
                                }
                            }

                            @Override
                            public Task<?> play(Group g) {
                                Task<?> a = g.start(this::consume);
                                Task<?> victim = g.start("victim", this::consume);
                                Task<?> b = g.start(this::consume);
                                g.start(
                                        () -> {
                                            for (int i = 0; i < 6; i++) {
                                                try (Permit _ = lock.acquire()) {
                                                    items++;
                                                    filled.signal();
                                                    turns(i % 2);
                                                }
                                            }
                                            turns(20);
                                            left = items; // would be one if a signal was lost
                                            a.cancel("done");
                                            b.cancel("done");
                                            victim.cancel("done");
                                        });
                                return victim;
                            }

                            @Override
                            public void check(boolean cancelled) {
                                assertThat(left).isZero();
                                assertThat(taken).isEqualTo(6);
                                assertThat(filled.waiting()).isZero();
                                assertThat(lock).hasToString("Lock[free, waiting=0]");
                            }
                        });
    }

    @Test
    void event() {
        sweep(
                () ->
                        new Scene() {
                            final Event event = new Event();
                            int passed;

                            void pass() {
                                event.await();
                                passed++;
                                turns(1);
                            }

                            @Override
                            public Task<?> play(Group g) {
                                g.start(this::pass);
                                Task<?> victim = g.start("victim", this::pass);
                                g.start(this::pass);
                                g.start(
                                        () -> {
                                            turns(4);
                                            event.set();
                                            event.clear();
                                        });
                                return victim;
                            }

                            @Override
                            public void check(boolean cancelled) {
                                assertThat(passed).isBetween(2, 3);
                                assertThat(event.waiting()).isZero();
                            }
                        });
    }

    @Test
    void barrier() {
        sweep(
                () ->
                        new Scene() {
                            final Barrier barrier = new Barrier(2);
                            final List<Integer> indices = new ArrayList<>();

                            void pass() {
                                Weft.moveOnAfter(
                                        ms(50),
                                        () -> {
                                            for (int i = 0; i < 2; i++) {
                                                indices.add(barrier.await());
                                                turns(1);
                                            }
                                        });
                            }

                            @Override
                            public Task<?> play(Group g) {
                                g.start(this::pass);
                                Task<?> victim = g.start("victim", this::pass);
                                g.start(this::pass);
                                return victim;
                            }

                            @Override
                            public void check(boolean cancelled) {
                                assertThat(barrier.waiting()).isZero();
                                assertThat(indices)
                                        .as("all who passed passed in pairs")
                                        .hasSizeGreaterThan(1)
                                        .satisfies(
                                                all ->
                                                        assertThat(Collections.frequency(all, 0))
                                                                .isEqualTo(
                                                                        Collections.frequency(
                                                                                all, 1)));
                            }
                        });
    }

    @Test
    void onceCell() {
        for (int position = 0; position < 3; position++) {
            int victims = position;
            sweep(
                    () ->
                            new Scene() {
                                final OnceCell<String> cell = new OnceCell<>();
                                int computed;
                                int got;

                                void use() {
                                    String value =
                                            cell.<RuntimeException>get(
                                                    () -> {
                                                        turns(3);
                                                        computed++;
                                                        return "value";
                                                    });
                                    assertThat(value).isEqualTo("value");
                                    got++;
                                    turns(1);
                                }

                                @Override
                                public Task<?> play(Group g) {
                                    List<Task<?>> users = new ArrayList<>();
                                    for (int i = 0; i < 3; i++) {
                                        users.add(g.start(this::use));
                                    }
                                    return users.get(victims);
                                }

                                @Override
                                public void check(boolean cancelled) {
                                    assertThat(computed).isEqualTo(1);
                                    assertThat(got).isBetween(2, 3);
                                    assertThat(cell.waiting()).isZero();
                                    assertThat(cell.tryGet()).contains("value");
                                }
                            });
        }
    }

    // ---- queues

    /** What went in and came out of a queue, and whether two who join it return. */
    private static final class Pipe implements Scene {
        enum Victim {
            PRODUCER,
            CONSUMER,
            BULK_CONSUMER,
            JOINER
        }

        final BoundedQueue<Integer> queue;
        final Victim victim;
        final List<Integer> put = new ArrayList<>();
        final List<Integer> got = new ArrayList<>();
        int next;
        int producers;
        int joined;

        Pipe(BoundedQueue<Integer> queue, Victim victim) {
            this.queue = queue;
            this.victim = victim;
        }

        void produce() {
            try {
                for (int i = 0; i < 6; i++) {
                    int e = next++;
                    queue.put(e);
                    put.add(e);
                    turns(e % 2);
                }
            } finally {
                if (--producers == 0) {
                    queue.shutdown();
                }
            }
        }

        void consume() {
            for (int e : queue) {
                got.add(e);
                queue.taskDone();
                turns(e % 3);
            }
        }

        void consumeMany() {
            try {
                while (true) {
                    for (int e : queue.getMany(2)) {
                        got.add(e);
                        queue.taskDone();
                    }
                    turns(1);
                }
            } catch (QueueShutDownException end) {
                // done
            }
        }

        void join() {
            turns(2);
            queue.join();
            joined++;
            turns(1);
        }

        @Override
        public Task<?> play(Group g) {
            producers = 2;
            Task<?> producer = g.start(this::produce);
            g.start(this::produce);
            Task<?> consumer = g.start(this::consume);
            g.start(this::consume);
            Task<?> joiner = g.start(this::join);
            g.start(this::join);
            return switch (victim) {
                case PRODUCER -> producer;
                case CONSUMER -> consumer;
                case BULK_CONSUMER -> g.start(this::consumeMany);
                case JOINER -> joiner;
            };
        }

        @Override
        public void check(boolean cancelled) {
            Collections.sort(put);
            Collections.sort(got);
            assertThat(got).as("every put happened or not, every get too").isEqualTo(put);
            assertThat(queue.isEmpty()).isTrue();
            assertThat(joined).isBetween(cancelled && victim == Victim.JOINER ? 1 : 2, 2);
            if (!cancelled) {
                assertThat(got).hasSize(12);
            }
        }
    }

    private static void sweepQueue(Supplier<? extends BoundedQueue<Integer>> queue) {
        for (Pipe.Victim victim : Pipe.Victim.values()) {
            sweep(() -> new Pipe(queue.get(), victim));
        }
    }

    @Test
    void queue() {
        sweepQueue(() -> new Queue<>(2));
    }

    @Test
    void lifoQueue() {
        sweepQueue(() -> new LifoQueue<>(2));
    }

    @Test
    void priorityQueue() {
        sweepQueue(() -> new PriorityQueue<>(2, Comparator.reverseOrder()));
    }

    @Test
    void delayQueue() {
        sweepQueue(() -> new DelayQueue<>(2));
    }

    /** By time, since it stands still while the canceller of a sweep counts turns. */
    @Test
    void delayQueueWhoseGetterIsCancelledBeforeWithOrAfterAnElement() {
        for (int millis = 0; millis < 30; millis++) {
            for (boolean first : new boolean[] {true, false}) {
                Duration limit = ms(millis);
                DelayQueue<Integer> queue = new DelayQueue<>(3);
                List<Integer> got = new ArrayList<>();
                Sim.group(
                        g -> {
                            Action<RuntimeException> producer =
                                    () -> {
                                        for (int i = 0; i < 8; i++) {
                                            queue.put(i, ms(5));
                                            turns(i % 3);
                                        }
                                        queue.shutdown();
                                    };
                            if (first) {
                                g.start(producer);
                            }
                            g.start(() -> Weft.moveOnAfter(limit, () -> queue.forEach(got::add)));
                            g.start(() -> queue.forEach(got::add));
                            if (!first) {
                                g.start(producer);
                            }
                        });
                assertThat(got).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
            }
        }
    }

    // ---- to many

    @Test
    void broadcast() {
        for (boolean victimSends : new boolean[] {false, true}) {
            sweep(
                    () ->
                            new Scene() {
                                final Broadcast<Integer> broadcast = new Broadcast<>(2);
                                final List<Integer> sent = new ArrayList<>();
                                final List<List<Integer>> got = new ArrayList<>();
                                int next;
                                int senders;

                                void send() {
                                    try {
                                        for (int i = 0; i < 5; i++) {
                                            int e = next++;
                                            broadcast.send(e);
                                            sent.add(e);
                                        }
                                    } finally {
                                        if (--senders == 0) {
                                            broadcast.close();
                                        }
                                    }
                                }

                                Task<?> subscriber(Group g, int turns) {
                                    List<Integer> all = new ArrayList<>();
                                    got.add(all);
                                    Subscription<Integer> subscription = broadcast.subscribe();
                                    return g.start(
                                            () -> {
                                                try (subscription) {
                                                    for (int e : subscription) {
                                                        all.add(e);
                                                        turns(turns);
                                                    }
                                                }
                                            });
                                }

                                @Override
                                public Task<?> play(Group g) {
                                    senders = 2;
                                    subscriber(g, 0);
                                    Task<?> subscriber = subscriber(g, 1);
                                    subscriber(g, 2);
                                    Task<?> sender = g.start(this::send);
                                    g.start(this::send);
                                    return victimSends ? sender : subscriber;
                                }

                                @Override
                                public void check(boolean cancelled) {
                                    assertThat(got.getFirst())
                                            .containsExactlyInAnyOrderElementsOf(sent);
                                    assertThat(got.getLast()).isEqualTo(got.getFirst());
                                    assertThat(got.getFirst().subList(0, got.get(1).size()))
                                            .isEqualTo(got.get(1));
                                    if (victimSends || !cancelled) {
                                        assertThat(got.get(1)).hasSameSizeAs(sent);
                                    }
                                    assertThat(broadcast.waiting()).isZero();
                                    assertThat(broadcast.subscribers()).isZero();
                                }
                            });
        }
    }

    @Test
    void watch() {
        sweep(
                () ->
                        new Scene() {
                            final Watch<Integer> watch = new Watch<>(0);
                            final List<@Nullable Integer> last = new ArrayList<>();

                            Task<?> observer(Group g) {
                                int me = last.size();
                                last.add(null);
                                return g.start(
                                        () -> {
                                            for (int v : watch) {
                                                last.set(me, v);
                                                turns(me);
                                            }
                                            watch.awaitUntil(v -> v == 5);
                                        });
                            }

                            @Override
                            public Task<?> play(Group g) {
                                observer(g);
                                Task<?> victim = observer(g);
                                observer(g);
                                g.start(
                                        () -> {
                                            for (int i = 1; i <= 5; i++) {
                                                turns(1);
                                                watch.set(i);
                                            }
                                            watch.close();
                                        });
                                return victim;
                            }

                            @Override
                            public void check(boolean cancelled) {
                                assertThat(last.get(0)).isEqualTo(5);
                                assertThat(last.get(2)).isEqualTo(5);
                                assertThat(watch.waiting()).isZero();
                            }
                        });
    }
}

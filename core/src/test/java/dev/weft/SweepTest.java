package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.turns;
import static dev.weft.Sweep.play;
import static dev.weft.Sweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Sweep.Counting;
import dev.weft.Sweep.Scene;
import dev.weft.sync.Permit;
import dev.weft.sync.Queue;
import dev.weft.sync.Semaphore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** What cancellation leaves behind, in every window: see {@link Sweep}. */
class SweepTest {
    @Test
    void semaphore() {
        sweep(
                () ->
                        new Scene() {
                            final Semaphore semaphore = new Semaphore(1);
                            int inside;
                            int done;

                            void use() {
                                for (int i = 0; i < 3; i++) {
                                    try (Permit p = semaphore.acquire()) {
                                        assertThat(p).isNotNull();
                                        assertThat(++inside).isEqualTo(1);
                                        try {
                                            turns(2);
                                        } finally {
                                            inside--;
                                        }
                                    }
                                }
                                done++;
                            }

                            @Override
                            public Task<?> play(Group g) {
                                g.start(this::use);
                                Task<?> victim = g.start("victim", this::use);
                                g.start(this::use);
                                return victim;
                            }

                            @Override
                            public void check(boolean cancelled) {
                                assertThat(semaphore.available()).isEqualTo(1);
                                assertThat(semaphore.waiting()).isZero();
                                assertThat(done).isEqualTo(cancelled ? 2 : 3);
                            }
                        });
    }

    /** What went in and came out of a queue; {@code victim} says which side is cancelled. */
    private static final class Pipe implements Scene {
        final Queue<Integer> queue = new Queue<>(2);
        final List<Integer> put = new ArrayList<>();
        final List<Integer> got = new ArrayList<>();
        final boolean victimPuts;
        final boolean slowProducers;
        int next;
        int producers;

        Pipe(boolean victimPuts, boolean slowProducers) {
            this.victimPuts = victimPuts;
            this.slowProducers = slowProducers;
        }

        void produce(int n) {
            try {
                for (int i = 0; i < n; i++) {
                    int e = next++;
                    queue.put(e);
                    put.add(e);
                    turns(slowProducers ? 3 : 0);
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
                turns(slowProducers ? 0 : e % 3);
            }
        }

        @Override
        public Task<?> play(Group g) {
            producers = 2;
            g.start(() -> produce(8));
            Task<?> victim = victimPuts ? g.start(() -> produce(8)) : g.start(this::consume);
            if (!victimPuts) {
                g.start(() -> produce(8));
            }
            g.start(this::consume);
            return victim;
        }

        @Override
        public void check(boolean cancelled) {
            Collections.sort(put);
            Collections.sort(got);
            assertThat(got).as("every put happened or not, every get too").isEqualTo(put);
            assertThat(queue.size()).isZero();
            if (!cancelled) {
                assertThat(got).hasSize(16);
            }
        }
    }

    @Test
    void queueWhoseProducerIsCancelledWhileItWaitsForRoomOrNot() {
        sweep(() -> new Pipe(true, false));
        sweep(() -> new Pipe(true, true));
    }

    @Test
    void queueWhoseConsumerIsCancelledWhileItWaitsForAnElementOrNot() {
        sweep(() -> new Pipe(false, false));
        sweep(() -> new Pipe(false, true));
    }

    @Test
    void gather() {
        sweep(
                () ->
                        new Counting() {
                            @Nullable List<Integer> values;

                            @Override
                            public Task<?> play(Group g) {
                                return g.start(
                                        () ->
                                                values =
                                                        Weft.<Integer, RuntimeException>gather(
                                                                () -> work(1),
                                                                () -> work(3),
                                                                () -> work(2)));
                            }

                            @Override
                            public void check(boolean cancelled) {
                                super.check(cancelled);
                                if (!cancelled) {
                                    assertThat(values).containsExactly(1, 3, 2);
                                }
                            }
                        });
    }

    @Test
    void gatherOverInputs() {
        sweep(
                () ->
                        new Counting() {
                            @Override
                            public Task<?> play(Group g) {
                                return g.start(
                                        () -> Weft.gather(List.of(1, 2, 3, 1, 2), 2, this::work));
                            }

                            @Override
                            public void check(boolean cancelled) {
                                super.check(cancelled);
                                assertThat(most).isLessThanOrEqualTo(2);
                                if (!cancelled) {
                                    assertThat(began).isEqualTo(5);
                                }
                            }
                        });
    }

    @Test
    void gatherOutcomes() {
        sweep(
                () ->
                        new Counting() {
                            @Override
                            public Task<?> play(Group g) {
                                return g.start(
                                        () -> {
                                            List<Outcome<Integer>> all =
                                                    Weft.<Integer>gatherOutcomes(
                                                            () -> work(2), () -> work(1));
                                            assertThat(all).allMatch(Outcome::isSuccess);
                                        });
                            }
                        });
    }

    @Test
    void forEach() {
        sweep(
                () ->
                        new Counting() {
                            @Override
                            public Task<?> play(Group g) {
                                return g.start(
                                        () ->
                                                Weft.forEach(
                                                        IntStream.range(0, 6).boxed().toList(),
                                                        2,
                                                        n -> work(n % 3)));
                            }

                            @Override
                            public void check(boolean cancelled) {
                                super.check(cancelled);
                                assertThat(most).isLessThanOrEqualTo(2);
                            }
                        });
    }

    @Test
    void nestedGroups() {
        sweep(
                () ->
                        new Counting() {
                            @Override
                            public Task<?> play(Group g) {
                                return g.start(
                                        () ->
                                                Weft.group(
                                                        outer -> {
                                                            outer.background(() -> work(50));
                                                            outer.start(() -> work(2));
                                                            Weft.group(
                                                                    inner -> {
                                                                        inner.start(() -> work(3));
                                                                        work(1);
                                                                    });
                                                        }));
                            }
                        });
    }

    @Test
    void timeoutsThatExpireAndThatDoNot() {
        sweep(
                () ->
                        new Counting() {
                            @Override
                            public Task<?> play(Group g) {
                                return g.start(
                                        () -> {
                                            Weft.moveOnAfter(Duration.ZERO, () -> work(5));
                                            try {
                                                Weft.timeout(
                                                        ms(1),
                                                        () -> {
                                                            work(1);
                                                            Weft.timeout(ms(5), () -> work(2));
                                                        });
                                            } catch (TimeoutException e) {
                                                throw new AssertionError(e);
                                            }
                                        });
                            }
                        });
    }

    @Test
    void awaitOfASharedTask() {
        sweep(
                () ->
                        new Scene() {
                            final List<String> got = new ArrayList<>();

                            @Override
                            public Task<?> play(Group g) {
                                Task<String> shared =
                                        g.start(
                                                () -> {
                                                    turns(4);
                                                    return "value";
                                                });
                                g.start(() -> got.add(shared.await()));
                                Task<?> victim =
                                        g.start(
                                                () -> {
                                                    shared.await();
                                                    turns(1);
                                                });
                                g.start(() -> got.add(shared.await()));
                                return victim;
                            }

                            @Override
                            public void check(boolean cancelled) {
                                assertThat(got).containsExactly("value", "value");
                            }
                        });
    }

    @Test
    void offload() {
        // another thread answers, so the turns differ from run to run: bounded by count instead
        for (int turn = 0; turn < 200; turn++) {
            AtomicInteger began = new AtomicInteger();
            AtomicInteger ended = new AtomicInteger();
            List<Integer> results = new ArrayList<>();
            Scene scene =
                    new Scene() {
                        @Override
                        public Task<?> play(Group g) {
                            return g.start(
                                    () -> {
                                        for (int i = 0; i < 3; i++) {
                                            results.add(
                                                    Weft.<Integer, RuntimeException>offload(
                                                            () -> {
                                                                began.incrementAndGet();
                                                                Thread.onSpinWait();
                                                                return ended.incrementAndGet();
                                                            }));
                                        }
                                    });
                        }

                        @Override
                        public void check(boolean cancelled) {
                            assertThat(ended.get()).isEqualTo(began.get());
                            assertThat(results.size())
                                    .as("a result is returned, cancelled or not")
                                    .isEqualTo(ended.get());
                        }
                    };
            // virtual time may pass the grace while a worker really runs
            try (Logged quiet = Logged.open()) {
                play(scene, turn, turn % 2 == 0);
                assertThat(quiet).isNotNull();
            }
        }
    }
}

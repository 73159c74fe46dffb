package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.turns;
import static dev.weft.Sweep.sweep;
import static dev.weft.Sweep.sweepTimes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.CapacityLimiter;
import dev.weft.sync.RateLimiter;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Combinators whose caller is cancelled in every turn: nothing is lost, nothing stays open. */
class CombinatorSweepTest {

    /** Opens resources in bodies that take so many turns. */
    private abstract static class Opening extends Sweep.Counting {
        final Sweep.Resources resources = new Sweep.Resources();

        AutoCloseable open(int turns) {
            work(turns);
            return resources.open();
        }

        static void close(AutoCloseable opened) {
            try {
                Weft.shield(s(1), opened::close);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        /** What the victim does. */
        abstract AutoCloseable run() throws Exception;

        @Override
        public Task<?> play(Group g) {
            return g.start(
                    () -> {
                        AutoCloseable won = run();
                        close(won);
                        turns(1);
                    });
        }

        @Override
        public void check(boolean cancelled) {
            super.check(cancelled);
            resources.checkAllClosed();
        }
    }

    @Test
    void race() {
        sweep(
                () ->
                        new Opening() {
                            @Override
                            AutoCloseable run() {
                                return Weft.<AutoCloseable, RuntimeException>race(
                                        () -> open(3), () -> open(2), () -> open(2), () -> open(9));
                            }
                        });
    }

    @Test
    void raceWhoseLosersGiveTheirValuesInSpiteOfIt() {
        sweep(
                () ->
                        new Opening() {
                            AutoCloseable stubborn(int turns) {
                                try {
                                    turns(turns);
                                } catch (CancelledError swallowed) {
                                    work(1);
                                }
                                return resources.open();
                            }

                            @Override
                            AutoCloseable run() {
                                return Weft.<AutoCloseable, RuntimeException>race(
                                        () -> stubborn(2), () -> stubborn(4), () -> stubborn(0));
                            }
                        });
    }

    @Test
    void staggeredRace() {
        for (Duration delay : List.of(Duration.ZERO, ms(1), s(100))) {
            sweep(
                    () ->
                            new Opening() {
                                @Override
                                AutoCloseable run() throws Exception {
                                    return Weft.<AutoCloseable, Exception>staggeredRace(
                                            delay,
                                            () -> {
                                                work(3);
                                                throw new Exception("x");
                                            },
                                            () -> open(2),
                                            () -> open(2));
                                }
                            });
        }
    }

    @Test
    void retry() {
        sweep(
                () ->
                        new Opening() {
                            int attempts;

                            @Override
                            AutoCloseable run() throws Exception {
                                return Weft.<AutoCloseable, Exception>retry(
                                        Retry.attempts(9).fixed(Duration.ZERO),
                                        () -> {
                                            if (++attempts == 1) {
                                                throw new Exception("x");
                                            }
                                            return open(2);
                                        },
                                        value -> attempts == 4);
                            }
                        });
    }

    @Test
    void rateLimiter() {
        sweepTimes(
                () ->
                        new Sweep.Scene() {
                            final RateLimiter limiter = RateLimiter.tokenBucket(1000, s(1), 3);
                            int taken;
                            long end;

                            void take(int times) {
                                for (int i = 0; i < times; i++) {
                                    limiter.acquire(2);
                                    taken += 2;
                                }
                            }

                            @Override
                            public Task<?> play(Group g) {
                                g.start(() -> take(3));
                                Task<?> victim = g.start(() -> take(3));
                                g.start(
                                        () -> {
                                            take(3);
                                            victim.outcome();
                                            end = Sim.millis();
                                        });
                                return victim;
                            }

                            @Override
                            public void check(boolean cancelled) {
                                // three at once, and one a millisecond: what was cancelled took
                                // none
                                assertThat(end).isEqualTo(taken - 3);
                                assertThat(limiter.waiting()).isZero();
                            }
                        });
    }

    @Test
    void interval() {
        sweepTimes(
                () ->
                        new Sweep.Scene() {
                            final Interval interval = Interval.every(ms(1));
                            final List<Long> ticks = new ArrayList<>();

                            @Override
                            public Task<?> play(Group g) {
                                Task<?> victim =
                                        g.start(
                                                () -> {
                                                    while (ticks.size() < 4) {
                                                        ticks.add(interval.tick());
                                                    }
                                                });
                                g.start(
                                        () -> {
                                            victim.outcome();
                                            ticks.add(interval.tick());
                                        });
                                return victim;
                            }

                            @Override
                            public void check(boolean cancelled) {
                                for (int i = 0; i < ticks.size(); i++) {
                                    assertThat(ticks.get(i)).isEqualTo(i);
                                }
                            }
                        });
    }

    @Test
    void awaitOfTasks() {
        for (Until until : Until.values()) {
            sweep(
                    () ->
                            new Sweep.Scene() {
                                final List<Task<Integer>> tasks = new ArrayList<>();

                                @Override
                                public Task<?> play(Group g) {
                                    for (int n : new int[] {3, 1, 2}) {
                                        tasks.add(
                                                g.start(
                                                        () -> {
                                                            turns(n);
                                                            return n;
                                                        }));
                                    }
                                    return g.start(
                                            () -> {
                                                Weft.await(tasks, until);
                                                turns(1);
                                            });
                                }

                                @Override
                                public void check(boolean cancelled) {
                                    for (Task<Integer> task : tasks) {
                                        assertThat(((LoopTask<Integer>) task).ending())
                                                .matches(Outcome::isSuccess);
                                    }
                                }
                            });
        }
    }

    @Test
    void asCompleted() {
        for (int take : new int[] {0, 2, 5}) {
            sweep(
                    () ->
                            new Opening() {
                                @Override
                                AutoCloseable run() {
                                    return Weft
                                            .<Integer, AutoCloseable, AutoCloseable,
                                                    RuntimeException>
                                                    asCompletedCall(
                                                            List.of(3, 1, 2, 1, 2),
                                                            2,
                                                            this::open,
                                                            results -> take(results.iterator()));
                                }

                                // closes all that it takes
                                AutoCloseable take(
                                        Iterator<Completed<Integer, AutoCloseable>> all) {
                                    for (int i = 0; i < take; i++) {
                                        AutoCloseable taken = all.next().value();
                                        try {
                                            turns(i % 2);
                                        } finally {
                                            close(taken);
                                        }
                                    }
                                    return () -> {};
                                }
                            });
        }
    }

    @Test
    void offloadWithALimiterThatVisitsTheLoop() {
        // another thread answers, so the turns differ from run to run: bounded by count instead
        for (int turn = 0; turn < 200; turn++) {
            Sweep.Scene scene =
                    new Sweep.Scene() {
                        final CapacityLimiter one = new CapacityLimiter(1);
                        int visiting;

                        void call() {
                            for (int i = 0; i < 3; i++) {
                                Weft.offload(
                                        OffloadOptions.limitedBy(one),
                                        () -> Offload.onLoop(this::visit));
                            }
                        }

                        void visit() {
                            visiting++;
                            try {
                                turns(2);
                            } finally {
                                visiting--;
                            }
                        }

                        @Override
                        public Task<?> play(Group g) {
                            g.start(this::call);
                            Task<?> victim = g.start(this::call);
                            g.start(this::call);
                            return victim;
                        }

                        @Override
                        public void check(boolean cancelled) {
                            assertThat(one.borrowed()).isZero();
                            assertThat(visiting).isZero();
                        }
                    };
            try (Logged quiet = Logged.open()) { // virtual time may pass the grace
                Sweep.play(scene, turn, turn % 2 == 0);
                assertThat(quiet).isNotNull();
            }
        }
    }
}

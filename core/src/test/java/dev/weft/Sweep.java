package dev.weft;

import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/**
 * Cancels a task in every turn of its life, by a canceller that runs before all others in its turn
 * or after them: so before each wait, while it waits, between its waker and its next step, and
 * after. Nothing may be lost or left behind, whenever it comes.
 */
final class Sweep {
    private Sweep() {}

    /** A small program around one victim. */
    interface Scene {
        /** Starts helpers in {@code g}; what it gives is the victim. */
        Task<?> play(Group g);

        /** When all have ended: what must hold, cancelled or not. */
        void check(boolean cancelled);
    }

    interface Maker {
        Scene make();
    }

    /** Every way to cancel; ends with the runs in which the victim ended before. */
    static void sweep(Maker maker) {
        sweep(maker, (turn, first) -> turns(turn));
    }

    /**
     * As {@link #sweep}, for scenes in which virtual time passes: cancels every half millisecond,
     * before or after the timers of that instant.
     */
    static void sweepTimes(Maker maker) {
        sweep(
                maker,
                (n, first) -> {
                    for (int i = 0; i < (first ? 1 : n); i++) {
                        Weft.sleep(Duration.ofNanos(500_000L * (first ? n : 1)));
                    }
                });
    }

    private interface Pause {
        void until(int turn, boolean first);
    }

    private static void sweep(Maker maker, Pause pause) {
        for (boolean first : new boolean[] {true, false}) {
            int cancelledRuns = 0;
            for (int turn = 0; ; turn++) {
                assertThat(turn).as("turns of the scene").isLessThan(2000);
                Scene scene = maker.make();
                if (!play(scene, turn, first, pause)) {
                    break;
                }
                cancelledRuns++;
            }
            assertThat(cancelledRuns).isPositive();
        }
    }

    /** Whether the victim still lived in that turn. */
    static boolean play(Scene scene, int turn, boolean first) {
        return play(scene, turn, first, (n, f) -> turns(n));
    }

    private static boolean play(Scene scene, int turn, boolean first, Pause pause) {
        boolean[] lived = new boolean[1];
        boolean[] cancelled = new boolean[1];
        Sim.run(
                () -> {
                    Task<?>[] victim = new Task<?>[1];
                    Weft.group(
                            g -> {
                                Action<RuntimeException> canceller =
                                        () -> {
                                            pause.until(turn, first);
                                            Task<?> v = victim[0];
                                            lived[0] = v != null && v.cancel("sweep");
                                        };
                                if (first) {
                                    g.start("canceller", canceller);
                                }
                                victim[0] = scene.play(g);
                                if (!first) {
                                    g.start("canceller", canceller);
                                }
                            });
                    cancelled[0] = victim[0].outcome() instanceof Outcome.Cancelled;
                });
        try {
            scene.check(cancelled[0]);
        } catch (AssertionError e) {
            throw new AssertionError("cancelled in turn " + turn + ", first: " + first, e);
        }
        return lived[0];
    }

    /** Counts what began and what ended. */
    abstract static class Counting implements Scene {
        int began;
        int ended;
        int running;
        int most;

        int work(int n) {
            began++;
            most = Math.max(most, ++running);
            try {
                turns(n);
                return n;
            } finally {
                Weft.shield(Sim.s(1), () -> turns(1));
                running--;
                ended++;
            }
        }

        @Override
        public void check(boolean cancelled) {
            assertThat(running).isZero();
            assertThat(ended).isEqualTo(began);
        }
    }

    /** Counts the resources that are open; each is closed at most once. */
    static final class Resources {
        private int open;

        AutoCloseable open() {
            open++;
            return new AutoCloseable() {
                private boolean closed;

                @Override
                public void close() {
                    assertThat(closed).as("closed twice").isFalse();
                    turns(1);
                    closed = true;
                    open--;
                }
            };
        }

        void checkAllClosed() {
            assertThat(open).as("resources that are still open").isZero();
        }
    }
}

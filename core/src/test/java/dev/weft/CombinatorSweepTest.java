package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.turns;
import static dev.weft.Sweep.sweep;

import org.junit.jupiter.api.Test;

import java.time.Duration;
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

        /** What the victim does. */
        abstract AutoCloseable run() throws Exception;

        @Override
        public Task<?> play(Group g) {
            return g.start(
                    () -> {
                        AutoCloseable won = run();
                        Weft.shield(s(1), won::close);
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
}

package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Action;
import dev.weft.LoopFailure;
import dev.weft.Simulation;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A simulation in the order of a loop without one, for tests of what is below the test kit. */
final class InOrder extends Simulation {
    private final List<LoopFailure> failures = new ArrayList<>();

    private InOrder(long seed) {
        super(seed, Instant.EPOCH);
    }

    /** Runs a program, which must leave nothing behind. */
    static <X extends Exception> void run(long seed, Action<X> body) throws X {
        var simulation = new InOrder(seed);
        Simulation.session(
                () ->
                        simulation.run(
                                () -> {
                                    body.run();
                                    return seed;
                                }));
        assertThat(simulation.leftovers()).isEmpty();
        assertThat(simulation.failures).isEmpty();
    }

    @Override
    protected int choose(List<? extends Candidate> candidates) {
        return 0;
    }

    @Override
    protected void failed(LoopFailure failure) {
        failures.add(failure);
    }

    @Override
    protected RuntimeException tooManySteps(long steps) {
        return new IllegalStateException("not over after " + steps + " steps");
    }

    @Override
    protected long mostSteps() {
        return 10_000_000;
    }

    @Override
    protected RuntimeException escaped(String what, @Nullable Thread thread) {
        var where = new IllegalStateException(what);
        if (thread != null) {
            where.setStackTrace(thread.getStackTrace());
        }
        return where;
    }
}

package dev.weft.test.corpus;

import dev.weft.Weft;
import dev.weft.test.Sim;

import java.time.Duration;
import java.util.List;

/** A bug that people met, as a program, and the same program without it. */
public abstract class Bug {
    private final String reference;
    private final List<String> victims;

    /**
     * @param reference where people met it
     * @param victims the tasks that have to be cancelled for it; none if the order is enough
     */
    Bug(String reference, String... victims) {
        this.reference = reference;
        this.victims = List.of(victims);
    }

    /** Fails in some runs. */
    public abstract void broken(Sim sim) throws Exception;

    /** Fails in none. */
    public abstract void fixed(Sim sim) throws Exception;

    public final List<String> victims() {
        return victims;
    }

    public final String reference() {
        return reference;
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName();
    }

    // ---- what the programs have in common

    static Duration millis(int n) {
        return Duration.ofMillis(n);
    }

    /**
     * Sleeps until all that can happen has happened: longer than any step of the simulation's
     * takes.
     */
    static void settle() {
        Weft.sleep(Duration.ofSeconds(2));
    }

    /** Sleeps for 0 to {@code most} milliseconds. */
    static void sleepAWhile(Sim sim, int most) {
        Weft.sleep(millis(sim.random().nextInt(most + 1)));
    }
}

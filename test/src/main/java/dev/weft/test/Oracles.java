package dev.weft.test;

import dev.weft.WaitList;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** What must hold in a run; looked at after every step. */
final class Oracles {
    private static final String EVENTUALLY = "Sim.eventually";
    private static final String UNTIL_IDLE = "Sim.untilIdle";

    /** What the simulation itself ends. */
    static final Set<String> WAITS = Set.of(EVENTUALLY, UNTIL_IDLE);

    private record Condition(String name, BooleanSupplier condition) {}

    private final Run run;
    private final Seen seen;
    private final List<Condition> always = new ArrayList<>();
    private final List<Condition> sometimes = new ArrayList<>();
    private final List<Waiting> eventually = new ArrayList<>();
    private final WaitList idlers = WaitList.external(UNTIL_IDLE);
    private @Nullable Throwable violation;
    private boolean isLooking;

    private static final class Waiting {
        final Condition condition;
        final WaitList list = WaitList.external(EVENTUALLY);

        Waiting(Condition condition) {
            this.condition = condition;
        }
    }

    Oracles(Run run, Seen seen) {
        this.run = run;
        this.seen = seen;
    }

    void always(String name, BooleanSupplier holds) {
        requireNoLook("always", name);
        always.add(new Condition(name, holds));
    }

    void sometimes(String name, BooleanSupplier holds) {
        requireNoLook("sometimes", name);
        seen.mention(name);
        sometimes.add(new Condition(name, holds));
    }

    private void requireNoLook(String what, String name) {
        if (isLooking) {
            throw new IllegalStateException(
                    "Sim." + what + " of '" + name + "' called in a condition, which only looks");
        }
    }

    /** Waits until it holds; the caller bounds the wait. */
    void await(String name, BooleanSupplier holds) {
        if (holds.getAsBoolean()) {
            return;
        }
        Waiting waiting = new Waiting(new Condition(name, holds));
        eventually.add(waiting);
        try {
            waiting.list.enter();
            waiting.list.await();
        } finally {
            eventually.remove(waiting);
        }
    }

    void untilIdle() {
        idlers.enter();
        idlers.await();
    }

    boolean idle() {
        return idlers.wakeFirst(null);
    }

    /** After a step, on the carrier. */
    void look() {
        if (always.isEmpty() && sometimes.isEmpty() && eventually.isEmpty()) {
            return;
        }
        isLooking = true;
        for (Condition c : always) {
            if (violation == null && !holds(c)) {
                violated("'" + c.name + "' does not hold any more", null);
            }
        }
        sometimes.removeIf(
                c -> {
                    boolean was = seen.has(c.name) || holds(c);
                    if (was) {
                        seen.was(c.name);
                    }
                    return was;
                });
        for (Waiting w : eventually) {
            if (holds(w.condition)) {
                w.list.wakeFirst(null);
            }
        }
        isLooking = false;
    }

    private boolean holds(Condition c) {
        try {
            return c.condition.getAsBoolean();
        } catch (Throwable e) {
            violated("'" + c.name + "' could not be told", e);
            return false;
        }
    }

    /** The first one counts: what follows may follow from it. */
    private void violated(String what, @Nullable Throwable cause) {
        if (violation != null) {
            return;
        }
        violation = new AssertionError(what + ", at " + run.time() + " of the run", cause);
        run.trace.note(what);
        run.failed(violation.toString());
    }

    @Nullable Throwable violation() {
        return violation;
    }
}

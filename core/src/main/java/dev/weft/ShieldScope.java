package dev.weft;

import java.time.Duration;
import java.util.Objects;

/** A scope that masks the requests of the scopes outside it, until its limit at most. */
final class ShieldScope extends OwnedScope {
    private final Duration limit;
    private final Limit end = new Limit();
    private boolean masking = true;

    private final class Limit extends Timer {
        @Override
        void fire() {
            masking = false;
            recheck();
        }

        @Override
        LoopTask<?> task() {
            return owner;
        }

        @Override
        String what() {
            return "end of shield";
        }
    }

    private ShieldScope(LoopTask<?> owner, Duration limit) {
        super(owner);
        this.limit = limit;
    }

    static ShieldScope open(Duration limit) {
        Objects.requireNonNull(limit, "the limit");
        LoopTask<?> task = LoopTask.current();
        task.settleInterrupt();
        task.pauseGraces();
        ShieldScope scope = new ShieldScope(task, limit);
        task.loop.timers.set(scope.end, Durations.after(task.loop.nanoTime(), limit));
        scope.enter();
        return scope;
    }

    @Override
    void close() {
        owner.loop.timers.cancel(end);
        leave();
        owner.lookAgain();
    }

    boolean isMasking() {
        return masking;
    }

    /** When masking ends, on the loop's clock. */
    long endsAt() {
        return end.when;
    }

    @Override
    Duration left(long now) {
        return until(end, now);
    }

    @Override
    String describe() {
        return Durations.limited("shield", limit);
    }
}

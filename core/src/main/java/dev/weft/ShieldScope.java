package dev.weft;

import java.time.Duration;

/** A scope that masks the requests of the scopes outside it, until its limit at most. */
final class ShieldScope extends Scope {
    private final LoopTask<?> owner;
    private final Duration limit;
    private final Limit end = new Limit();
    private boolean masking = true;

    private final class Limit extends Timer {
        @Override
        void fire() {
            masking = false;
            owner.resumeGraces();
            recheck();
        }
    }

    private ShieldScope(LoopTask<?> owner, Duration limit) {
        super(owner.innermost);
        this.owner = owner;
        this.limit = limit;
    }

    static ShieldScope open(Duration limit) {
        LoopTask<?> task = LoopTask.current();
        ShieldScope scope = new ShieldScope(task, limit);
        task.settleInterrupt();
        task.pauseGraces();
        scope.enter();
        task.loop.timers.set(scope.end, Durations.after(task.loop.nanoTime(), limit));
        return scope;
    }

    void close() {
        owner.loop.timers.cancel(end);
        leave();
        owner.resumeGraces();
        owner.poke();
    }

    boolean isMasking() {
        return masking;
    }

    @Override
    LoopTask<?> owner() {
        return owner;
    }

    @Override
    Duration left(long now) {
        return until(end, now);
    }

    @Override
    String describe() {
        return "shield of " + Durations.show(limit);
    }
}

package dev.weft;

import java.time.Duration;

/** A scope that cancels itself at a deadline. */
final class TimeoutScope extends Scope {
    private final LoopTask<?> owner;
    private final Duration limit;
    private final Deadline deadline = new Deadline();

    private final class Deadline extends Timer {
        @Override
        void fire() {
            request("timeout of " + Durations.show(limit), "deadline");
        }
    }

    private TimeoutScope(LoopTask<?> owner, Duration limit) {
        super(owner.innermost);
        this.owner = owner;
        this.limit = limit;
    }

    static TimeoutScope open(Duration limit) {
        LoopTask<?> task = LoopTask.current();
        TimeoutScope scope = new TimeoutScope(task, limit);
        Loop loop = task.loop;
        scope.enter();
        loop.timers.set(scope.deadline, Durations.after(loop.nanoTime(), limit));
        return scope;
    }

    /** Ends the scope, after which {@link #expired} says whether its deadline fired. */
    void close() {
        owner.loop.timers.cancel(deadline);
        leave();
    }

    boolean expired() {
        return request != null;
    }

    Duration limit() {
        return limit;
    }

    @Override
    LoopTask<?> owner() {
        return owner;
    }

    @Override
    Duration left(long now) {
        return until(deadline, now);
    }

    @Override
    String describe() {
        return "timeout of " + Durations.show(limit);
    }
}

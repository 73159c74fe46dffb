package dev.weft;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** A scope that cancels itself at a deadline. */
final class TimeoutScope extends OwnedScope {
    private final long enteredAt;
    private Duration limit;
    private final Deadline deadline = new Deadline();
    private boolean expired;

    private final class Deadline extends Timer {
        @Override
        void fire() {
            if (isEntered()) { // or a stack overflow has skipped its end
                expired = request(describe(), "deadline");
            }
        }

        @Override
        LoopTask<?> task() {
            return owner;
        }

        @Override
        String what() {
            return "deadline";
        }
    }

    private TimeoutScope(LoopTask<?> owner, Duration limit) {
        super(owner);
        this.limit = limit;
        this.enteredAt = owner.loop.nanoTime();
    }

    static TimeoutScope open(Duration limit) {
        Objects.requireNonNull(limit, "the limit");
        TimeoutScope scope = new TimeoutScope(LoopTask.current(), limit);
        scope.set(scope.enteredAt, Durations.nanos(limit));
        scope.enter();
        return scope;
    }

    /** Has the innermost timeout expire that is around what the task does and not cancelled yet. */
    static boolean expireInnermost(LoopTask<?> task) {
        for (Scope s = task.innermost; s != null; s = s.outer) {
            if (s instanceof ShieldScope shield && shield.isMasking()) {
                return false;
            }
            if (s instanceof TimeoutScope timeout
                    && timeout.request == null
                    && timeout.deadline.isSet()) {
                task.loop.timers.cancel(timeout.deadline);
                timeout.deadline.fire();
                return true;
            }
        }
        return false;
    }

    private void set(long now, long nanos) {
        if (nanos < Durations.LONGEST_NANOS) {
            owner.loop.timers.set(deadline, now + nanos);
        }
    }

    /** After this {@link #expired} says whether its deadline fired. */
    @Override
    void close() {
        owner.loop.timers.cancel(deadline);
        leave();
    }

    @Override
    public boolean expired() {
        return expired;
    }

    /** From its entry to its deadline. */
    Duration limit() {
        return limit;
    }

    private boolean isUnlimited() {
        return Durations.nanos(limit) == Durations.LONGEST_NANOS;
    }

    /** The time that is left; the longest there is if it has no deadline. */
    @Override
    long nanosLeft(long now) {
        return isUnlimited() ? Durations.LONGEST_NANOS : deadline.when - now;
    }

    @Override
    public Optional<Instant> deadline() {
        if (isUnlimited()) {
            return Optional.empty();
        }
        Loop loop = owner.loop;
        return Optional.of(loop.clock().instant().plusNanos(deadline.when - loop.nanoTime()));
    }

    @Override
    public void reschedule(Duration fromNow) {
        Objects.requireNonNull(fromNow, "the time from now");
        requireLoop();
        if (!isEntered()) {
            throw new IllegalStateException(
                    describe() + " has ended; its deadline can be moved only in its body");
        }
        if (request != null) {
            throw new IllegalStateException(
                    describe()
                            + (expired ? " has expired" : " has been cancelled")
                            + " already; its deadline can't be moved any more");
        }
        long now = owner.loop.nanoTime();
        long nanos = Durations.nanos(fromNow);
        owner.loop.timers.cancel(deadline);
        limit = Duration.ofNanos(now - enteredAt).plusNanos(nanos);
        set(now, nanos);
    }

    @Override
    Duration left(long now) {
        return isUnlimited() ? Duration.ofNanos(Durations.LONGEST_NANOS) : until(deadline, now);
    }

    @Override
    String describe() {
        return Durations.limited("timeout", limit);
    }
}

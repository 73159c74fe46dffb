package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A stretch of a task's work that can be cancelled as one: a task, a group, a timeout, a shield.
 * Scopes nest; a request to cancel one reaches every task under it, and only the scope itself
 * absorbs it (Trio's cancel scope).
 *
 * <p>Got by {@link #current} in the body, and seen as {@link CancelledError#scope}.
 * <em>Loop-confined</em>: any task of its loop may use it, also after its end. No call waits.
 */
public abstract sealed class Scope permits LoopTask, OwnedScope {
    /** The next scope outside this one; null for the root task alone. */
    @Nullable Scope outer;

    /** The request that cancelled this scope, if any. */
    @Nullable CancelRequest request;

    Scope(@Nullable Scope outer) {
        this.outer = outer;
    }

    // ---- for users

    /**
     * The innermost scope around the caller: directly in the body of {@link Weft#timeout} that of
     * the timeout, in a task's own body that of the task.
     *
     * @throws IllegalStateException off the loop
     */
    public static Scope current() {
        LoopTask<?> task = LoopTask.current();
        Scope innermost = task.innermost;
        while (innermost instanceof ErrandScope errand && errand.outer != null) {
            innermost = errand.outer;
        }
        return task.loop.isRoot(innermost) ? task : innermost;
    }

    /**
     * Cancels what runs in this scope. Once it has unwound, {@link Weft#group}, {@link
     * Weft#supervisor} and {@link Weft#moveOnAfter} return, other calls throw {@link
     * java.util.concurrent.CancellationException} with the reason, and a task ends cancelled. A
     * body that gives a value all the same, gives it.
     *
     * @return false if the scope had ended
     * @throws IllegalStateException on another loop
     */
    public boolean cancel(String reason) {
        Objects.requireNonNull(reason, "the reason");
        requireLoop();
        if (!isEntered()) {
            return false;
        }
        request(reason, owner().loop.actor());
        return true;
    }

    /**
     * When this scope, a timeout's, cancels itself: an instant of {@link Loop#clock}. Empty for all
     * other scopes and if it never does. What is left to the caller in all, see {@link
     * Weft#timeLeft}.
     */
    public Optional<Instant> deadline() {
        return Optional.empty();
    }

    /**
     * Moves the deadline of a timeout, to so long from now (asyncio's {@code Timeout.reschedule}).
     * Zero or less is noticed at the next wait that suspends; 146 years or more mean never.
     *
     * @throws IllegalStateException if this is no timeout's scope, has ended, or has expired or
     *     been cancelled already; on another loop
     */
    public void reschedule(Duration fromNow) {
        Objects.requireNonNull(fromNow, "the time from now");
        requireLoop();
        throw new IllegalStateException(
                describe()
                        + " has no deadline to move; take Scope.current() directly in the body of"
                        + " the timeout");
    }

    /** As {@link #reschedule(Duration)}, to an instant of {@link Loop#clock}. */
    public final void reschedule(Instant deadline) {
        reschedule(Durations.until(owner().loop, deadline));
    }

    /**
     * Whether its deadline has passed while its body ran, and so has cancelled it. A body that
     * ended before the loop noticed has not expired.
     */
    public boolean expired() {
        return false;
    }

    // ---- within

    /** Refuses other threads than the loop's. */
    final void requireLoop() {
        Loop loop = owner().loop;
        if (Loop.currentOrNull() != loop) {
            throw new IllegalStateException(
                    describe()
                            + " belongs to "
                            + loop
                            + "; "
                            + OffloadCall.wayToLoop(
                                    loop, "from elsewhere use Loop.execute of that loop"));
        }
    }

    /** Whether its body runs. */
    boolean isEntered() {
        for (Scope s = owner().innermost; s != null; s = s.outer) {
            if (s == this) {
                return true;
            }
        }
        return false;
    }

    /** How long until this scope cancels itself; at least 146 years if it does not. */
    long nanosLeft(long now) {
        return Durations.LONGEST_NANOS;
    }

    /** The task whose code runs in this scope. */
    abstract LoopTask<?> owner();

    /** What this is, for messages. */
    abstract String describe();

    /** How long until its deadline or limit, if it has one. */
    @Nullable Duration left(long now) {
        return null;
    }

    static Duration until(Timer timer, long now) {
        return Duration.ofNanos(timer.isSet() ? Math.max(0, timer.when - now) : 0);
    }

    /**
     * Cancels: the request becomes pending for every task under this scope. A scope that is
     * cancelled already stays as it is.
     *
     * @return whether this call cancelled it
     */
    final boolean request(String reason, String by) {
        if (request != null) {
            return false;
        }
        CancelRequest r = new CancelRequest(this, reason, by);
        request = r;
        owner().loop.liveRequests++;
        spread(r);
        return true;
    }

    /**
     * Makes a request pending for every task under this scope: its owner, and the children of every
     * group inside it.
     */
    final void spread(CancelRequest r) {
        forAll(task -> task.post(r));
    }

    /** Looks again at every task under this scope, after something outside stopped being masked. */
    final void recheck() {
        forAll(LoopTask::lookAgain);
    }

    /** Not recursive: trees of tasks may be deeper than the carrier's stack. */
    private void forAll(Consumer<LoopTask<?>> action) {
        ArrayDeque<Scope> children = new ArrayDeque<>();
        for (Scope scope = this; scope != null; scope = children.poll()) {
            LoopTask<?> task = scope.owner();
            action.accept(task);
            for (Scope s = task.innermost; s != null; s = s.outer) {
                if (s instanceof TaskGroup group) {
                    group.addChildrenTo(children);
                }
                if (s == scope) {
                    break;
                }
            }
        }
    }

    /** Leaves this scope; its request, if any, ends for ever. */
    final void leave() {
        LoopTask<?> owner = owner();
        if (outer == null) {
            throw new IllegalStateException("the root scope is never left");
        }
        owner.innermost = outer;
        if (request != null) {
            owner.loop.liveRequests--;
            owner.forget(request);
        }
    }

    /** Whether {@code thrown}, leaving this scope, is this scope's own cancellation coming home. */
    final boolean isOwnCancellation(Throwable thrown) {
        CancelRequest own = request;
        return own != null && owner().carries(thrown, own);
    }

    /** The request of a scope outside this one whose delivery {@code thrown} is. */
    final @Nullable CancelRequest outerRequestIn(Throwable thrown) {
        for (Scope s = outer; s != null; s = s.outer) {
            if (s.request != null && owner().carries(thrown, s.request)) {
                return s.request;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return describe();
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * A stretch of a task's work that can be cancelled as one: a task, a group, a timeout. Scopes nest;
 * a request to cancel one reaches every task under it, and only the scope itself absorbs it (Trio's
 * cancel scope).
 *
 * <p>Seen from outside as {@link CancelledError#scope}. <em>Loop-confined</em>.
 */
public abstract sealed class Scope permits LoopTask, TaskGroup, TimeoutScope, ShieldScope {
    /** The next scope outside this one; null for the root task alone. */
    @Nullable Scope outer;

    /** The request that cancelled this scope, if any. */
    @Nullable CancelRequest request;

    Scope(@Nullable Scope outer) {
        this.outer = outer;
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
        forAll(LoopTask::poke);
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

    /** Makes this the innermost scope of the running task. */
    final void enter() {
        owner().innermost = this;
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

    @Override
    public String toString() {
        return describe();
    }
}

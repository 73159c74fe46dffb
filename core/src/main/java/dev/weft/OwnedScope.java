package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CancellationException;

/** A scope around a stretch of one task's work. */
abstract sealed class OwnedScope extends Scope
        permits TaskGroup, TimeoutScope, ShieldScope, StrictScope, ErrandScope {
    final LoopTask<?> owner;

    /** How many cancellations the loop had delivered when the scope was entered. */
    final int entered;

    OwnedScope(LoopTask<?> owner) {
        super(owner.innermost);
        this.owner = owner;
        owner.settleBeforeScope();
        this.entered = owner.loop.deliveries;
    }

    /** Makes this the innermost scope of the running task; the last step of opening it. */
    final void enter() {
        owner.innermost = this;
    }

    @Override
    final LoopTask<?> owner() {
        return owner;
    }

    /** Runs {@code body} in this scope, which has been entered. */
    final <T extends @Nullable Object, X extends Exception> T around(Body<T, X> body) throws X {
        T value;
        try {
            value = body.run();
        } catch (Throwable thrown) {
            if (absorbs(thrown)) {
                throw unwound(thrown);
            }
            throw Throwing.sneaky(thrown);
        }
        close();
        return value;
    }

    /** Leaves the scope, whose body gave a value. */
    void close() {
        leave();
    }

    /**
     * Leaves the scope, whose body threw; whether that was its own cancellation, which ends here.
     */
    final boolean absorbs(Throwable thrown) {
        boolean own;
        try {
            own = isOwnCancellation(thrown);
        } finally {
            close();
        }
        if (own) {
            owner.redeliverSince(entered);
        }
        return own;
    }

    /** What a scope throws that has no value because of its {@link Scope#cancel}. */
    final CancellationException unwound(Throwable cancellation) {
        CancelRequest r = request;
        var e = new CancellationException(r == null ? null : r.reason());
        e.initCause(cancellation);
        return e;
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * Something that a select can wait for, and what it gives when it happens: an element from a
 * channel, room in a queue, a task's end, a time. As a clause by itself it gives just that; {@link
 * #then} and {@link #map} say what to do with it, {@link #thenRun} and {@link #thenCall} what to do
 * when it happens.
 *
 * <p>For authors of primitives: a source is a waiting operation on a {@link WaitList} taken apart.
 * The select asks all its sources {@link #isReady}; of those that are, it has one {@link #take}. If
 * none is, the task waits in the {@link #waiters} of all of them at once, showing its {@link
 * #offer} in each, and the first {@link WaitList#wakeFirst wake-up} ends them all in that moment:
 * what was handed over goes through {@link #received}, and the task is in none of the other lists
 * any more. Sources keep no state of their own, so one may serve many selects.
 *
 * <p>The methods to implement are called on the loop, by the select alone, and must not wait. Those
 * that throw make the select throw.
 *
 * @param <T> what it gives
 */
public abstract non-sealed class Source<T extends @Nullable Object>
        extends Clause<T, RuntimeException> {

    protected Source() {}

    // ---- for users

    /** The same, and then {@code action} with what it gave, in the task that selects. */
    public final <X extends Exception> Clause<@Nullable Void, X> then(
            EachAction<? super T, ? extends X> action) {
        Objects.requireNonNull(action, "the action");
        return new Handled<>(
                this,
                given -> {
                    action.accept(given);
                    return null;
                });
    }

    /** The same, and then {@code action}, in the task that selects. */
    public final <X extends Exception> Clause<@Nullable Void, X> thenRun(
            Action<? extends X> action) {
        Objects.requireNonNull(action, "the action");
        return new Handled<>(
                this,
                _ -> {
                    action.run();
                    return null;
                });
    }

    /** The same, but gives what {@code function} makes of it, in the task that selects. */
    public final <R extends @Nullable Object, X extends Exception> Clause<R, X> map(
            Each<? super T, ? extends R, ? extends X> function) {
        return new Handled<>(this, Objects.requireNonNull(function, "the function"));
    }

    /** The same, but gives what {@code body} gives, in the task that selects. */
    public final <R extends @Nullable Object, X extends Exception> Clause<R, X> thenCall(
            Body<? extends R, ? extends X> body) {
        Objects.requireNonNull(body, "the body");
        return new Handled<>(this, _ -> body.run());
    }

    /** This if {@code condition} holds, else a source that never happens. */
    public final Source<T> when(boolean condition) {
        return condition ? this : Erased.value(Never.NEVER);
    }

    // ---- for authors

    /** Where a task waits for it: whoever makes it possible wakes the first one here. */
    protected abstract WaitList waiters();

    /** What a waker may take, as in {@link WaitList#awaitOffering}; null for nothing. */
    protected @Nullable Object offer() {
        return null;
    }

    /** Whether {@link #take} would give something, or throw, without waiting. */
    protected abstract boolean isReady();

    /** Has it happen, {@link #isReady} having said that it can just before. */
    protected abstract T take();

    /** What it gives, having happened in a wait that ended with {@code handedOver}. */
    protected abstract T received(@Nullable Object handedOver);

    /** A select is about to wait for it, none of its sources being ready. */
    protected void waits() {}

    /** A select that waited for it does so no more, whichever way that ended. */
    protected void waited() {}

    // ---- as a clause

    @Override
    final Source<?> source() {
        return this;
    }

    @Override
    final T takeNow() {
        return take();
    }

    @Override
    final T takeHandedOver(@Nullable Object value) {
        return received(value);
    }

    /** Whether tasks wait for it in a list. */
    final boolean hasList() {
        return !(this instanceof Never);
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * A value that code finds without having been passed it: who the user is, a trace's identity
 * (Python's {@code ContextVar}, in the manner of {@link ScopedValue}). {@link #where} binds it for
 * a body; the body sees it, and so does every task started meanwhile, in a group, in the background
 * or by a combinator, for as long as that task lives. What a task binds, its starter never sees.
 *
 * <p>A task starts with the bindings of whoever starts it, at no cost. A look-up costs a step for
 * each binding around it. Keep instances in static final fields.
 *
 * <p><em>Any thread</em> may bind and ask; {@link Weft#run} starts its main task with what is bound
 * on the calling thread. No call waits.
 */
public final class TaskLocal<T extends @Nullable Object> {

    /** One binding, and those around it: what a task starts with is shared, never copied. */
    record Binding(TaskLocal<?> local, @Nullable Object value, @Nullable Binding outer) {}

    /** What is bound on a thread that is no task of a loop. */
    private static final ThreadLocal<@Nullable Binding> OFF_LOOP = new ThreadLocal<>();

    private TaskLocal() {}

    /** A new one, not bound anywhere. */
    public static <T extends @Nullable Object> TaskLocal<T> newInstance() {
        return new TaskLocal<>();
    }

    /**
     * Runs {@code body} in place with this bound to {@code value}; afterwards it is bound as
     * before.
     */
    public <R extends @Nullable Object, X extends Exception> R where(T value, Body<R, X> body)
            throws X {
        Objects.requireNonNull(body, "the body");
        if (Loop.currentOrNull() == null) {
            return off(new Binding(this, value, OFF_LOOP.get()), body);
        }
        LoopTask<?> task = LoopTask.current();
        Binding before = task.locals;
        task.loop.bindsLocals = true;
        task.locals = new Binding(this, value, before);
        try {
            return body.run();
        } finally {
            task.locals = before;
        }
    }

    /** As {@link #where(Object, Body)}, without a value. */
    public <X extends Exception> void where(T value, Action<X> body) throws X {
        where(value, ActionBody.of(body));
    }

    /**
     * The value bound here.
     *
     * @throws NoSuchElementException if none is
     */
    public T get() {
        Binding found = find();
        if (found == null) {
            throw new NoSuchElementException(
                    "this TaskLocal is not bound on thread '"
                            + Thread.currentThread().getName()
                            + "'; bind it with where(value, body) around the code or around the"
                            + " start of its task, or ask with orElse");
        }
        return Erased.value(found.value);
    }

    /** The value bound here, or {@code other}. */
    public T orElse(T other) {
        Binding found = find();
        return found == null ? other : Erased.<T>value(found.value);
    }

    /** Whether a value is bound here; it may be null. */
    public boolean isBound() {
        return find() != null;
    }

    private @Nullable Binding find() {
        Binding b = here();
        while (b != null && b.local != this) {
            b = b.outer;
        }
        return b;
    }

    /** All that is bound for the caller. */
    static @Nullable Binding here() {
        Loop loop = Loop.currentOrNull();
        return loop == null ? OFF_LOOP.get() : loop.localsHere();
    }

    /** Runs {@code body}, off the loop, with these bindings instead of the thread's own. */
    static <R extends @Nullable Object, X extends Exception> R off(
            @Nullable Binding bindings, Body<R, X> body) throws X {
        Binding before = OFF_LOOP.get();
        OFF_LOOP.set(bindings);
        try {
            return body.run();
        } finally {
            if (before == null) {
                OFF_LOOP.remove();
            } else {
                OFF_LOOP.set(before);
            }
        }
    }
}

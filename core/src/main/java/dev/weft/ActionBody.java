package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * An action as a body whose value is null; a class, so that a task can still say whose code it
 * runs.
 */
record ActionBody<X extends Exception>(Action<X> action) implements Body<@Nullable Void, X> {
    ActionBody {
        Objects.requireNonNull(action, "the body");
    }

    /** As {@link Action#asBody}, of one that may be missing. */
    static <X extends Exception> Body<@Nullable Void, X> of(Action<X> action) {
        return new ActionBody<>(action);
    }

    @Override
    public @Nullable Void run() throws X {
        action.run();
        return null;
    }
}

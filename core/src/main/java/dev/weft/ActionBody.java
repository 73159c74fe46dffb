package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * An action as a body whose value is null; a class, so that a task can still say whose code it
 * runs.
 */
record ActionBody<X extends Exception>(Action<X> action) implements Body<@Nullable Void, X> {
    @Override
    public @Nullable Void run() throws X {
        action.run();
        return null;
    }
}

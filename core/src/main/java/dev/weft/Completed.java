package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * An input of {@link Weft#asCompleted}, and what came of it. Immutable; <em>any thread</em>.
 *
 * @param input what it began with
 * @param outcome how that ended
 */
public record Completed<A extends @Nullable Object, T extends @Nullable Object>(
        A input, Outcome<T> outcome) {
    public Completed {
        Objects.requireNonNull(outcome, "the outcome");
    }

    /** The value; if there is none, throws as {@link Outcome#orThrow} does. */
    public T value() {
        return outcome.orThrow();
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.concurrent.CancellationException;

/**
 * How a task ended: with a value, with a failure, or cancelled. What asyncio's {@code
 * return_exceptions=True} gives, typed.
 *
 * <p>Immutable; <em>any thread</em>.
 */
public sealed interface Outcome<T extends @Nullable Object> {

    /** Ended with this value. */
    record Success<T extends @Nullable Object>(T value) implements Outcome<T> {}

    /** Ended with this exception or error: the very object that was thrown. */
    record Failure<T extends @Nullable Object>(Throwable cause) implements Outcome<T> {
        public Failure {
            Objects.requireNonNull(cause, "the cause");
        }
    }

    /** Ended because it, or a scope around it, was cancelled. */
    record Cancelled<T extends @Nullable Object>(String reason) implements Outcome<T> {
        public Cancelled {
            Objects.requireNonNull(reason, "the reason");
        }
    }

    /**
     * The value. Of a failure throws the very object, checked or not; of a cancellation {@link
     * CancellationException}.
     */
    default T orThrow() {
        if (this instanceof Success<T> success) {
            return success.value();
        }
        if (this instanceof Failure<T> failure) {
            throw Throwing.sneaky(failure.cause());
        }
        throw new CancellationException(((Cancelled<T>) this).reason());
    }

    /** Whether this is a {@link Success}. */
    default boolean isSuccess() {
        return this instanceof Success;
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** How a body leaves its deadline. */
final class Timeouts {
    private Timeouts() {}

    static <T extends @Nullable Object, X extends Exception> T timeout(
            Duration limit, Body<T, X> body) throws X, TimeoutException {
        TimeoutScope scope = TimeoutScope.open(limit);
        T value;
        try {
            value = body.run();
        } catch (Throwable thrown) {
            if (leave(scope, thrown)) {
                throw because(thrown, limit);
            }
            throw Throwing.sneaky(thrown);
        }
        scope.close();
        return value;
    }

    static <T, X extends Exception> Optional<T> moveOnAfter(Duration limit, Body<T, X> body)
            throws X {
        TimeoutScope scope = TimeoutScope.open(limit);
        T value;
        try {
            value = body.run();
        } catch (Throwable thrown) {
            if (leave(scope, thrown)) {
                return Optional.empty();
            }
            throw Throwing.sneaky(thrown);
        }
        scope.close();
        return Optional.of(
                Objects.requireNonNull(
                        value,
                        "the body of moveOnAfter gave null; write () -> {...} if it has no value"));
    }

    /**
     * Closes the scope; whether what was thrown is its own cancellation. Another failure is told
     * about the deadline.
     */
    private static boolean leave(TimeoutScope scope, Throwable thrown) {
        boolean expired = scope.expired();
        boolean own = expired && scope.isOwnCancellation(thrown);
        scope.close();
        if (expired && !own && !(thrown instanceof CancelledError)) {
            thrown.addSuppressed(because(null, scope.limit()));
        }
        return own;
    }

    private static TimeoutException because(@Nullable Throwable cancellation, Duration limit) {
        TimeoutException e = new TimeoutException("timed out after " + Durations.show(limit));
        if (cancellation != null) {
            e.initCause(cancellation);
        }
        return e;
    }
}

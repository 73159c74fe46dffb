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
        Objects.requireNonNull(body, "the body");
        TimeoutScope scope = TimeoutScope.open(limit);
        T value;
        try {
            value = body.run();
        } catch (Throwable thrown) {
            if (leave(scope, thrown)) {
                if (scope.expired()) {
                    throw because(scope, thrown);
                }
                throw scope.unwound(thrown);
            }
            throw Throwing.sneaky(thrown);
        }
        scope.close();
        return value;
    }

    static <T, X extends Exception> Optional<T> moveOnAfter(Duration limit, Body<T, X> body)
            throws X {
        Objects.requireNonNull(body, "the body");
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

    static <X extends Exception> boolean moveOnAfter(Duration limit, Action<X> body) throws X {
        Objects.requireNonNull(body, "the body");
        return moveOnAfter(
                        limit,
                        () -> {
                            body.run();
                            return true;
                        })
                .isPresent();
    }

    /**
     * Leaves the scope; whether what was thrown is its own cancellation. Another failure is told
     * about the deadline.
     */
    private static boolean leave(TimeoutScope scope, Throwable thrown) {
        boolean own = scope.absorbs(thrown);
        if (scope.expired()
                && !own
                && !(thrown instanceof CancelledError)
                && scope.outerRequestIn(thrown) == null) {
            thrown.addSuppressed(because(scope, null));
        }
        return own;
    }

    private static TimeoutException because(TimeoutScope scope, @Nullable Throwable cancellation) {
        var e = new TimeoutException("timed out after " + Durations.show(scope.limit()));
        if (cancellation != null) {
            e.initCause(cancellation);
        }
        return e;
    }
}

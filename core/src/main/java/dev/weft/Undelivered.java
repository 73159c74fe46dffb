package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/**
 * What a body gave and nobody gets, where that is the normal course of things: a second winner, a
 * result that nobody asks for any more. Connections, permits and the like are closed.
 */
final class Undelivered {
    private Undelivered() {}

    /**
     * Closes the value if it can be closed; in a task, out of reach of cancellation for the grace.
     */
    static void close(@Nullable Object value) {
        if (value instanceof AutoCloseable closeable) {
            Loop loop = Loop.current();
            try {
                Weft.shield(Duration.ofNanos(loop.graceNanos), closeable::close);
            } catch (Exception e) {
                loop.reports.unexpected(
                        "closing " + closeable.getClass().getName() + ", which nobody got", e);
            }
        }
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.util.Objects;

/**
 * Something that went wrong on a loop and that nobody waits for: what {@link Loop#exceptionHandler}
 * is told (asyncio's exception context). Immutable, for any thread.
 *
 * @param kind what happened
 * @param message the same in words, as the default handler logs it
 * @param loop where it happened
 * @param place what failed: a task, a group, a timer, the driver
 * @param task the task concerned, if there is one
 * @param failure what was thrown; for a task that does not end, its stack
 */
public record LoopFailure(
        Kind kind,
        String message,
        Loop loop,
        String place,
        @Nullable Task<?> task,
        @Nullable Throwable failure) {
    public LoopFailure {
        Objects.requireNonNull(kind, "the kind");
        Objects.requireNonNull(message, "the message");
        Objects.requireNonNull(loop, "the loop");
        Objects.requireNonNull(place, "the place");
    }

    /** What may happen. */
    public enum Kind {
        /** A task failed and nobody awaits it. */
        UNOBSERVED(Level.ERROR),
        /** A second failure, which the one that is thrown cannot carry as suppressed. */
        FURTHER(Level.ERROR),
        /** Something failed that has no caller: a closer, work handed over, the driver. */
        UNEXPECTED(Level.ERROR),
        /** A task was cancelled and has not unwound within the grace. */
        CANCELLATION_IGNORED(Level.WARNING),
        /** No task can ever go on; the program goes on waiting. */
        DEADLOCK(Level.WARNING),
        /** The program is to end, and a task does not. */
        STILL_RUNNING(Level.WARNING),
        /** Work was handed over as the loop ended, and not run. */
        NOT_RUN(Level.WARNING),
        /**
         * A thread lives on after its loop: a virtual one that Weft did not start, or that of an
         * abandoned {@link Weft#offload}.
         */
        OUTLIVED(Level.WARNING);

        final Level level;

        Kind(Level level) {
            this.level = level;
        }
    }

    /** What the default handler does: logs to the {@code System.Logger} {@code dev.weft}. */
    public void log() {
        Reports.log(kind.level, message, failure);
    }
}

package dev.weft.test;

import org.jspecify.annotations.Nullable;

/**
 * The program did something that a simulation cannot repeat: it waited by the real clock, or for
 * another thread. Its stack trace is that of the task that did, where it can be told. {@link
 * Sim#allowReal} permits it, at the price that the run can't be replayed.
 */
public final class EscapeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    EscapeException(String what, @Nullable Thread thread) {
        super(what + " (Sim.allowReal permits it; such a run cannot be replayed)");
        if (thread != null) {
            setStackTrace(thread.getStackTrace());
        }
    }
}

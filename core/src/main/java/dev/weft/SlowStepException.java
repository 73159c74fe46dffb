package dev.weft;

/**
 * A step held up its loop for longer than {@code -Dweft.slow-step} allows; its stack trace is that
 * of the step. Thrown by {@link Weft#run} with {@code -Dweft.slow-step.fails=true}, which is meant
 * for tests; otherwise such steps are logged only.
 */
public final class SlowStepException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    SlowStepException(String report, StackTraceElement[] stack) {
        super(report);
        setStackTrace(stack);
    }
}

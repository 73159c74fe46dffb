package dev.weft.test;

/**
 * A run of a program failed. The message says which and how to repeat it, and shows its steps; the
 * cause is what the program threw.
 */
public final class SimFailure extends AssertionError {
    private static final long serialVersionUID = 1;

    private final String replay;

    SimFailure(String message, Throwable cause, String replay) {
        super(message, cause);
        this.replay = replay;
    }

    /** The run in one word, for {@link Explorer#replay} and {@code @Replay}. */
    public String replay() {
        return replay;
    }
}

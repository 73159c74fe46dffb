package dev.weft.test;

import org.jspecify.annotations.Nullable;

/**
 * A run of a program failed. The message says which and how to repeat it, and shows its steps; the
 * cause is what the program threw.
 */
public final class SimFailure extends AssertionError {
    private static final long serialVersionUID = 1;

    private final String replay;

    private final transient @Nullable Hunt hunt;

    /**
     * What it took.
     *
     * @param executions how often the program had run when it first failed
     * @param found what was decided in that run
     * @param shrunk the least of it that fails
     * @param reexecutions how often the program ran to find that
     */
    record Hunt(long executions, Decisions found, Decisions shrunk, int reexecutions) {}

    SimFailure(String message, @Nullable Throwable cause, String replay, @Nullable Hunt hunt) {
        super(message, cause);
        this.replay = replay;
        this.hunt = hunt;
    }

    /** Null if it was not hunted but replayed, or did not repeat. */
    @Nullable Hunt hunt() {
        return hunt;
    }

    /** The run in one word, for {@link Explorer#replay} and {@code @Replay}. */
    public String replay() {
        return replay;
    }
}

package dev.weft.sync;

/**
 * A {@link Subscription} was so slow that it has missed elements. Tokio's {@code
 * RecvError::Lagged}.
 */
public final class LaggedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final long missed;

    LaggedException(long missed, int capacity) {
        super("missed " + missed + " elements, being more than " + capacity + " behind");
        this.missed = missed;
    }

    /** How many elements it has missed since it was last told. */
    public long missed() {
        return missed;
    }
}

package dev.weft.net;

/**
 * The separator did not come within the limit. What came is still there to be read; most protocols
 * close the connection then.
 */
public final class LimitExceededException extends NetException {
    private static final long serialVersionUID = 1;

    private final int limit;

    LimitExceededException(String target, String message, int limit) {
        super(target, message, null);
        this.limit = limit;
    }

    /** The limit in bytes. */
    public int limit() {
        return limit;
    }
}

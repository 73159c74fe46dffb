package dev.weft.net;

import org.jspecify.annotations.Nullable;

/** A name could not be looked up; {@link #kind} says why. */
public final class DnsException extends NetException {
    private static final long serialVersionUID = 1;

    /** Why not. */
    public enum Kind {
        /** There is no such name, or it has no address. */
        UNKNOWN_HOST,
        /** The name servers did not answer in time. */
        TIMEOUT,
        /** The name servers answered with a failure, or could not be reached. */
        SERVER_FAILURE
    }

    private final Kind kind;

    DnsException(String host, Kind kind, String message, @Nullable Throwable cause) {
        super(host, message, cause);
        this.kind = kind;
    }

    /** Why not. */
    public Kind kind() {
        return kind;
    }
}

package dev.weft.net;

import org.jspecify.annotations.Nullable;

/**
 * A name could not be looked up; {@link #kind} says why, and the message which names were asked for
 * at which servers.
 */
public final class DnsException extends NetException {
    private static final long serialVersionUID = 1;

    /** Why not. */
    public enum Kind {
        /** There is no such name (NXDOMAIN). */
        UNKNOWN_HOST,
        /** The name exists, but has no address of the families that are wanted. */
        NO_ADDRESS,
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

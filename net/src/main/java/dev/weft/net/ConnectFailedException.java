package dev.weft.net;

import org.jspecify.annotations.Nullable;

/**
 * No connection could be made; {@link #kind} says why. Where a name has several addresses and all
 * failed, the failure of each is {@link #getSuppressed suppressed}.
 */
public final class ConnectFailedException extends NetException {
    private static final long serialVersionUID = 1;

    /** Why not. */
    public enum Kind {
        /** Nobody listens there. */
        REFUSED,
        /** There is no way to the host or its network. */
        UNREACHABLE,
        /** The time to connect was over. */
        TIMEOUT,
        /** Something else, such as no free descriptor: see the message. */
        OTHER
    }

    private final Kind kind;

    ConnectFailedException(String target, Kind kind, String message, @Nullable Throwable cause) {
        super(target, message, cause);
        this.kind = kind;
    }

    /** Why not. */
    public Kind kind() {
        return kind;
    }
}

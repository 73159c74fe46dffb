package dev.weft.net;

import org.jspecify.annotations.Nullable;

/**
 * A datagram could not be sent, or the network told that an earlier one did not arrive; {@link
 * #kind} says why. The socket can be used on.
 */
public final class UdpException extends NetException {
    private static final long serialVersionUID = 1;

    /** Why not. */
    public enum Kind {
        /** The host says that nobody receives at that port: told to connected sockets only. */
        PORT_UNREACHABLE,
        /** There is no way to the host or its network. */
        UNREACHABLE,
        /** Larger than the network, or the system, allows. */
        TOO_LARGE,
        /** Something else, such as a broadcast without permission: see the message. */
        OTHER
    }

    private final Kind kind;

    UdpException(String target, Kind kind, String message, @Nullable Throwable cause) {
        super(target, message, cause);
        this.kind = kind;
    }

    /** Why not. */
    public Kind kind() {
        return kind;
    }
}

package dev.weft.net;

import org.jspecify.annotations.Nullable;

/**
 * The connection is closed on this side, or the other side closed it in the middle of what it
 * should have said.
 */
public final class ConnectionClosedException extends NetException {
    private static final long serialVersionUID = 1;

    ConnectionClosedException(String target, String message, @Nullable Throwable cause) {
        super(target, message, cause);
    }
}

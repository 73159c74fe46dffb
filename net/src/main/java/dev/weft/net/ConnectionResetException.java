package dev.weft.net;

import org.jspecify.annotations.Nullable;

/**
 * The connection broke: the other side reset it, or the network gave it up. What was written last
 * may not have arrived.
 */
public final class ConnectionResetException extends NetException {
    private static final long serialVersionUID = 1;

    ConnectionResetException(String target, String message, @Nullable Throwable cause) {
        super(target, message, cause);
    }
}

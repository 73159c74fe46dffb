package dev.weft.net;

import org.jspecify.annotations.Nullable;

/**
 * A server or UDP socket could not take its address: in use, not this machine's, or not allowed.
 */
public final class BindFailedException extends NetException {
    private static final long serialVersionUID = 1;

    BindFailedException(String target, String message, @Nullable Throwable cause) {
        super(target, message, cause);
    }
}

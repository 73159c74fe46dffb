package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Something on the network failed. Each kind is a class of its own, and the message begins with the
 * other side's name.
 *
 * <p>Unchecked, so that a task's or scope's own exception types stay exact; {@link #getCause} is
 * the failure beneath as an {@link IOException}.
 */
public abstract sealed class NetException extends UncheckedIOException
        permits BindFailedException,
                ConnectFailedException,
                ConnectionClosedException,
                ConnectionResetException,
                DnsException,
                EndOfStreamException,
                LimitExceededException,
                TlsException {
    private static final long serialVersionUID = 1;

    private final String target;

    NetException(String target, String message, @Nullable Throwable cause) {
        super(
                target + ": " + message,
                cause instanceof IOException io ? io : new IOException(message, cause));
        this.target = target;
    }

    /** Whom it concerns: {@code host:port}, or the host's name for a failed look-up. */
    public String target() {
        return target;
    }
}

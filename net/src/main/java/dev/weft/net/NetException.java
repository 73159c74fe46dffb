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
                TlsException,
                UdpException {
    private static final long serialVersionUID = 1;

    private final String target;
    private final String reason;

    NetException(String target, String message, @Nullable Throwable cause) {
        super(
                target + ": " + message,
                cause instanceof IOException io ? io : new IOException(message, cause));
        this.target = target;
        this.reason = message;
    }

    /**
     * What a failure means that Netty or the JDK gave for a channel taken out of its stream by
     * {@link TcpStream#detach}: closed, reset, or of TLS, in the words that a stream would use. One
     * that is a {@code NetException} already is returned as it is. Any thread.
     *
     * @param target whom it concerns, {@code host:port}
     */
    public static NetException of(String target, Throwable failure) {
        NetException known = Failures.find(failure, NetException.class);
        return known == null ? Failures.ofStream(target, failure) : known;
    }

    /** Whom it concerns: {@code host:port}, or the host's name for a failed look-up. */
    public String target() {
        return target;
    }

    /** What happened, in a few words without {@link #target}: {@code connection refused}. */
    public String reason() {
        return reason;
    }
}

package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolException;

/**
 * A request that did not give what was asked for, naming method, URL (without user and password)
 * and cause.
 *
 * <p>The hierarchy is sealed, so a {@code switch} over it is complete; a class says <em>what
 * kind</em> of thing happened, the message and {@link #getCause()} say what exactly. A cancelled
 * request throws {@link dev.weft.CancelledError} instead, and a status of 400 or more is a
 * response, not an exception. Any thread.
 */
public abstract sealed class HttpException extends UncheckedIOException {

    private final String method;
    private final String url;

    private HttpException(String method, String url, String what, @Nullable Throwable cause) {
        super(method + " " + url + ": " + what, asIo(what, cause));
        this.method = method;
        this.url = url;
    }

    /** The method of the request that failed; after redirects that of the last one sent. */
    public final String method() {
        return method;
    }

    /**
     * The URL that failed, without user, password and fragment; after redirects the last one asked.
     */
    public final String url() {
        return url;
    }

    private static IOException asIo(String what, @Nullable Throwable cause) {
        return switch (cause) {
            case null -> new ProtocolException(what);
            case IOException io -> io;
            case UncheckedIOException unchecked when unchecked.getCause() != null ->
                    unchecked.getCause();
            default -> new IOException(what, cause);
        };
    }

    /**
     * The URL can't be asked: not absolute, not http or https, no host, a bad port, a control
     * character.
     */
    public static final class InvalidUrl extends HttpException {
        InvalidUrl(String method, String url, String why) {
            super(method, url, why, null);
        }
    }

    /** The host's name has no address, or no name server gave one. */
    public static final class Dns extends HttpException {
        Dns(String method, String url, String what, Throwable cause) {
            super(method, url, what, cause);
        }
    }

    /**
     * No answer: refused, unreachable, or the connection ended before a byte of the answer came.
     */
    public static final class Connect extends HttpException {
        Connect(String method, String url, String what, @Nullable Throwable cause) {
            super(method, url, what, cause);
        }
    }

    /** TLS: the certificate, the name in it, or the handshake. */
    public static final class Tls extends HttpException {
        Tls(String method, String url, String what, Throwable cause) {
            super(method, url, what, cause);
        }
    }

    /** A time limit of the client or the request passed; see {@link #kind()}. */
    public static final class Timeout extends HttpException {
        private final TimeoutKind kind;

        Timeout(
                String method,
                String url,
                TimeoutKind kind,
                String what,
                @Nullable Throwable cause) {
            super(method, url, what, cause);
            this.kind = kind;
        }

        /** Which limit. */
        public TimeoutKind kind() {
            return kind;
        }
    }

    /**
     * The answer breaks off or breaks the rules: framing, lengths, chunks, limits of the header, a
     * corrupt coding.
     */
    public static final class Protocol extends HttpException {
        Protocol(String method, String url, String what, @Nullable Throwable cause) {
            super(method, url, what, cause);
        }
    }

    /**
     * Too many redirects, or a 307 or 308 that wants a body sent again that can be sent only once.
     */
    public static final class Redirect extends HttpException {
        Redirect(String method, String url, String what) {
            super(method, url, what, null);
        }
    }

    /**
     * A body is larger than the limit that was set for it, or inflates beyond the bounds of
     * decompression.
     */
    public static final class TooLarge extends HttpException {
        TooLarge(String method, String url, String what) {
            super(method, url, what, null);
        }
    }

    /** The body is whole, but isn't what was asked for: not JSON, or JSON of another shape. */
    public static final class Content extends HttpException {
        Content(String method, String url, String what, @Nullable Throwable cause) {
            super(method, url, what, cause);
        }
    }

    /**
     * The request's own body could not be produced: its stream or producer failed, or had another
     * length.
     */
    public static final class RequestBody extends HttpException {
        RequestBody(String method, String url, String what, @Nullable Throwable cause) {
            super(method, url, what, cause);
        }
    }

    /** The client was closed before or while the request ran. */
    public static final class Closed extends HttpException {
        Closed(String method, String url) {
            super(method, url, "the client is closed", null);
        }
    }
}

package dev.weft.net;

import io.netty.channel.ChannelException;

import org.jspecify.annotations.Nullable;

import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Locale;

import javax.net.ssl.SSLException;

/** Translates what Netty and the JDK throw into {@link NetException}s. */
final class Failures {
    private static final String NO_ROUTE = "no route to host";

    private Failures() {}

    /**
     * A failure of an established connection. A new object each time, for the stack of who meets
     * it.
     */
    static NetException ofStream(String target, Throwable cause) {
        SSLException tls = find(cause, SSLException.class);
        if (tls != null) {
            return ofTls(target, tls);
        }
        if (cause instanceof StreamHandler.TruncatedException) {
            return new ConnectionClosedException(target, text(cause), cause);
        }
        if (cause instanceof ClosedChannelException) {
            return new ConnectionClosedException(target, "the connection is closed", cause);
        }
        return new ConnectionResetException(
                target, "the connection broke (" + text(cause) + ")", cause);
    }

    static TlsException ofTls(String target, Throwable cause) {
        Throwable certificate = null;
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof CertificateException
                    || t instanceof CertPathBuilderException
                    || t instanceof CertPathValidatorException) {
                if (isAboutName(t)) {
                    return new TlsException(
                            target,
                            TlsException.Kind.NAME,
                            "its certificate is for another name (" + text(t) + ")",
                            cause);
                }
                certificate = t;
            }
        }
        return certificate == null
                ? new TlsException(
                        target,
                        TlsException.Kind.HANDSHAKE,
                        "TLS failed (" + text(cause) + ")",
                        cause)
                : new TlsException(
                        target,
                        TlsException.Kind.CERTIFICATE,
                        "its certificate is not accepted (" + text(certificate) + ")",
                        cause);
    }

    /**
     * The JDK has one exception for all that is wrong with a certificate; but only one class
     * compares names.
     */
    private static boolean isAboutName(Throwable certificate) {
        if (certificate instanceof GeneralSecurityException) {
            for (StackTraceElement frame : certificate.getStackTrace()) {
                if (frame.getClassName().endsWith(".HostnameChecker")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** All addresses of a host failed; there is at least one failure. */
    static ConnectFailedException ofConnect(String target, List<Attempt> attempts) {
        StringBuilder all = new StringBuilder("cannot connect: ");
        for (Attempt attempt : attempts) {
            if (attempt != attempts.getFirst()) {
                all.append("; ");
            }
            all.append(attempt.address()).append(' ').append(text(attempt.failure()));
        }
        ConnectFailedException failure =
                new ConnectFailedException(
                        target,
                        kind(attempts.getFirst().failure()),
                        all.toString(),
                        attempts.getFirst().failure());
        attempts.stream().skip(1).forEach(attempt -> failure.addSuppressed(attempt.failure()));
        return failure;
    }

    /** An address that was tried in vain. */
    record Attempt(String address, Throwable failure) {}

    /**
     * Netty's natives tell Linux's number beside the system's text, which may be in any language.
     */
    private static ConnectFailedException.Kind kind(Throwable failure) {
        String message = text(failure).toLowerCase(Locale.ROOT);
        if (message.contains("error(-111)") || message.contains("refused")) {
            return ConnectFailedException.Kind.REFUSED;
        }
        if (message.equals(NO_ROUTE) || message.contains("unreachable")) {
            return ConnectFailedException.Kind.UNREACHABLE;
        }
        return message.contains("error(-110)") || message.contains("timed out")
                ? ConnectFailedException.Kind.TIMEOUT
                : ConnectFailedException.Kind.OTHER;
    }

    /** The innermost thing that has something to say. */
    static String text(Throwable failure) {
        if (find(failure, NoRouteToHostException.class) != null) {
            return NO_ROUTE;
        }
        String text = null;
        Throwable t = failure;
        for (int depth = 0; t != null && depth < 16; depth++, t = t.getCause()) {
            String message = t.getMessage();
            if (message != null
                    && !message.isBlank()
                    && !(t instanceof ChannelException && t.getCause() != null)) {
                text = message;
            }
        }
        return text == null ? failure.getClass().getSimpleName() : text;
    }

    static <E extends Throwable> @Nullable E find(Throwable failure, Class<E> type) {
        Throwable t = failure;
        for (int depth = 0; t != null && depth < 16; depth++, t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}

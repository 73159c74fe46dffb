package dev.weft.net;

import io.netty.channel.ChannelException;
import io.netty.handler.ssl.NotSslRecordException;

import org.jspecify.annotations.Nullable;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.net.ssl.SSLException;

/**
 * Translates what Netty and the JDK throw into {@link NetException}s and into words: the one place
 * that does.
 */
final class Failures {
    private static final int MAX_DEPTH = 16;
    private static final int MAX_LENGTH = 240;

    static final String REFUSED = "connection refused";
    private static final String RESET = "connection reset by peer";
    private static final String TIMED_OUT = "connection timed out";
    private static final String NO_ROUTE = "no route to host";
    private static final String UNREACHABLE = "network unreachable";
    private static final String TOO_LONG = "message too long";
    private static final String HOST_UNREACHABLE = "host unreachable";
    private static final String NO_FILE = "no such file or directory";

    /** That the queue of a Unix socket is full. */
    static final String TRY_AGAIN = "resource temporarily unavailable";

    private static final Pattern SYSTEM_CALL =
            Pattern.compile("[^()]{1,60}\\(\\.\\.\\) failed with error\\(-(\\d+)\\): ");

    /** A first word that begins with a capital only because it is the first. */
    private static final Pattern SENTENCE = Pattern.compile("\\p{Lu}\\p{Ll}+(?![\\p{L}\\p{N}:])");

    private Failures() {}

    /**
     * A failure of an established connection. A new object each time, for the stack of who meets
     * it.
     */
    static NetException ofStream(String target, Throwable cause) {
        if (cause instanceof ConnectionClosedException
                || cause instanceof ConnectionResetException) {
            String text = text(cause);
            return cause instanceof ConnectionClosedException
                    ? new ConnectionClosedException(target, text, cause)
                    : new ConnectionResetException(target, text, cause);
        }
        SSLException tls = find(cause, SSLException.class);
        if (tls != null) {
            return ofTls(target, tls, "the other side");
        }
        return find(cause, ClosedChannelException.class) != null
                        || find(cause, StreamHandler.TruncatedException.class) != null
                ? new ConnectionClosedException(target, text(cause), cause)
                : new ConnectionResetException(
                        target,
                        cause instanceof IOException || cause instanceof UncheckedIOException
                                ? text(cause)
                                : "the connection broke (" + text(cause) + ")",
                        cause);
    }

    /** A datagram that was not sent, or did not arrive. */
    static NetException ofDatagram(String target, Throwable cause) {
        if (find(cause, ClosedChannelException.class) != null) {
            return new ConnectionClosedException(target, "the socket is closed", cause);
        }
        String text = text(cause);
        if (find(cause, PortUnreachableException.class) != null || text.equals(REFUSED)) {
            return new UdpException(
                    target,
                    UdpException.Kind.PORT_UNREACHABLE,
                    "port unreachable: nobody receives there",
                    cause);
        }
        UdpException.Kind kind =
                switch (text) {
                    case NO_ROUTE, UNREACHABLE, HOST_UNREACHABLE -> UdpException.Kind.UNREACHABLE;
                    case TOO_LONG -> UdpException.Kind.TOO_LARGE;
                    default -> UdpException.Kind.OTHER;
                };
        return new UdpException(target, kind, text, cause);
    }

    /**
     * @param peer who it is that is being secured against
     */
    static TlsException ofTls(String target, Throwable cause, String peer) {
        if (find(cause, NotSslRecordException.class) != null) {
            return handshake(target, peer + " does not speak TLS", cause);
        }
        var rejected = find(cause, NamingTrust.RejectedException.class);
        String which = rejected == null ? "" : ": " + shown(rejected.certificate);
        Throwable certificate = null;
        Throwable t = cause;
        for (int depth = 0; t != null && depth < MAX_DEPTH; depth++, t = t.getCause()) {
            if (t instanceof CertificateException
                    || t instanceof CertPathBuilderException
                    || t instanceof CertPathValidatorException) {
                if (isAboutName(t)) {
                    return new TlsException(
                            target,
                            TlsException.Kind.NAME,
                            "its certificate is for another name (" + text(t) + ")" + which,
                            cause);
                }
                certificate = t;
            }
        }
        if (certificate != null) {
            return new TlsException(
                    target,
                    TlsException.Kind.CERTIFICATE,
                    "its certificate is not accepted (" + text(certificate) + ")" + which,
                    cause);
        }
        String text = text(cause);
        return find(cause, ClosedChannelException.class) != null
                        || text.startsWith("connection closed while SSL/TLS handshake")
                ? handshake(target, "the connection was closed during the TLS handshake", cause)
                : handshake(target, "TLS failed (" + text + ")", cause);
    }

    private static TlsException handshake(String target, String what, Throwable cause) {
        return new TlsException(target, TlsException.Kind.HANDSHAKE, what, cause);
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
        ConnectFailedException failure =
                new ConnectFailedException(
                        target,
                        kind(attempts.getFirst().failure()),
                        describe(target, attempts),
                        attempts.getFirst().failure());
        attempts.stream().skip(1).forEach(attempt -> failure.addSuppressed(attempt.failure()));
        return failure;
    }

    /** One reason with the addresses behind it, or each address with its own. */
    private static String describe(String target, List<Attempt> attempts) {
        String first = text(attempts.getFirst().failure());
        if (attempts.stream().allMatch(attempt -> text(attempt.failure()).equals(first))) {
            String addresses =
                    attempts.stream().map(Attempt::address).collect(Collectors.joining(", "));
            boolean known =
                    target.equals(addresses)
                            || target.startsWith(addresses + ":")
                            || target.startsWith("[" + addresses + "]");
            return known ? first : first + " (" + addresses + ")";
        }
        return attempts.stream()
                .map(attempt -> attempt.address() + " " + text(attempt.failure()))
                .collect(Collectors.joining("; "));
    }

    /** An address that was tried in vain. */
    record Attempt(String address, Throwable failure) {}

    private static ConnectFailedException.Kind kind(Throwable failure) {
        return switch (text(failure)) {
            case REFUSED, NO_FILE -> ConnectFailedException.Kind.REFUSED;
            case NO_ROUTE, UNREACHABLE, HOST_UNREACHABLE -> ConnectFailedException.Kind.UNREACHABLE;
            case TIMED_OUT -> ConnectFailedException.Kind.TIMEOUT;
            default -> ConnectFailedException.Kind.OTHER;
        };
    }

    /**
     * What happened, in words for people: those of the innermost failure that has any, without
     * names of classes and system calls, and of bounded length.
     */
    static String text(Throwable failure) {
        if (find(failure, NoRouteToHostException.class) != null) {
            return NO_ROUTE;
        }
        String text = null;
        Throwable innermost = failure;
        Throwable t = failure;
        for (int depth = 0; t != null && depth < MAX_DEPTH; depth++, t = t.getCause()) {
            innermost = t;
            Throwable cause = t.getCause();
            String message = t.getMessage();
            if (message != null
                    && !message.isBlank()
                    && (cause == null
                            || !(t instanceof ChannelException
                                    || message.equals(cause.toString())))) {
                text = message;
            }
        }
        return shown(plain(text == null ? words(innermost) : text));
    }

    /** For what has only its class to say: its name, taken apart. */
    private static String words(Throwable failure) {
        if (failure instanceof ClosedChannelException) {
            return "the connection was closed";
        }
        if (failure instanceof FileNotFoundException) {
            return NO_FILE;
        }
        String name = failure.getClass().getSimpleName().replaceAll("(Exception|Error)$", "");
        String words = name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
        return words.isEmpty() ? "failed" : words;
    }

    /**
     * Netty's natives tell the call and Linux's number before the system's text, which may be in
     * any language; the JDK tells a text of its own, or the system's.
     */
    private static String plain(String message) {
        Matcher call = SYSTEM_CALL.matcher(message);
        String system = call.lookingAt() ? message.substring(call.end()) : message;
        String number = call.hasMatch() ? call.group(1) : "";
        return switch (number) {
            case "2" -> NO_FILE;
            case "11" -> TRY_AGAIN;
            case "13" -> "permission denied";
            case "24" -> "too many open files";
            case "32" -> "broken pipe";
            case "90" -> TOO_LONG;
            case "98" -> "address already in use";
            case "99" -> "cannot assign requested address";
            case "101" -> UNREACHABLE;
            case "104" -> RESET;
            case "110" -> TIMED_OUT;
            case "111" -> REFUSED;
            case "113" -> NO_ROUTE;
            default ->
                    switch (system) {
                        case "Connection reset" -> RESET;
                        case "Network is unreachable" -> UNREACHABLE;
                        case "Host is unreachable" -> HOST_UNREACHABLE;
                        default -> SENTENCE.matcher(system).lookingAt() ? lowered(system) : system;
                    };
        };
    }

    private static String lowered(String sentence) {
        return sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1);
    }

    /** Some of it comes from the other side. */
    private static String shown(String text) {
        String cut =
                text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH).strip() + "…";
        return cut.replaceAll("\\p{Cntrl}+", " ").strip();
    }

    static <E extends Throwable> @Nullable E find(Throwable failure, Class<E> type) {
        Throwable t = failure;
        for (int depth = 0; t != null && depth < MAX_DEPTH; depth++, t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}

package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Where and how {@link TcpStream#connect(ConnectOptions)} connects. Immutable; a method with a
 * value gives a changed copy. <em>Any thread.</em>
 *
 * @param host a name, or an IPv4 or IPv6 address (the latter without brackets)
 * @param port 1 to 65535
 * @param connectTimeout for the look-up, the connection and TLS together; 10 s by default
 * @param tls null (the default): no TLS
 * @param attemptDelay how long one address may take before the next is tried beside it; 250 ms by
 *     default (RFC 8305)
 * @param localAddress the address to connect from; null (the default): the system chooses
 * @param tcp what the operating system is told of the connection
 * @param dns how the name is looked up; null (the default): as the loop does, see {@link
 *     Dns#configure}
 */
public record ConnectOptions(
        String host,
        int port,
        Duration connectTimeout,
        @Nullable TlsOptions tls,
        Duration attemptDelay,
        @Nullable InetSocketAddress localAddress,
        TcpOptions tcp,
        @Nullable DnsOptions dns) {
    /** Checks the values. */
    public ConnectOptions {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the host is empty");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(
                    "port " + port + " of " + host + " is not within 1 to 65535");
        }
        if (!connectTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "connectTimeout " + connectTimeout + " is not positive");
        }
        if (tls != null) {
            tls.require(false, host, target(host, port));
        }
        if (attemptDelay.isNegative()) {
            throw new IllegalArgumentException("attemptDelay " + attemptDelay + " is negative");
        }
    }

    /** All defaults. */
    public static ConnectOptions of(String host, int port) {
        return new ConnectOptions(
                host,
                port,
                Duration.ofSeconds(10),
                null,
                Duration.ofMillis(250),
                null,
                TcpOptions.DEFAULT,
                null);
    }

    /** With a limit for look-up, connection and TLS together. */
    public ConnectOptions connectTimeout(Duration limit) {
        return new ConnectOptions(host, port, limit, tls, attemptDelay, localAddress, tcp, dns);
    }

    /** Over TLS, or not. */
    public ConnectOptions tls(@Nullable TlsOptions options) {
        return new ConnectOptions(
                host, port, connectTimeout, options, attemptDelay, localAddress, tcp, dns);
    }

    /** With another delay between the addresses of a name. */
    public ConnectOptions attemptDelay(Duration delay) {
        return new ConnectOptions(host, port, connectTimeout, tls, delay, localAddress, tcp, dns);
    }

    /** From this address. */
    public ConnectOptions localAddress(@Nullable InetSocketAddress address) {
        return new ConnectOptions(host, port, connectTimeout, tls, attemptDelay, address, tcp, dns);
    }

    /** With other options of TCP. */
    public ConnectOptions tcp(TcpOptions options) {
        return new ConnectOptions(
                host, port, connectTimeout, tls, attemptDelay, localAddress, options, dns);
    }

    /** Looks the name up so; null: as the loop does. */
    public ConnectOptions dns(@Nullable DnsOptions options) {
        return new ConnectOptions(
                host, port, connectTimeout, tls, attemptDelay, localAddress, tcp, options);
    }

    String target() {
        return target(host, port);
    }

    static String target(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}

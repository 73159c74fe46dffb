package dev.weft.net;

import org.jspecify.annotations.Nullable;

/**
 * Where and how a {@link TcpServer} listens. Immutable; a method with a value gives a changed copy.
 * <em>Any thread.</em>
 *
 * @param host a name or an address of this machine; empty: all of them
 * @param port 0 to 65535; 0: the system chooses, see {@link TcpServer#localAddress}
 * @param tls null (the default): no TLS; otherwise with a key
 * @param maxConnections how many may be open at once, 10,000 by default; further ones wait in the
 *     system's queue
 * @param backlog how long the system's queue is; 1,024 by default
 * @param noDelay sends small writes at once ({@code TCP_NODELAY}); on by default
 */
public record ServerOptions(
        String host,
        int port,
        @Nullable TlsOptions tls,
        int maxConnections,
        int backlog,
        boolean noDelay) {
    /** Checks the values. */
    public ServerOptions {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not within 0 to 65535");
        }
        if (maxConnections < 1) {
            throw new IllegalArgumentException(
                    "maxConnections " + maxConnections + " is less than 1");
        }
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog " + backlog + " is less than 1");
        }
        if (tls != null && !tls.hasKey()) {
            throw new IllegalArgumentException(
                    "a server needs TlsOptions with a certificate and its key:"
                            + " TlsOptions.server(..)");
        }
    }

    /** All defaults. */
    public static ServerOptions of(String host, int port) {
        return new ServerOptions(host, port, null, 10_000, 1024, true);
    }

    /** Over TLS, or not. */
    public ServerOptions tls(@Nullable TlsOptions options) {
        return new ServerOptions(host, port, options, maxConnections, backlog, noDelay);
    }

    /** With another limit on open connections. */
    public ServerOptions maxConnections(int limit) {
        return new ServerOptions(host, port, tls, limit, backlog, noDelay);
    }

    /** With another length of the system's queue. */
    public ServerOptions backlog(int length) {
        return new ServerOptions(host, port, tls, maxConnections, length, noDelay);
    }

    /** Whether small writes go at once. */
    public ServerOptions noDelay(boolean atOnce) {
        return new ServerOptions(host, port, tls, maxConnections, backlog, atOnce);
    }
}

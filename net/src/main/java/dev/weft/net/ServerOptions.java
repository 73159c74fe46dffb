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
 * @param reusePort shares the port with other servers that say so too ({@code SO_REUSEPORT}), such
 *     as one on each loop: the system spreads the connections over them; off by default. One that
 *     closes takes with it what waits in its queue.
 * @param tcp what the operating system is told of each connection
 */
public record ServerOptions(
        String host,
        int port,
        @Nullable TlsOptions tls,
        int maxConnections,
        int backlog,
        boolean reusePort,
        TcpOptions tcp) {
    static final int MAX_CONNECTIONS = 10_000;
    static final int BACKLOG = 1024;

    /** Checks the values. */
    public ServerOptions {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not within 0 to 65535");
        }
        requireLimits(maxConnections, backlog);
        if (tls != null) {
            tls.require(true, "", ConnectOptions.target(host, port));
        }
    }

    static void requireLimits(int maxConnections, int backlog) {
        if (maxConnections < 1) {
            throw new IllegalArgumentException(
                    "maxConnections " + maxConnections + " is less than 1");
        }
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog " + backlog + " is less than 1");
        }
    }

    /** All defaults. */
    public static ServerOptions of(String host, int port) {
        return new ServerOptions(
                host, port, null, MAX_CONNECTIONS, BACKLOG, false, TcpOptions.DEFAULT);
    }

    /** Over TLS, or not. */
    public ServerOptions tls(@Nullable TlsOptions options) {
        return new ServerOptions(host, port, options, maxConnections, backlog, reusePort, tcp);
    }

    /** With another limit on open connections. */
    public ServerOptions maxConnections(int limit) {
        return new ServerOptions(host, port, tls, limit, backlog, reusePort, tcp);
    }

    /** With another length of the system's queue. */
    public ServerOptions backlog(int length) {
        return new ServerOptions(host, port, tls, maxConnections, length, reusePort, tcp);
    }

    /** Whether the port is shared. */
    public ServerOptions reusePort(boolean shared) {
        return new ServerOptions(host, port, tls, maxConnections, backlog, shared, tcp);
    }

    /** With other options of TCP for each connection. */
    public ServerOptions tcp(TcpOptions options) {
        return new ServerOptions(host, port, tls, maxConnections, backlog, reusePort, options);
    }
}

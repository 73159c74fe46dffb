package dev.weft.net;

import dev.weft.CancelledError;
import dev.weft.Group;
import dev.weft.Weft;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * Listens for TCP connections and runs a task for each.
 *
 * <pre>{@code
 * try (var server = TcpServer.listen("localhost", 7000)) {
 *     server.serve(connection -> connection.write(Bytes.utf8("hello\n")));
 * }
 * }</pre>
 *
 * <p>{@link #serve} owns the connections: each is handled in a child task of it, and it returns or
 * throws only when all have ended. A handler that fails ends its own connection and is reported to
 * the logger {@code dev.weft.net}; the server goes on. While {@link ServerOptions#maxConnections}
 * are open no more are accepted, and when the process has no descriptor left, it tries again after
 * a second.
 *
 * <p><em>Loop-confined.</em>
 */
public final class TcpServer implements AutoCloseable {
    private static final Duration TLS_LIMIT = Duration.ofSeconds(10);

    private final NettyDriver driver;
    private final ServerOptions options;
    final ServerSocketChannel channel;
    private final AcceptHandler accepting;
    private final InetSocketAddress address;
    private boolean serving;

    private TcpServer(
            NettyDriver driver,
            ServerOptions options,
            ServerSocketChannel channel,
            AcceptHandler accepting) {
        this.driver = driver;
        this.options = options;
        this.channel = channel;
        this.accepting = accepting;
        this.address = channel.localAddress();
    }

    /** Listens without TLS; as {@link #listen(ServerOptions)} with all defaults. */
    public static TcpServer listen(String host, int port) {
        return listen(ServerOptions.of(host, port));
    }

    /**
     * Takes the address; connections wait in the system's queue until {@link #serve}.
     *
     * @throws BindFailedException if the address can't be had
     * @throws DnsException if the host's name can't be looked up
     * @throws TlsException if the certificate or key can't be read
     */
    public static TcpServer listen(ServerOptions options) {
        NettyDriver driver = NettyDriver.current("TcpServer.listen");
        String target =
                ConnectOptions.target(
                        options.host().isEmpty() ? "*" : options.host(), options.port());
        if (options.tls() != null) {
            new Handshake(driver, options.tls(), true, target).prepare();
        }
        @Nullable InetAddress host =
                options.host().isEmpty() ? null : driver.resolve(options.host()).getFirst();
        var address = new InetSocketAddress(host, options.port());
        AcceptHandler accepting = new AcceptHandler(options.maxConnections());
        accepting.arrivals.enter();
        ServerSocketChannel channel;
        try {
            channel = driver.serverSocket();
        } catch (ChannelException e) {
            throw new BindFailedException(target, "cannot listen (" + Failures.text(e) + ")", e);
        }
        driver.inside.enter();
        try {
            channel.config().setAutoRead(false);
            channel.config().setReuseAddress(true);
            channel.config().setBacklog(options.backlog());
            channel.pipeline().addLast(accepting);
            driver.register(channel);
            ChannelFuture bound = channel.bind(address);
            if (!bound.isSuccess()) {
                var _ = channel.close();
                throw new BindFailedException(
                        target,
                        "cannot listen (" + Failures.text(bound.cause()) + ")",
                        bound.cause());
            }
        } finally {
            driver.inside.exit();
        }
        return new TcpServer(driver, options, channel, accepting);
    }

    /** Where it listens, with the port that the system chose. */
    public InetSocketAddress localAddress() {
        return address;
    }

    /**
     * Accepts connections and handles each in a child task of the caller, until {@link #close};
     * then waits for those that are open. Cancelled, it stops listening, cancels the children and
     * waits for them. One call at a time.
     *
     * @throws ConnectionClosedException if the server was closed before
     */
    public void serve(ConnectionHandler handler) {
        accepting.arrivals.enter();
        if (serving) {
            throw new IllegalStateException(
                    this + " is being served already; handle all connections in one call of serve");
        }
        if (accepting.isClosed()) {
            throw new ConnectionClosedException(toString(), "this server is closed", null);
        }
        serving = true;
        try {
            Weft.group(group -> accept(group, handler));
        } finally {
            serving = false;
            close();
        }
    }

    private void accept(Group group, ConnectionHandler handler) {
        try {
            while (true) {
                SocketChannel connection = next();
                if (connection == null) {
                    return;
                }
                group.start(() -> handle(connection, handler));
            }
        } finally {
            close();
        }
    }

    /** Waits for a connection; null once the server is closed. */
    private @Nullable SocketChannel next() {
        accepting.arrivals.enter();
        while (true) {
            SocketChannel connection = accepting.poll();
            if (connection != null || accepting.isClosed()) {
                return connection;
            }
            resume();
            accepting.arrivals.await();
        }
    }

    private void resume() {
        if (accepting.mayAccept() && !channel.config().isAutoRead()) {
            driver.inside.enter();
            try {
                channel.config().setAutoRead(true);
            } finally {
                driver.inside.exit();
            }
        }
    }

    private void handle(SocketChannel connection, ConnectionHandler handler) {
        InetSocketAddress remote = connection.remoteAddress();
        String target =
                remote == null
                        ? "a client that has gone"
                        : ConnectOptions.target(remote.getHostString(), remote.getPort());
        try {
            try (TcpStream stream = open(connection, target)) {
                handler.handle(stream);
            }
        } catch (CancelledError | VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            report(target, e);
        } finally {
            driver.closeNow(connection);
            accepting.ended();
            if (!accepting.isClosed()) {
                resume();
            }
        }
    }

    private TcpStream open(SocketChannel connection, String target) {
        TlsOptions tls = options.tls();
        StreamHandler streamHandler;
        driver.inside.enter();
        try {
            connection.config().setAutoRead(false);
            connection.config().setTcpNoDelay(options.noDelay());
            connection.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, tls == null);
            streamHandler = StreamHandler.addTo(connection, tls != null);
            driver.register(connection);
        } finally {
            driver.inside.exit();
        }
        TlsInfo info = tls == null ? null : secure(connection, tls, target);
        return new TcpStream(driver, connection, streamHandler, target, info);
    }

    private TlsInfo secure(SocketChannel connection, TlsOptions tls, String target) {
        try {
            return Weft.timeout(
                    TLS_LIMIT,
                    () -> new Handshake(driver, tls, true, target).perform(connection, target, -1));
        } catch (TimeoutException e) {
            throw new TlsException(
                    target,
                    TlsException.Kind.HANDSHAKE,
                    "the handshake took more than " + TLS_LIMIT.toSeconds() + "s: timed out",
                    e);
        }
    }

    /**
     * A client that goes away, or that does not accept our certificate, is nothing to wake anybody
     * for.
     */
    private void report(String target, Throwable failure) {
        boolean clientsFault =
                failure instanceof ConnectionResetException
                        || failure instanceof ConnectionClosedException
                        || failure instanceof TlsException;
        Reporting.log(
                clientsFault ? Level.DEBUG : Level.ERROR,
                this
                        + ": the handler of the connection from "
                        + target
                        + " failed; the connection is closed",
                failure);
    }

    /**
     * Stops listening at once; connections that are open go on. Never waits; may be called twice.
     */
    @Override
    public void close() {
        accepting.arrivals.check();
        driver.inside.enter();
        try {
            accepting.close();
            var _ = channel.close();
        } finally {
            driver.inside.exit();
        }
    }

    @Override
    public String toString() {
        return "TcpServer " + ConnectOptions.target(address.getHostString(), address.getPort());
    }
}

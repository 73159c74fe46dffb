package dev.weft.net;

import dev.weft.CancelledError;
import dev.weft.Group;
import dev.weft.Task;
import dev.weft.WaitList;
import dev.weft.Weft;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Listens for connections and runs a task for each: a {@link TcpServer} or a {@link UnixServer}.
 *
 * <p>{@link #serve} owns the connections: each is handled in a child task of it, and it returns or
 * throws only when all have ended. A handler that fails ends its own connection and is reported to
 * the logger {@code dev.weft.net}; the server goes on. While as many connections are open as it may
 * have no more are accepted, and when the process has no descriptor left, it tries again after a
 * second.
 *
 * <p>There are two ways to stop: {@link #close} leaves the connections to themselves, and {@link
 * #shutdown} is a ladder: it stops listening, waits, then cancels, then aborts.
 *
 * <p><em>Loop-confined.</em>
 *
 * @param <S> what its connections are
 */
public abstract sealed class StreamServer<S extends ChannelStream> implements AutoCloseable
        permits TcpServer, UnixServer {
    private static final Duration ABORT_AFTER = Duration.ofSeconds(5);

    final NettyDriver driver;
    final ServerChannel channel;
    private final AcceptHandler accepting;
    private final @Nullable TlsOptions tls;
    private final LinkedHashSet<Connection> connections = new LinkedHashSet<>();
    private final WaitList ended = new WaitList("StreamServer.shutdown");
    private boolean serving;

    StreamServer(NettyDriver driver, Listening listening, @Nullable TlsOptions tls) {
        this.driver = driver;
        this.channel = listening.channel();
        this.accepting = listening.accepting();
        this.tls = tls;
        driver.opened(this, this::end);
    }

    /** A channel that listens, and where its connections arrive. */
    record Listening(ServerChannel channel, AcceptHandler accepting) {}

    /** A connection that is open. */
    private final class Connection {
        final DuplexChannel channel;

        /** The other side. */
        final String target;

        @Nullable Task<?> task;
        @Nullable S stream;

        Connection(DuplexChannel channel) {
            this.channel = channel;
            this.target = nameOf(channel);
        }

        void abort() {
            if (stream != null) {
                stream.abort();
            }
            driver.closeNow(channel); // if it was handed over to somebody, that did nothing
        }
    }

    /**
     * Takes the address. The channel is set up but for what all kinds have in common.
     *
     * @throws BindFailedException if the address can't be had
     */
    static Listening listen(
            NettyDriver driver, ServerChannel channel, SocketAddress address, Limits limits) {
        AcceptHandler accepting = new AcceptHandler(limits.connections());
        driver.inside.enter();
        try {
            channel.config().setAutoRead(false);
            channel.config().setOption(ChannelOption.SO_BACKLOG, limits.backlog());
            channel.pipeline().addLast(accepting);
            driver.register(channel);
            ChannelFuture bound = channel.bind(address);
            if (!bound.isSuccess()) {
                var _ = channel.close();
                throw new BindFailedException(
                        limits.target(),
                        "cannot listen (" + Failures.text(bound.cause()) + ")",
                        bound.cause());
            }
            return new Listening(channel, accepting);
        } finally {
            driver.inside.exit();
        }
    }

    /** Of a server, with its name for messages. */
    record Limits(String target, int connections, int backlog) {}

    // ---- what subclasses say

    /** The other side's name, for messages. */
    abstract String nameOf(DuplexChannel connection);

    /** Under the mark, before it is adopted. */
    abstract void prepare(DuplexChannel connection);

    abstract S stream(Link link, @Nullable TlsInfo info);

    /** After it has stopped to listen; may come twice. */
    abstract void stopped();

    // ---- serving

    /**
     * Accepts connections and handles each in a child task of the caller, until {@link #close};
     * then waits for those that are open. The tasks are called {@code connection from
     * 127.0.0.1:51234}, after the client, or {@code connection from a client of /run/socket}.
     * Cancelled, it stops listening, cancels the children and waits for them. One call at a time.
     *
     * @throws ConnectionClosedException if the server was closed before
     */
    public final void serve(ConnectionHandler<? super S> handler) {
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

    private void accept(Group group, ConnectionHandler<? super S> handler) {
        try {
            while (true) {
                DuplexChannel next = next();
                if (next == null) {
                    return;
                }
                var connection = new Connection(next);
                connections.add(connection);
                connection.task =
                        group.start(
                                "connection from " + connection.target,
                                () -> handle(connection, handler));
            }
        } finally {
            close();
        }
    }

    /** Waits for a connection; null once the server is closed. */
    private @Nullable DuplexChannel next() {
        accepting.arrivals.enter();
        while (true) {
            DuplexChannel connection = accepting.poll();
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

    private void handle(Connection connection, ConnectionHandler<? super S> handler) {
        try {
            try (S stream = open(connection)) {
                handler.handle(stream);
            }
        } catch (CancelledError | VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            report(connection.target, e);
        } finally {
            driver.closeNow(connection.channel);
            connections.remove(connection);
            ended.wakeAll(null);
            accepting.ended();
            if (!accepting.isClosed()) {
                resume();
            }
        }
    }

    private S open(Connection connection) {
        driver.inside.enter();
        try {
            prepare(connection.channel);
            driver.adopt(connection.channel);
        } finally {
            driver.inside.exit();
        }
        Link link = Link.accepted(connection.target, connection.channel);
        TlsInfo info =
                tls == null ? null : new Handshake(driver, tls, link).performInTime(() -> {});
        S stream = stream(link, info);
        connection.stream = stream;
        return stream;
    }

    /**
     * A client that goes away, or that does not accept our certificate, is nothing to wake anybody
     * for.
     */
    private void report(String target, Throwable failure) {
        boolean clientsFault =
                failure instanceof NetException e
                        && e.target().equals(target)
                        && (e instanceof ConnectionResetException
                                || e instanceof ConnectionClosedException
                                || (e instanceof TlsException tlsFailure
                                        && tlsFailure.kind() != TlsException.Kind.CONFIGURATION));
        Reporting.log(
                clientsFault ? Level.DEBUG : Level.ERROR,
                this
                        + ": the handler of the connection from "
                        + target
                        + " failed; the connection is closed",
                failure);
    }

    // ---- stopping

    /** How many connections are open. */
    public final int connections() {
        return connections.size();
    }

    /**
     * Stops listening at once, with the driver nio in the loop's next turn: until then the system
     * takes connections, to reset them, and keeps the address. Connections that are open go on.
     * Never waits; may be called twice.
     */
    @Override
    public final void close() {
        accepting.arrivals.check();
        driver.inside.enter();
        try {
            end();
        } finally {
            driver.inside.exit();
        }
    }

    /** Under the mark. */
    private void end() {
        driver.released(this);
        accepting.close();
        if (channel.isOpen()) {
            stopListening();
        }
        var _ = channel.close();
        stopped();
    }

    /** io_uring closes a socket later, when it has given back what it was asked to do with it. */
    private void stopListening() {
        if (channel instanceof UnixChannel known && known.fd() instanceof Socket socket) {
            try {
                socket.shutdown();
            } catch (IOException e) {
                Reporting.log(Level.DEBUG, this + ": it goes on listening until it is closed", e);
            }
        }
    }

    /**
     * Stops listening, waits until the connections have ended by themselves, for {@code grace} at
     * most; then cancels the handlers of those that have not, and after five more seconds aborts
     * their connections, so that what a handler still does with one fails; for the handlers' end it
     * waits five seconds once more. {@link #serve} returns when all have ended.
     *
     * <p>Cancelled, it has stopped listening, and cancels and aborts nothing more; another call
     * goes on from there.
     *
     * @param grace zero: cancels at once
     * @return whether all had ended within {@code grace}
     * @throws IllegalArgumentException if {@code grace} is negative
     * @throws IllegalStateException in the task of one of its connections, which would wait for
     *     itself
     */
    public final boolean shutdown(Duration grace) {
        if (grace.isNegative()) {
            throw new IllegalArgumentException("a grace of " + grace);
        }
        ended.enter();
        Task<?> caller = Task.current();
        if (connections.stream().anyMatch(connection -> connection.task == caller)) {
            throw new IllegalStateException(
                    this
                            + " is shut down by the handler of one of its connections, for which it"
                            + " would wait; do it in a task of its own");
        }
        close();
        if (areAllEndedWithin(grace)) {
            return true;
        }
        for (Connection connection : List.copyOf(connections)) {
            if (connection.task != null) {
                connection.task.cancel(this + " shuts down");
            }
        }
        if (!areAllEndedWithin(ABORT_AFTER)) {
            List.copyOf(connections).forEach(Connection::abort);
            boolean _ = areAllEndedWithin(ABORT_AFTER);
        }
        return false;
    }

    private boolean areAllEndedWithin(Duration limit) {
        return connections.isEmpty()
                || (limit.isPositive()
                        && Weft.moveOnAfter(
                                limit,
                                () -> {
                                    while (!connections.isEmpty()) {
                                        ended.await();
                                    }
                                }));
    }
}

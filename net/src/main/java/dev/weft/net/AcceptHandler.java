package dev.weft.net;

import dev.weft.WaitList;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Accepted connections on their way to the task that serves. A server's channel reads by itself as
 * long as there is room here.
 */
final class AcceptHandler extends ChannelInboundHandlerAdapter {
    private static final int MAX_WAITING = 64;

    final WaitList arrivals = new WaitList("StreamServer.serve");
    private final ArrayDeque<DuplexChannel> waiting = new ArrayDeque<>();
    private final int maxConnections;
    private int open;
    private boolean resting;
    private boolean closed;

    AcceptHandler(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    /** The next connection, which counts as open from now on. */
    @Nullable DuplexChannel poll() {
        DuplexChannel next = open < maxConnections ? waiting.poll() : null;
        if (next != null) {
            open++;
        }
        return next;
    }

    /** A connection has ended. */
    void ended() {
        open--;
        if (!waiting.isEmpty()) {
            arrivals.wakeFirst(null);
        }
    }

    boolean mayAccept() {
        return !closed
                && !resting
                && waiting.size() < MAX_WAITING
                && open + waiting.size() < maxConnections;
    }

    boolean isClosed() {
        return closed;
    }

    /** Under the mark. Connections that nobody has begun to serve are closed. */
    void close() {
        closed = true;
        waiting.forEach(connection -> connection.unsafe().closeForcibly());
        waiting.clear();
        arrivals.wakeAll(null);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DuplexChannel connection = (DuplexChannel) message;
        if (closed) {
            connection.unsafe().closeForcibly();
            return;
        }
        waiting.add(connection);
        if (!mayAccept()) {
            context.channel().config().setAutoRead(false);
        }
        arrivals.wakeFirst(null);
    }

    /**
     * Mostly that no descriptor is left: the connections stay in the system's queue, and trying at
     * once would spin.
     */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (closed || resting) {
            return;
        }
        Reporting.log(
                Level.WARNING,
                context.channel().localAddress()
                        + ": cannot accept connections, trying again in a second: "
                        + Failures.text(cause),
                null);
        resting = true;
        context.channel().config().setAutoRead(false);
        var _ =
                context.executor()
                        .schedule(
                                () -> {
                                    resting = false;
                                    if (mayAccept()) {
                                        context.channel().config().setAutoRead(true);
                                    }
                                },
                                1,
                                TimeUnit.SECONDS);
    }
}

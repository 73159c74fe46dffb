package dev.weft.net;

import dev.weft.Driver;
import dev.weft.Loop;
import dev.weft.Simulation;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;

import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Netty beneath a loop: what its streams and servers need. Whether the operating system is polled
 * or a network is simulated, subclasses say.
 *
 * <p>Writes run in the caller, flushes are gathered. Everything happens under the mark of {@link
 * InsideNetty}.
 */
abstract sealed class NettyDriver permits PollingDriver, SimDriver {

    final InsideNetty inside = new InsideNetty();
    private final ArrayDeque<ChannelStream> toFlush = new ArrayDeque<>();
    private final LinkedHashSet<ChannelStream> streams = new LinkedHashSet<>();
    private int openChannels;

    /** That of the running task's loop. */
    static NettyDriver current(String operation) {
        Loop loop;
        try {
            loop = Loop.current();
        } catch (IllegalStateException noTask) {
            throw new IllegalStateException(operation + ": " + noTask.getMessage(), noTask);
        }
        Driver driver = loop.driver();
        if (driver instanceof PollingDriver polling) {
            return polling;
        }
        if (driver instanceof Simulation simulation) {
            return SimulatedNetwork.of(simulation).driver;
        }
        throw new IllegalStateException(
                operation
                        + " needs one of Netty's drivers, but "
                        + loop
                        + " is driven by "
                        + driver
                        + "; leave out -Dweft.driver, or set it to epoll, nio or io_uring");
    }

    // ---- what subclasses say

    abstract NettyLoop nettyLoop();

    /** A new one; Netty's exceptions if there can't be one. */
    abstract SocketChannel socket();

    /** A new one; Netty's exceptions if there can't be one. */
    abstract ServerSocketChannel serverSocket();

    /** A new one; Netty's exceptions if there can't be one. */
    abstract DuplexChannel unixSocket();

    /** A new one; Netty's exceptions if there can't be one. */
    abstract ServerChannel unixServerSocket();

    /** As Netty's channels take it. */
    abstract SocketAddress address(UnixAddress address);

    /** Has several listen at one address; before it is bound, under the mark. */
    abstract void reusePort(ServerSocketChannel channel);

    /** What {@link Dns#resolve(String)} gives. */
    abstract List<InetAddress> resolve(String host);

    // ---- for streams and servers, on the loop

    /** Flushes {@code stream} soon, with the others. */
    void flushLater(ChannelStream stream) {
        toFlush.add(stream);
    }

    /** Under the mark. */
    final void flushAll() {
        for (int n = toFlush.size(); n > 0; n--) {
            toFlush.remove().flushNow();
        }
    }

    final boolean hasToFlush() {
        return !toFlush.isEmpty();
    }

    /**
     * Makes a new channel one of the loop's that a stream can be made of, under the mark: the other
     * side may speak, and end, before anybody asks.
     */
    final void adopt(DuplexChannel channel) {
        channel.config().setAutoRead(false);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        StreamHandler.addTo(channel);
        register(channel);
    }

    /** Registers a new channel with the loop, under the mark. */
    final void register(Channel channel) {
        openChannels++;
        channel.closeFuture().addListener(closed -> openChannels--);
        channel.unsafe().register(nettyLoop(), channel.newPromise());
    }

    /** Closes a channel that nobody is to see, with what it still had to send or has received. */
    final void closeNow(Channel channel) {
        inside.enter();
        try {
            StreamHandler handler = StreamHandler.of(channel);
            if (handler != null) {
                handler.discard();
            }
            channel.unsafe().close(channel.voidPromise());
        } finally {
            inside.exit();
        }
    }

    final void opened(ChannelStream stream) {
        streams.add(stream);
    }

    final void released(ChannelStream stream) {
        streams.remove(stream);
    }

    /** How many channels are open, for tests and for {@link Driver#hasPending}. */
    final int openChannels() {
        return openChannels;
    }

    /**
     * Aborts, under the mark, what is still open when the loop ends; in words, empty if nothing.
     */
    final String dropStreams() {
        if (streams.isEmpty()) {
            return "";
        }
        String left =
                (streams.size() == 1 ? "A stream was" : streams.size() + " streams were")
                        + " still open when its loop ended, now aborted: "
                        + streams.stream().limit(5).map(ChannelStream::toString).toList()
                        + ". Close streams with try (var stream = ...).";
        List.copyOf(streams).forEach(ChannelStream::drop);
        return left;
    }
}

package dev.weft.net;

import dev.weft.Driver;
import dev.weft.Loop;
import dev.weft.Simulation;

import io.netty.channel.Channel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;

import java.net.InetAddress;
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
    private final ArrayDeque<TcpStream> toFlush = new ArrayDeque<>();
    private final LinkedHashSet<TcpStream> streams = new LinkedHashSet<>();
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

    /** What {@link Dns#resolve(String)} gives. */
    abstract List<InetAddress> resolve(String host);

    // ---- for streams and servers, on the loop

    /** Flushes {@code stream} soon, with the others. */
    void flushLater(TcpStream stream) {
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

    final void opened(TcpStream stream) {
        streams.add(stream);
    }

    final void released(TcpStream stream) {
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
                        + streams.stream().limit(5).map(TcpStream::toString).toList()
                        + ". Close streams with try (var stream = ...).";
        List.copyOf(streams).forEach(TcpStream::drop);
        return left;
    }
}

package dev.weft.net;

import dev.weft.Driver;
import dev.weft.Loop;
import dev.weft.Simulation;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;

import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Netty beneath a loop: what its streams and servers need. Whether the operating system is polled
 * or a network is simulated, subclasses say.
 *
 * <p>Writes run in the caller, flushes are gathered (and with epoll what is written alone).
 * Everything happens under the mark of {@link InsideNetty}.
 */
abstract sealed class NettyDriver permits PollingDriver, SimDriver {

    /**
     * As large as what comes, of each connection: with Netty's own limit of 64 KiB a message of 100
     * KiB costs two reads and two writes.
     */
    private static final RecvByteBufAllocator RECEIVED =
            new AdaptiveRecvByteBufAllocator(64, 2048, 256 * 1024);

    final InsideNetty inside = new InsideNetty();
    final DnsClients dns = new DnsClients(this);
    private final ArrayDeque<ChannelStream> toFlush = new ArrayDeque<>();
    private final LinkedHashMap<Object, Runnable> open = new LinkedHashMap<>();
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

    /** A new one with the options, not bound; Netty's exceptions if there can't be one. */
    abstract Channel datagrams(UdpOptions options, SocketProtocolFamily family);

    abstract NameServers nameServers(DnsOptions options);

    abstract long now();

    // ---- for streams and servers, on the loop

    /** What {@link Dns#resolve(String)} gives. */
    final List<InetAddress> resolve(String host) {
        return dns.client(null).resolve(host);
    }

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
        channel.config().setRecvByteBufAllocator(RECEIVED);
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

    /** Runs {@code drop} under the mark when the loop ends, if {@code what} is still open then. */
    final void opened(Object what, Runnable drop) {
        open.put(what, drop);
    }

    final void released(Object what) {
        open.remove(what);
    }

    /** How many channels are open, for tests and for {@link Driver#hasPending}. */
    final int openChannels() {
        return openChannels;
    }

    /**
     * Aborts, under the mark, what is still open when the loop ends; in words, empty if nothing.
     */
    final String dropOpen() {
        if (open.isEmpty()) {
            return "";
        }
        String left =
                (open.size() == 1
                                ? "A stream or socket was"
                                : open.size() + " streams and sockets were")
                        + " still open when its loop ended, now aborted: "
                        + open.keySet().stream().limit(5).map(Object::toString).toList()
                        + ". Close them with try (var stream = ...).";
        List.copyOf(open.values()).forEach(Runnable::run);
        return left;
    }
}

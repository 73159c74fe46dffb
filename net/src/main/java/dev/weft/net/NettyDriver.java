package dev.weft.net;

import dev.weft.Driver;
import dev.weft.Loop;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.util.concurrent.FastThreadLocalThread;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Drives a loop with Netty: its I/O task runs the handler of epoll, io_uring or NIO, and whatever
 * handlers of channels that calls.
 *
 * <p>Writes run in the caller, flushes are gathered: each poll begins by flushing what the tasks
 * have written since the last one. Everything happens under the mark of {@link InsideNetty}.
 */
final class NettyDriver implements Driver {

    final Transport transport;
    final InsideNetty inside;
    private final RandomGenerator random = new SplittableRandom();
    private final @Nullable SelectorWait selectorWait;
    private final ArrayDeque<TcpStream> toFlush = new ArrayDeque<>();
    private final LinkedHashSet<TcpStream> streams = new LinkedHashSet<>();
    private final LinkedHashSet<Runnable> endings = new LinkedHashSet<>();
    private volatile @Nullable NettyLoop nettyLoop;
    private @Nullable DnsClient dns;
    private List<InetSocketAddress> nameServers = List.of();
    private int openChannels;

    NettyDriver(Transport transport) {
        this.transport = transport;
        this.selectorWait = transport == Transport.NIO ? new SelectorWait() : null;
        this.inside = new InsideNetty();
        FirstUse.load(transport);
    }

    /** The driver of the running task's loop. */
    static NettyDriver current(String operation) {
        Loop loop;
        try {
            loop = Loop.current();
        } catch (IllegalStateException noTask) {
            throw new IllegalStateException(operation + ": " + noTask.getMessage(), noTask);
        }
        if (loop.driver() instanceof NettyDriver driver) {
            return driver;
        }
        throw new IllegalStateException(
                operation
                        + " needs one of Netty's drivers, but "
                        + loop
                        + " is driven by "
                        + loop.driver()
                        + "; leave out -Dweft.driver, or set it to epoll, nio or io_uring");
    }

    // ---- the clock and the rest

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public InstantSource clock() {
        return Clock.systemUTC();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public void start(Loop loop) {
        nettyLoop(loop);
    }

    /** Made by the I/O task, or by a task that comes first. */
    private NettyLoop nettyLoop(Loop loop) {
        NettyLoop netty = nettyLoop;
        if (netty == null) {
            SelectorWait wait = selectorWait;
            IoHandlerFactory factory =
                    wait == null ? transport.handlerFactory() : wait.handlerFactory();
            inside.enter();
            try {
                netty = nettyLoop;
                if (netty == null) {
                    netty = new NettyLoop(loop, inside, this::nanoTime, factory);
                    netty.start();
                    nettyLoop = netty;
                }
            } finally {
                inside.exit();
            }
        }
        return netty;
    }

    // ---- polling

    @Override
    public void poll(long nanos, Gate gate) {
        NettyLoop netty = nettyLoop();
        inside.enter();
        try {
            flushAll();
            if (selectorWait == null) {
                netty.poll(nanos > 0, gate);
                return;
            }
            long wait = Math.min(nanos, netty.delayOfTasks());
            if (wait > 0) {
                selectOutsideNetty(selectorWait, wait, gate);
            }
            netty.poll(false, gate);
        } finally {
            inside.exit();
        }
    }

    private void selectOutsideNetty(SelectorWait wait, long nanos, Gate gate) {
        if (wait.prepare() && gate.mayBlock()) {
            inside.exit();
            try {
                wait.select(nanos);
            } finally {
                inside.enter();
            }
        }
    }

    /**
     * Netty keeps what it reuses in thread locals, and those only for threads that say how long
     * they live.
     */
    @Override
    public void around(Runnable life) {
        FastThreadLocalThread.runWithFastThreadLocal(life);
    }

    @Override
    public void wakeup() {
        SelectorWait wait = selectorWait;
        NettyLoop netty = nettyLoop;
        if (wait != null) {
            wait.wakeup();
        } else if (netty != null) {
            netty.wakeup();
        }
    }

    @Override
    public boolean hasPending() {
        DnsClient client = dns;
        return openChannels > 0 || (client != null && client.isAsking());
    }

    @Override
    public void close() {
        inside.enter();
        try {
            List.copyOf(endings).forEach(Runnable::run);
            if (!streams.isEmpty()) {
                Reporting.log(
                        Level.WARNING,
                        (streams.size() == 1 ? "A stream was" : streams.size() + " streams were")
                                + " still open when its loop ended, now aborted: "
                                + streams.stream().limit(5).map(TcpStream::toString).toList()
                                + ". Close streams with try (var stream = ...).",
                        null);
                List.copyOf(streams).forEach(TcpStream::drop);
            }
            DnsClient client = dns;
            if (client != null) {
                client.close();
            }
            NettyLoop netty = nettyLoop;
            if (netty != null) {
                netty.destroy();
            }
        } finally {
            inside.exit();
        }
    }

    // ---- for streams and servers, on the loop

    /** Flushes {@code stream} at the next poll. */
    void flushLater(TcpStream stream) {
        toFlush.add(stream);
    }

    private void flushAll() {
        for (int n = toFlush.size(); n > 0; n--) {
            toFlush.remove().flushNow();
        }
    }

    /** Registers a new channel with the loop, under the mark. */
    void register(Channel channel) {
        openChannels++;
        channel.closeFuture().addListener(closed -> openChannels--);
        channel.unsafe().register(nettyLoop(), channel.newPromise());
    }

    /** Closes a channel that nobody is to see, with what it still had to send or has received. */
    void closeNow(Channel channel) {
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

    void opened(TcpStream stream) {
        streams.add(stream);
    }

    void released(TcpStream stream) {
        streams.remove(stream);
    }

    /** Runs {@code ending} when the loop ends, if it is still here then. */
    void atEnd(Runnable ending) {
        endings.add(ending);
    }

    void notAtEnd(Runnable ending) {
        endings.remove(ending);
    }

    /** How many channels are open, for tests and for {@link #hasPending}. */
    int openChannels() {
        return openChannels;
    }

    DnsClient dns() {
        DnsClient client = dns;
        if (client == null) {
            inside.enter();
            try {
                client = new DnsClient(this, nameServers);
            } finally {
                inside.exit();
            }
            dns = client;
        }
        return client;
    }

    /** Asks these name servers and not the system's; before the first look-up. */
    void nameServers(List<InetSocketAddress> servers) {
        nameServers = servers;
    }

    NettyLoop nettyLoop() {
        NettyLoop netty = nettyLoop;
        return netty == null ? nettyLoop(Loop.current()) : netty;
    }

    @Override
    public String toString() {
        return "Netty's driver (" + transport + ")";
    }
}

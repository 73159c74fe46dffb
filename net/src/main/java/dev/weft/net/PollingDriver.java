package dev.weft.net;

import dev.weft.Driver;
import dev.weft.Loop;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.concurrent.FastThreadLocalThread;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Clock;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Drives a loop with Netty: its I/O task runs the handler of epoll, io_uring or NIO, and whatever
 * handlers of channels that calls. Each poll begins by flushing what the tasks have written since
 * the last one.
 */
final class PollingDriver extends NettyDriver implements Driver {

    final Transport transport;
    private final RandomGenerator random = new SplittableRandom();
    private final @Nullable SelectorWait selectorWait;
    private volatile @Nullable NettyLoop nettyLoop;
    private final LinkedHashSet<Runnable> endings = new LinkedHashSet<>();

    PollingDriver(Transport transport) {
        this.transport = transport;
        this.selectorWait = transport == Transport.NIO ? new SelectorWait() : null;
        FirstUse.load(transport);
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
        return openChannels() > 0 || dns.isAsking();
    }

    @Override
    public void close() {
        inside.enter();
        try {
            List.copyOf(endings).forEach(Runnable::run);
            String left = dropOpen();
            if (!left.isEmpty()) {
                Reporting.log(Level.WARNING, left, null);
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

    @Override
    SocketChannel socket() {
        return transport.socket();
    }

    @Override
    ServerSocketChannel serverSocket() {
        return transport.serverSocket();
    }

    @Override
    DuplexChannel unixSocket() {
        return transport.unixSocket();
    }

    @Override
    ServerChannel unixServerSocket() {
        return transport.unixServerSocket();
    }

    @Override
    SocketAddress address(UnixAddress address) {
        return transport.address(address);
    }

    @Override
    void reusePort(ServerSocketChannel channel) {
        channel.config().setOption(transport.reusePort(), true);
    }

    @Override
    Channel datagrams(UdpOptions options, SocketProtocolFamily family) {
        return Datagrams.open(transport, options, family);
    }

    @Override
    long now() {
        return nanoTime();
    }

    @Override
    NameServers nameServers(DnsOptions options) {
        return new NettyNameServers(this, options);
    }

    @Override
    NettyLoop nettyLoop() {
        NettyLoop netty = nettyLoop;
        return netty == null ? nettyLoop(Loop.current()) : netty;
    }

    @Override
    public String toString() {
        return "Netty's driver (" + transport + ")";
    }

    // ---- for what is opened elsewhere

    /** That of the running task's loop, for what has no simulation. */
    static PollingDriver polling(String operation) {
        if (NettyDriver.current(operation) instanceof PollingDriver polling) {
            return polling;
        }
        throw new IllegalStateException(
                operation
                        + " is of the operating system and can't be simulated; put a fake in its"
                        + " place");
    }

    /** Runs {@code ending} when the loop ends, if it is still here then. */
    void atEnd(Runnable ending) {
        endings.add(ending);
    }

    void notAtEnd(Runnable ending) {
        endings.remove(ending);
    }
}

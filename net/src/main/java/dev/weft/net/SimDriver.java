package dev.weft.net;

import dev.weft.Alarm;
import dev.weft.Loop;

import io.netty.channel.Channel;
import io.netty.channel.ChannelId;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;

import java.net.SocketAddress;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Drives a simulated network. In place of polls it has turns: steps of the loop's system task, as
 * the I/O task would have, whenever something was written or is due. When that is, in between which
 * steps of tasks, the simulation chooses.
 */
final class SimDriver extends NettyDriver {
    /** So many rounds a turn: then others come first. */
    private static final int ROUNDS = 64;

    final Loop loop;
    final SimEvents events = new SimEvents();
    final SimAllocator allocator = new SimAllocator();
    final RandomGenerator random;
    private final SimulatedNetwork network;
    private final SimLoop netty;
    private final Alarm alarm =
            new Alarm() {
                @Override
                protected void ring() {
                    wake();
                }
            };
    private long alarmAt;
    private boolean awake;
    private boolean ended;
    private long channels;

    SimDriver(Loop loop, SimulatedNetwork network) {
        this.loop = loop;
        this.network = network;
        this.random = new SplittableRandom(loop.random().nextLong());
        this.netty = new SimLoop(loop, inside, this::wake);
    }

    @Override
    long now() {
        return loop.nanoTime();
    }

    ChannelId nextId() {
        return new SimChannelId(channels++);
    }

    // ---- turns

    /** Has a turn come soon. */
    void wake() {
        if (!awake && !ended) {
            awake = true;
            loop.post(this::turn);
        }
    }

    private void turn() {
        awake = false;
        if (ended) {
            return;
        }
        inside.enter();
        try {
            int rounds = 0;
            do {
                flushAll();
                events.runDue(now());
                netty.runTasks();
            } while (++rounds < ROUNDS && hasWork());
        } finally {
            inside.exit();
        }
        if (hasWork()) {
            wake();
        } else {
            sleep();
        }
    }

    private boolean hasWork() {
        return hasToFlush() || netty.delayOfTasks() == 0 || events.next() <= now();
    }

    private void sleep() {
        long delay = netty.delayOfTasks();
        long next = Math.min(events.next(), delay == Long.MAX_VALUE ? delay : now() + delay);
        if (next == Long.MAX_VALUE) {
            alarm.cancel();
        } else if (!alarm.isSet() || next != alarmAt) {
            alarm.set(next);
            alarmAt = next;
        }
    }

    /** The program's tasks have ended; what is left open in words, empty if nothing. */
    String end() {
        alarm.cancel();
        inside.enter();
        try {
            String left = dropOpen();
            ended = true;
            netty.destroy();
            events.clear();
            return left;
        } finally {
            inside.exit();
        }
    }

    // ---- as any driver of Netty's

    @Override
    void flushLater(ChannelStream stream) {
        super.flushLater(stream);
        wake();
    }

    @Override
    NettyLoop nettyLoop() {
        return netty;
    }

    @Override
    SocketChannel socket() {
        return new SimSocketChannel(this, network.here());
    }

    @Override
    ServerSocketChannel serverSocket() {
        return new SimServerSocketChannel(this, network.here());
    }

    @Override
    DuplexChannel unixSocket() {
        return socket();
    }

    @Override
    ServerChannel unixServerSocket() {
        return serverSocket();
    }

    /** A port that only this name leads to. */
    @Override
    SocketAddress address(UnixAddress address) {
        return network.here().unixSocket(address);
    }

    @Override
    void reusePort(ServerSocketChannel channel) {
        ((SimServerSocketChannel) channel).config().sharePort();
    }

    @Override
    Channel datagrams(UdpOptions options, SocketProtocolFamily family) {
        return new SimDatagramChannel(this, network, network.here(), options);
    }

    @Override
    NameServers nameServers(DnsOptions options) {
        return new SimNameServers(this, network.names(), options);
    }
}

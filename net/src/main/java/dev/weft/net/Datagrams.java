package dev.weft.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;

/** Opens what a {@link UdpSocket} uses of the system, so that it is alike with each transport. */
final class Datagrams {
    // Netty's own option is that of all packets but those of multicast
    static final ChannelOption<Integer> MULTICAST_TTL =
            new IntegerUnixChannelOption("IP_MULTICAST_TTL", /* level= */ 0, /* optname= */ 33);
    static final ChannelOption<Integer> MULTICAST_HOPS =
            new IntegerUnixChannelOption("IPV6_MULTICAST_HOPS", /* level= */ 41, /* optname= */ 18);

    private static final ByteBuffer EMPTY = ByteBuffer.allocateDirect(1).limit(0);

    private Datagrams() {}

    /** Netty's exceptions if there can't be one. */
    static DatagramChannel open(
            Transport transport, UdpOptions options, SocketProtocolFamily family) {
        return switch (transport) {
            case EPOLL -> epoll(options, family);
            case IO_URING -> ioUring(options, family);
            case NIO -> nio(options, family);
        };
    }

    /** One byte more than wanted shows what was cut. */
    private static int room(UdpOptions options) {
        return options.maxDatagram() + 1;
    }

    /**
     * Receives two at a time since what Netty receives one by one on a connected socket are only
     * those that are not empty.
     */
    private static DatagramChannel epoll(UdpOptions options, SocketProtocolFamily family) {
        var channel = new EpollDatagramChannel(family);
        ChannelConfig config = channel.config();
        config.setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, room(options));
        config.setRecvByteBufAllocator(new FixedRecvByteBufAllocator(2 * room(options)));
        var socket = (Socket) channel.fd();
        channel.pipeline()
                .addLast(
                        new EmptyDatagrams(
                                to -> socket.sendTo(EMPTY, 0, 0, to.getAddress(), to.getPort())));
        return configured(channel, options, family);
    }

    private static DatagramChannel ioUring(UdpOptions options, SocketProtocolFamily family) {
        var channel = new IoUringDatagramChannel(family);
        ChannelConfig config = channel.config();
        config.setOption(IoUringChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, room(options));
        config.setRecvByteBufAllocator(new FixedRecvByteBufAllocator(room(options)));
        return configured(channel, options, family);
    }

    private static DatagramChannel configured(
            DatagramChannel channel, UdpOptions options, SocketProtocolFamily family) {
        try {
            ChannelConfig config = channel.config();
            if (options.reusePort()) {
                config.setOption(UnixChannelOption.SO_REUSEPORT, true);
            }
            if (options.broadcast()) {
                config.setOption(ChannelOption.SO_BROADCAST, true);
            }
            if (options.receiveBuffer() > 0) {
                config.setOption(ChannelOption.SO_RCVBUF, options.receiveBuffer());
            }
            if (options.sendBuffer() > 0) {
                config.setOption(ChannelOption.SO_SNDBUF, options.sendBuffer());
            }
            if (options.multicastTtl() != 1) {
                config.setOption(
                        family == SocketProtocolFamily.INET6 ? MULTICAST_HOPS : MULTICAST_TTL,
                        options.multicastTtl());
            }
            if (!options.multicastLoopback()) {
                config.setOption(ChannelOption.IP_MULTICAST_LOOP_DISABLED, true);
            }
            if (options.multicastInterface() != null) {
                config.setOption(ChannelOption.IP_MULTICAST_IF, options.multicastInterface());
            }
            return channel;
        } catch (RuntimeException e) {
            closeUnused(channel);
            throw e;
        }
    }

    private static void closeUnused(Channel channel) {
        channel.unsafe().closeForcibly();
    }

    private static DatagramChannel nio(UdpOptions options, SocketProtocolFamily family) {
        java.nio.channels.DatagramChannel socket;
        try {
            socket = java.nio.channels.DatagramChannel.open(family.toJdkFamily());
        } catch (IOException e) {
            throw new ChannelException("no socket", e);
        }
        var channel = new NioDatagramChannel(socket);
        try {
            configure(socket, options);
        } catch (IOException | UnsupportedOperationException e) {
            closeUnused(channel);
            throw new ChannelException("an option of the socket", e);
        }
        channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(room(options)));
        channel.pipeline().addLast(new EmptyDatagrams(to -> sendEmpty(socket, to)));
        return channel;
    }

    /** Connected, the JDK writes, and to write nothing it need not do anything. */
    private static int sendEmpty(java.nio.channels.DatagramChannel socket, InetSocketAddress to)
            throws IOException {
        if (socket.isConnected()) {
            throw new IOException(
                    "the JDK cannot send an empty datagram from a connected socket: bind one and"
                            + " send to an address, or use another driver than nio");
        }
        return socket.send(EMPTY.duplicate(), to);
    }

    private static void configure(java.nio.channels.DatagramChannel socket, UdpOptions options)
            throws IOException {
        if (options.reusePort()) {
            socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        if (options.broadcast()) {
            socket.setOption(StandardSocketOptions.SO_BROADCAST, true);
        }
        if (options.receiveBuffer() > 0) {
            socket.setOption(StandardSocketOptions.SO_RCVBUF, options.receiveBuffer());
        }
        if (options.sendBuffer() > 0) {
            socket.setOption(StandardSocketOptions.SO_SNDBUF, options.sendBuffer());
        }
        if (options.multicastTtl() != 1) {
            socket.setOption(StandardSocketOptions.IP_MULTICAST_TTL, options.multicastTtl());
        }
        if (!options.multicastLoopback()) {
            socket.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
        }
        if (options.multicastInterface() != null) {
            socket.setOption(StandardSocketOptions.IP_MULTICAST_IF, options.multicastInterface());
        }
    }
}

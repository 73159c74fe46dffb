package dev.weft.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

import org.jspecify.annotations.Nullable;

import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;

/** How the operating system is asked: which of Netty's handlers and channels a loop uses. */
enum Transport {
    EPOLL,
    NIO,
    IO_URING;

    /** For NIO see {@link SelectorWait}. */
    IoHandlerFactory handlerFactory() {
        return switch (this) {
            case EPOLL -> EpollIoHandler.newFactory();
            case IO_URING -> IoUringIoHandler.newFactory();
            case NIO -> throw new IllegalStateException("NIO's handler needs its selector");
        };
    }

    SocketChannel socket() {
        return switch (this) {
            case EPOLL -> new EpollSocketChannel();
            case IO_URING -> new IoUringSocketChannel();
            case NIO -> new NioSocketChannel();
        };
    }

    /** A channel's socket, if a write need not go through the channel. */
    static @Nullable Socket socketOf(Channel channel) {
        return channel instanceof AbstractEpollStreamChannel epoll ? (Socket) epoll.fd() : null;
    }

    ServerSocketChannel serverSocket() {
        return switch (this) {
            case EPOLL -> new EpollServerSocketChannel();
            case IO_URING -> new IoUringServerSocketChannel();
            case NIO -> new NioServerSocketChannel();
        };
    }

    DuplexChannel unixSocket() {
        return switch (this) {
            case EPOLL -> new EpollDomainSocketChannel();
            case IO_URING -> new IoUringDomainSocketChannel();
            case NIO -> new NioDomainSocketChannel();
        };
    }

    ServerChannel unixServerSocket() {
        return switch (this) {
            case EPOLL -> new EpollServerDomainSocketChannel();
            case IO_URING -> new IoUringServerDomainSocketChannel();
            case NIO -> new NioServerDomainSocketChannel();
        };
    }

    /** The JDK knows only those that are files. */
    SocketAddress address(UnixAddress address) {
        if (this != NIO) {
            return new DomainSocketAddress(address.inSystem());
        }
        if (address.isAbstract()) {
            throw new UnsupportedOperationException(
                    address + ": abstract names need the driver epoll or io_uring, not nio");
        }
        return UnixDomainSocketAddress.of(address.name());
    }

    ChannelOption<Boolean> reusePort() {
        return this == NIO
                ? NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT)
                : UnixChannelOption.SO_REUSEPORT;
    }

    Class<? extends SocketChannel> socketType() {
        return switch (this) {
            case EPOLL -> EpollSocketChannel.class;
            case IO_URING -> IoUringSocketChannel.class;
            case NIO -> NioSocketChannel.class;
        };
    }

    Class<? extends DatagramChannel> datagramType() {
        return switch (this) {
            case EPOLL -> EpollDatagramChannel.class;
            case IO_URING -> IoUringDatagramChannel.class;
            case NIO -> NioDatagramChannel.class;
        };
    }
}

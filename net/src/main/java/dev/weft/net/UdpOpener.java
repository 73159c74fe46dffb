package dev.weft.net;

import dev.weft.WaitList;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketProtocolFamily;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Opens a {@link UdpSocket}: finds its addresses, binds it and connects it. */
final class UdpOpener {
    private final NettyDriver driver;
    private final UdpOptions options;
    private final String here;
    private final WaitList opening = new WaitList("UdpSocket.connect");

    UdpOpener(NettyDriver driver, UdpOptions options) {
        this.driver = driver;
        this.options = options;
        this.here =
                ConnectOptions.target(
                        options.host().isEmpty() ? "*" : options.host(), options.port());
    }

    UdpSocket bind() {
        opening.enter();
        InetAddress host =
                options.host().isEmpty() ? null : driver.resolve(options.host()).getFirst();
        boolean six = host == null ? LocalNames.SPEAKS_IPV6 : host instanceof Inet6Address;
        DatagramHandler handler = new DatagramHandler(options);
        Channel channel = open(handler, six);
        bind(channel, host);
        return new UdpSocket(driver, channel, handler, options, "", six);
    }

    UdpSocket connect(String host, int port) {
        opening.enter();
        String target = ConnectOptions.target(host, port);
        List<InetAddress> locals =
                options.host().isEmpty() ? List.of() : driver.resolve(options.host());
        List<Failures.Attempt> attempts = new ArrayList<>();
        for (InetAddress address : driver.resolve(host)) {
            boolean six = address instanceof Inet6Address;
            InetAddress local = ofKind(locals, six);
            if (local == null && !locals.isEmpty()) {
                attempts.add(
                        new Failures.Attempt(
                                address.getHostAddress(),
                                new ChannelException(
                                        "it can't be sent to from " + options.host())));
                continue;
            }
            DatagramHandler handler = new DatagramHandler(options);
            Channel channel = open(handler, six);
            if (local != null || options.port() != 0) {
                bind(channel, local);
            }
            ChannelFuture connected = connect(channel, new InetSocketAddress(address, port));
            if (connected.isSuccess()) {
                return new UdpSocket(driver, channel, handler, options, target, six);
            }
            attempts.add(new Failures.Attempt(address.getHostAddress(), connected.cause()));
        }
        throw Failures.ofConnect(target, attempts);
    }

    private static @Nullable InetAddress ofKind(List<InetAddress> addresses, boolean six) {
        for (InetAddress address : addresses) {
            if (address instanceof Inet6Address == six) {
                return address;
            }
        }
        return null;
    }

    private Channel open(DatagramHandler handler, boolean six) {
        driver.inside.enter();
        try {
            Channel channel =
                    driver.datagrams(
                            options, six ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET);
            channel.config().setAutoRead(false);
            channel.pipeline().addLast(handler);
            driver.register(channel);
            return channel;
        } catch (ChannelException e) {
            throw new BindFailedException(here, "cannot bind (" + Failures.text(e) + ")", e);
        } finally {
            driver.inside.exit();
        }
    }

    private void bind(Channel channel, @Nullable InetAddress host) {
        driver.inside.enter();
        try {
            ChannelFuture bound = channel.bind(new InetSocketAddress(host, options.port()));
            if (!bound.isSuccess()) {
                var _ = channel.close();
                throw new BindFailedException(
                        here, "cannot bind (" + Failures.text(bound.cause()) + ")", bound.cause());
            }
        } finally {
            driver.inside.exit();
        }
    }

    /** Waits for io_uring, which tells later. The channel is closed if it fails or is cancelled. */
    private ChannelFuture connect(Channel channel, InetSocketAddress to) {
        ChannelFuture connected = null;
        try {
            driver.inside.enter();
            try {
                connected = channel.connect(to);
                connected.addListener(done -> opening.wakeAll(null));
            } finally {
                driver.inside.exit();
            }
            while (!connected.isDone()) {
                opening.await();
            }
            return connected;
        } finally {
            if (connected == null || !connected.isSuccess()) {
                driver.closeNow(channel);
            }
        }
    }
}

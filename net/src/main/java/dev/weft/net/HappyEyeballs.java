package dev.weft.net;

import dev.weft.WaitList;
import dev.weft.Weft;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Connects to the first address that answers, RFC 8305: one after the other, families in turn, the
 * next one beginning when the last has failed or has taken too long; whoever is first wins and the
 * others are closed.
 */
final class HappyEyeballs {
    private final NettyDriver driver;
    private final ConnectOptions options;
    private final ArrayDeque<InetAddress> untried;
    private final WaitList progress = new WaitList("TcpStream.connect");
    private final List<SocketChannel> connecting = new ArrayList<>();
    private final List<Failures.Attempt> failed = new ArrayList<>();
    private @Nullable SocketChannel winner;
    private boolean over;

    HappyEyeballs(NettyDriver driver, ConnectOptions options, List<InetAddress> addresses) {
        this.driver = driver;
        this.options = options;
        this.untried = interleaved(addresses);
    }

    /** The families in turn, beginning with that of the first address. */
    static ArrayDeque<InetAddress> interleaved(List<InetAddress> addresses) {
        boolean sixFirst = addresses.getFirst() instanceof Inet6Address;
        var preferred = new ArrayDeque<InetAddress>();
        var others = new ArrayDeque<InetAddress>();
        for (InetAddress address : addresses) {
            (address instanceof Inet6Address == sixFirst ? preferred : others).add(address);
        }
        var order = new ArrayDeque<InetAddress>();
        while (!preferred.isEmpty() || !others.isEmpty()) {
            if (!preferred.isEmpty()) {
                order.add(preferred.remove());
            }
            if (!others.isEmpty()) {
                order.add(others.remove());
            }
        }
        return order;
    }

    /**
     * The channel, with its {@link StreamHandler}, is the caller's; nothing else stays open,
     * whatever happens.
     */
    SocketChannel connect() {
        progress.enter();
        try {
            while (winner == null) {
                int failedBefore = failed.size();
                InetAddress next = untried.poll();
                if (next != null) {
                    attempt(next);
                } else if (connecting.isEmpty()) {
                    throw Failures.ofConnect(options.target(), failed);
                }
                while (winner == null && failed.size() == failedBefore) {
                    if (untried.isEmpty()) {
                        progress.await();
                    } else if (!Weft.moveOnAfter(
                            options.attemptDelay(),
                            () -> {
                                progress.await();
                            })) {
                        break;
                    }
                }
            }
            SocketChannel connected = winner;
            winner = null;
            return connected;
        } finally {
            over = true;
            if (winner != null) {
                connecting.add(winner);
            }
            List.copyOf(connecting).forEach(driver::closeNow);
        }
    }

    private void attempt(InetAddress address) {
        SocketChannel channel;
        try {
            channel = driver.socket();
        } catch (ChannelException e) {
            failed.add(new Failures.Attempt(address.getHostAddress(), e));
            return;
        }
        connecting.add(channel);
        driver.inside.enter();
        try {
            channel.config().setConnectTimeoutMillis(0);
            options.tcp().applyTo(channel.config());
            driver.adopt(channel);
            var remote = new InetSocketAddress(address, options.port());
            InetSocketAddress local = options.localAddress();
            ChannelFuture future =
                    local == null ? channel.connect(remote) : channel.connect(remote, local);
            future.addListener(done -> ended(channel, address, future.cause()));
        } finally {
            driver.inside.exit();
        }
    }

    private void ended(SocketChannel channel, InetAddress address, @Nullable Throwable failure) {
        connecting.remove(channel);
        if (failure != null) {
            driver.closeNow(channel);
            failed.add(new Failures.Attempt(address.getHostAddress(), failure));
        } else if (winner != null || over) {
            driver.closeNow(channel);
        } else {
            winner = channel;
        }
        progress.wakeFirst(null);
    }
}

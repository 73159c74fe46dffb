package dev.weft.net;

import dev.weft.WaitList;
import dev.weft.Weft;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Connects to the first address that answers, RFC 8305: one after the other, families in turn, the
 * next one beginning when the last has failed or has taken too long; whoever is first wins and the
 * others are closed. It begins when the preferred family has been looked up, or a little after the
 * other has; what comes later is tried later.
 */
final class HappyEyeballs {
    /** How long the preferred family is waited for when the other is there (section 3). */
    private static final Duration RESOLUTION_DELAY = Duration.ofMillis(50);

    private final NettyDriver driver;
    private final ConnectOptions options;
    private final Lookup lookup;
    private final AddressTurns untried = new AddressTurns();
    private final WaitList progress = new WaitList("TcpStream.connect");
    private final List<SocketChannel> connecting = new ArrayList<>();
    private final List<Failures.Attempt> failed = new ArrayList<>();
    private @Nullable SocketChannel winner;
    private boolean over;

    HappyEyeballs(NettyDriver driver, ConnectOptions options, Lookup lookup) {
        this.driver = driver;
        this.options = options;
        this.lookup = lookup;
    }

    /**
     * The channel, with its {@link StreamHandler}, is the caller's; nothing else stays open,
     * whatever happens.
     *
     * @param begins called when there is an address
     */
    SocketChannel connect(Runnable begins) {
        Runnable changed = () -> progress.wakeFirst(null);
        lookup.join(changed);
        try {
            progress.enter();
            awaitAddresses();
            begins.run();
            SocketChannel connected = firstToConnect();
            winner = null;
            return connected;
        } finally {
            over = true;
            lookup.leave(changed);
            if (winner != null) {
                connecting.add(winner);
            }
            List.copyOf(connecting).forEach(driver::closeNow);
        }
    }

    private void awaitAddresses() {
        while (!lookup.isDone() && lookup.addresses().isEmpty()) {
            progress.await();
        }
        if (!lookup.isReady()) {
            boolean _ =
                    Weft.moveOnAfter(
                            RESOLUTION_DELAY,
                            () -> {
                                while (!lookup.isReady()) {
                                    progress.await();
                                }
                            });
        }
        if (lookup.isDone()) {
            untried.add(lookup.result());
        }
    }

    private SocketChannel firstToConnect() {
        while (winner == null) {
            int failedBefore = failed.size();
            untried.add(lookup.addresses());
            InetAddress next = untried.next();
            if (next != null) {
                attempt(next);
            } else if (connecting.isEmpty() && lookup.isDone()) {
                throw Failures.ofConnect(options.target(), failed);
            }
            long due = driver.now() + options.attemptDelay().toNanos();
            while (winner == null && failed.size() == failedBefore && awaitProgress(due)) {}
        }
        return winner;
    }

    /** False: it is the next address's turn. */
    private boolean awaitProgress(long due) {
        untried.add(lookup.addresses());
        if (connecting.isEmpty() && (lookup.isDone() || !untried.isEmpty())) {
            return false;
        }
        if (untried.isEmpty()) {
            progress.await();
            return true;
        }
        return Weft.moveOnAfter(
                Duration.ofNanos(Math.max(0, due - driver.now())),
                () -> {
                    progress.await();
                });
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

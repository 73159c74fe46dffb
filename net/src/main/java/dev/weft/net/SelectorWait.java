package dev.weft.net;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioIoHandler;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits in the selector of Netty's NIO handler, outside Netty.
 *
 * <p>JDK 25 parks a virtual thread that selects, where epoll's native wait holds the carrier. So
 * the I/O task must not select inside Netty, or every task that is woken meanwhile would have to
 * wait for it: it selects here, then has Netty look without waiting. What tasks change meanwhile
 * counts from the next select, so the loop wakes it up after they have run.
 *
 * <p>A wake-up comes from any thread and from the bare carrier, which must never want a lock that a
 * virtual thread may be queued for. The selector has one, taken by who wakes it and by who returns
 * from it. Therefore one thread wakes it at a time ({@link #WAKING}), and none before the I/O task
 * has seen the last one: {@link #AWAITED} to {@link #WAKING} to {@link #WOKEN}, and back to {@link
 * #AWAITED} by {@link #prepare}. Whoever finds another state has nothing to do: the I/O task looks
 * for work after it has gone back.
 */
final class SelectorWait {
    private static final int AWAITED = 0;
    private static final int WAKING = 1;
    private static final int WOKEN = 2;

    private final AtomicInteger state = new AtomicInteger();
    private volatile @Nullable Selector selector;

    IoHandlerFactory handlerFactory() {
        return NioIoHandler.newFactory(new Capturing(SelectorProvider.provider()));
    }

    /**
     * Before the last look for work; false if somebody is just waking it up, so better not wait.
     */
    boolean prepare() {
        return state.compareAndSet(WOKEN, AWAITED) || state.get() == AWAITED;
    }

    /** Parks the I/O task until a channel is ready, it was woken, or the time is over. */
    void select(long nanos) {
        Selector current = selector;
        if (current == null) {
            return;
        }
        try {
            if (nanos == Long.MAX_VALUE) {
                current.select();
            } else {
                current.select(Math.max(1, Math.ceilDiv(nanos, 1_000_000L)));
            }
        } catch (IOException e) {
            // Netty selects next, meets the same failure and replaces the selector.
        }
    }

    /** Any thread, the carrier too; never waits. */
    void wakeup() {
        Selector current = selector;
        if (current != null && state.compareAndSet(AWAITED, WAKING)) {
            current.wakeup();
            state.set(WOKEN);
        }
    }

    /** The JDK's provider, but it tells which selector Netty has opened. */
    private final class Capturing extends SelectorProvider {
        private final SelectorProvider jdk;

        Capturing(SelectorProvider jdk) {
            this.jdk = jdk;
        }

        @Override
        public AbstractSelector openSelector() throws IOException {
            AbstractSelector opened = jdk.openSelector();
            selector = opened;
            return opened;
        }

        @Override
        public DatagramChannel openDatagramChannel() throws IOException {
            return jdk.openDatagramChannel();
        }

        @Override
        public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
            return jdk.openDatagramChannel(family);
        }

        @Override
        public Pipe openPipe() throws IOException {
            return jdk.openPipe();
        }

        @Override
        public ServerSocketChannel openServerSocketChannel() throws IOException {
            return jdk.openServerSocketChannel();
        }

        @Override
        public SocketChannel openSocketChannel() throws IOException {
            return jdk.openSocketChannel();
        }
    }
}

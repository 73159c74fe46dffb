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

/**
 * Waits in the selector of Netty's NIO handler, outside Netty.
 *
 * <p>JDK 25 parks a virtual thread that selects, where epoll's native wait holds the carrier. So
 * the I/O task must not select inside Netty, or every task that is woken meanwhile would have to
 * wait for it: it selects here, then has Netty look without waiting. A change of interest counts
 * from the next select, hence {@link InsideNetty#recallSelector}.
 */
final class SelectorWait {
    private volatile @Nullable Selector selector;

    IoHandlerFactory handlerFactory() {
        return NioIoHandler.newFactory(new Capturing(SelectorProvider.provider()));
    }

    /**
     * Parks the I/O task until a channel is ready, {@link #wakeup} was called, or the time is over.
     */
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

    /** Any thread. */
    void wakeup() {
        Selector current = selector;
        if (current != null) {
            current.wakeup();
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

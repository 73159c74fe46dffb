package dev.weft.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * An address that takes no connection and refuses none: somebody listens, but the queue is full and
 * nobody accepts.
 */
final class BlackHole implements AutoCloseable {
    private final ServerSocketChannel listening;
    private final List<SocketChannel> queued = new ArrayList<>();

    BlackHole(String address, int port) throws IOException {
        listening = ServerSocketChannel.open();
        listening.bind(new InetSocketAddress(InetAddress.getByName(address), port), 1);
        SocketChannel last;
        do {
            last = SocketChannel.open();
            queued.add(last);
            last.configureBlocking(false);
        } while (connectsAtOnce(last) && queued.size() < 1000);
    }

    /** On loopback the kernel answers within the call, or not at all. */
    private boolean connectsAtOnce(SocketChannel channel) throws IOException {
        if (channel.connect(listening.getLocalAddress())) {
            return true;
        }
        for (int i = 0; i < 20; i++) {
            if (channel.finishConnect()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    int port() throws IOException {
        return ((InetSocketAddress) listening.getLocalAddress()).getPort();
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : queued) {
            channel.close();
        }
        listening.close();
    }
}

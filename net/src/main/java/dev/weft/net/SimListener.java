package dev.weft.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;

/** Somebody listens at a simulated host; connections wait here until they are accepted. */
final class SimListener {
    final SimServerSocketChannel channel;
    final InetSocketAddress address;
    private final int backlog;
    private final ArrayDeque<SimEndpoint> waiting = new ArrayDeque<>();

    SimListener(SimServerSocketChannel channel, InetSocketAddress address, int backlog) {
        this.channel = channel;
        this.address = address;
        this.backlog = backlog;
    }

    boolean listensAt(InetAddress at, int port) {
        return address.getPort() == port
                && (address.getAddress().isAnyLocalAddress() || address.getAddress().equals(at));
    }

    boolean isInTheWayOf(InetAddress at, int port) {
        return listensAt(at, port) || (at.isAnyLocalAddress() && address.getPort() == port);
    }

    /** As Linux has it, one more than asked for. */
    boolean isFull() {
        return waiting.size() > backlog;
    }

    void add(SimEndpoint connection) {
        waiting.add(connection);
        channel.becameReadable();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    SimEndpoint accept() {
        return waiting.remove();
    }

    void close() {
        channel.host().remove(this);
        while (!waiting.isEmpty()) {
            waiting.remove().close(true);
        }
    }
}

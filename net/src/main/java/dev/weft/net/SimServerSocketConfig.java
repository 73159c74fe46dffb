package dev.weft.net;

import io.netty.channel.socket.DefaultServerSocketChannelConfig;
import io.netty.channel.socket.ServerSocketChannelConfig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;

/** The options of a simulated listener: of the operating system's only those that matter here. */
final class SimServerSocketConfig extends DefaultServerSocketChannelConfig {
    private boolean reuseAddress;
    private boolean sharesPort;

    SimServerSocketConfig(SimServerSocketChannel channel, SimAllocator allocator) {
        super(channel, unbound());
        var _ = setAllocator(allocator);
    }

    /** Netty wants one; it is never used, and the system has not heard of it. */
    private static ServerSocket unbound() {
        try {
            return new ServerSocket();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean sharesPort() {
        return sharesPort;
    }

    void sharePort() {
        sharesPort = true;
    }

    @Override
    public boolean isReuseAddress() {
        return reuseAddress;
    }

    @Override
    public ServerSocketChannelConfig setReuseAddress(boolean reuses) {
        reuseAddress = reuses;
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return SimPipe.BUFFER;
    }

    @Override
    public ServerSocketChannelConfig setReceiveBufferSize(int size) {
        return this;
    }
}

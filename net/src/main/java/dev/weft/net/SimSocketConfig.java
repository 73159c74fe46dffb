package dev.weft.net;

import io.netty.channel.socket.DefaultSocketChannelConfig;
import io.netty.channel.socket.SocketChannelConfig;

import java.net.Socket;

/** The options of a simulated connection: of the operating system's only those that matter here. */
final class SimSocketConfig extends DefaultSocketChannelConfig {
    private boolean noDelay;
    private boolean keepAlive;
    private boolean reuseAddress;
    private int linger;

    SimSocketConfig(SimSocketChannel channel, SimAllocator allocator) {
        super(channel, new Socket());
        linger = -1;
        var _ = setAllocator(allocator);
    }

    @Override
    public boolean isTcpNoDelay() {
        return noDelay;
    }

    @Override
    public SocketChannelConfig setTcpNoDelay(boolean tcpNoDelay) {
        noDelay = tcpNoDelay;
        return this;
    }

    @Override
    public int getSoLinger() {
        return linger;
    }

    @Override
    public SocketChannelConfig setSoLinger(int soLinger) {
        linger = soLinger;
        return this;
    }

    @Override
    public boolean isKeepAlive() {
        return keepAlive;
    }

    @Override
    public SocketChannelConfig setKeepAlive(boolean keepsAlive) {
        keepAlive = keepsAlive;
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return reuseAddress;
    }

    @Override
    public SocketChannelConfig setReuseAddress(boolean reuses) {
        reuseAddress = reuses;
        return this;
    }

    @Override
    public int getSendBufferSize() {
        return SimPipe.BUFFER;
    }

    @Override
    public SocketChannelConfig setSendBufferSize(int size) {
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return SimPipe.BUFFER;
    }

    @Override
    public SocketChannelConfig setReceiveBufferSize(int size) {
        return this;
    }

    @Override
    public int getTrafficClass() {
        return 0;
    }

    @Override
    public SocketChannelConfig setTrafficClass(int trafficClass) {
        return this;
    }
}

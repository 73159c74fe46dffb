package dev.weft.net;

import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ServerSocketChannel;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;

/** A listening socket of a simulated host, as Netty sees it. */
final class SimServerSocketChannel extends AbstractChannel implements ServerSocketChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    private static final int ACCEPTS_A_READ = 16;

    private final SimDriver driver;
    private final SimulatedHost host;
    private final SimServerSocketConfig config;
    private @Nullable SimListener listener;
    private boolean readPending;
    private boolean readScheduled;
    private boolean closed;

    SimServerSocketChannel(SimDriver driver, SimulatedHost host) {
        super(null, driver.nextId());
        this.driver = driver;
        this.host = host;
        this.config = new SimServerSocketConfig(this, driver.allocator);
    }

    SimulatedHost host() {
        return host;
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof SimLoop;
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        promise.setSuccess();
    }

    @Override
    protected void doBind(SocketAddress local) throws SocketException {
        listener = host.listen(this, (InetSocketAddress) local, config.getBacklog());
    }

    @Override
    protected void doClose() {
        closed = true;
        if (listener != null) {
            listener.close();
        }
    }

    // ---- accepting

    @Override
    protected void doBeginRead() {
        readPending = true;
        becameReadable();
    }

    /** A connection waits, or somebody wants one. */
    void becameReadable() {
        if (readPending && !readScheduled && listener != null && !listener.isEmpty()) {
            readScheduled = true;
            eventLoop().execute(this::accept);
        }
    }

    private void accept() {
        readScheduled = false;
        SimListener accepting = listener;
        if (closed || !readPending || accepting == null) {
            return;
        }
        readPending = false;
        for (int n = 0; n < ACCEPTS_A_READ && !accepting.isEmpty(); n++) {
            pipeline().fireChannelRead(new SimSocketChannel(this, driver, accepting.accept()));
        }
        pipeline().fireChannelReadComplete();
        becameReadable();
    }

    // ---- what a listener can't do

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new ListenerUnsafe();
    }

    private final class ListenerUnsafe extends AbstractUnsafe {
        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            safeSetFailure(promise, new UnsupportedOperationException("connect of a listener"));
        }
    }

    @Override
    protected void doDisconnect() {
        throw new UnsupportedOperationException("disconnect of a listener");
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer pending) {
        throw new UnsupportedOperationException("write to a listener");
    }

    // ---- about it

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public boolean isActive() {
        return !closed && listener != null;
    }

    @Override
    public SimServerSocketConfig config() {
        return config;
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return listener == null ? null : listener.address;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress() {
        return null;
    }
}

package dev.weft.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.util.concurrent.TimeUnit;

/**
 * A TCP socket of a simulated host, as Netty sees it: reads, writes and closes as Netty's own
 * channel over the JDK's does.
 */
final class SimSocketChannel extends AbstractChannel implements SocketChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private final SimulatedHost host;
    private final SimSocketConfig config;
    private @Nullable SimHandshake handshake;
    private @Nullable ChannelPromise connecting;
    private @Nullable InetSocketAddress remote;
    private @Nullable InetSocketAddress local;
    private @Nullable SimEndpoint endpoint;
    private boolean readPending;
    private boolean readScheduled;
    private boolean writePending;
    private boolean inputShutDown;
    private boolean outputShutDown;
    private boolean closed;

    /** One that connects. */
    SimSocketChannel(SimDriver driver, SimulatedHost host) {
        super(null, driver.nextId());
        this.host = host;
        this.config = new SimSocketConfig(this, driver.allocator);
    }

    /** One that was accepted. */
    SimSocketChannel(SimServerSocketChannel parent, SimDriver driver, SimEndpoint accepted) {
        super(parent, driver.nextId());
        this.host = accepted.host;
        this.config = new SimSocketConfig(this, driver.allocator);
        begin(accepted);
    }

    private void begin(SimEndpoint connected) {
        endpoint = connected;
        connected.is(this);
        local = connected.local;
        remote = connected.remote;
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof SimLoop;
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        promise.setSuccess();
    }

    // ---- connecting

    @Override
    protected void doBind(SocketAddress address) throws IOException {
        local = host.bind((InetSocketAddress) address);
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new SocketUnsafe();
    }

    private final class SocketUnsafe extends AbstractUnsafe {
        @Override
        public void connect(
                SocketAddress to, @Nullable SocketAddress from, ChannelPromise promise) {
            if (!promise.setUncancellable() || !ensureOpen(promise)) {
                return;
            }
            try {
                if (connecting != null) {
                    throw new ConnectionPendingException();
                }
                if (endpoint != null) {
                    throw new AlreadyConnectedException();
                }
                if (from != null) {
                    doBind(from);
                }
                remote = (InetSocketAddress) to;
                InetSocketAddress bound = local;
                local = bound == null ? host.ephemeral(remote) : bound;
                handshake = host.connect(SimSocketChannel.this, local, remote);
                connecting = promise;
                limit(config.getConnectTimeoutMillis());
            } catch (IOException | RuntimeException e) {
                safeSetFailure(promise, annotateConnectException(e, to));
                closeIfClosed();
            }
        }

        private void limit(int millis) {
            if (millis > 0) {
                var _ =
                        eventLoop()
                                .schedule(
                                        () ->
                                                notConnected(
                                                        new ConnectException(
                                                                "Connection timed out")),
                                        millis,
                                        TimeUnit.MILLISECONDS);
            }
        }

        void connected() {
            ChannelPromise promise = connecting;
            connecting = null;
            if (promise != null) {
                safeSetSuccess(promise);
                pipeline().fireChannelActive();
            }
        }

        void failed(Throwable why) {
            ChannelPromise promise = connecting;
            connecting = null;
            if (promise != null) {
                safeSetFailure(
                        promise, remote == null ? why : annotateConnectException(why, remote));
            }
        }

        void flushAgain() {
            super.flush0();
        }

        @Override
        protected void flush0() {
            if (!writePending) {
                super.flush0();
            }
        }
    }

    private SocketUnsafe socket() {
        return (SocketUnsafe) unsafe();
    }

    /** By the network. */
    void connected(SimEndpoint established) {
        handshake = null;
        begin(established);
        socket().connected();
    }

    /** By the network, or because it took too long. */
    void notConnected(Throwable why) {
        socket().failed(why);
    }

    // ---- reading

    @Override
    protected void doBeginRead() {
        readPending = true;
        becameReadable();
    }

    /** By the network, or because somebody wants to read. */
    void becameReadable() {
        SimEndpoint from = endpoint;
        if (readPending
                && !readScheduled
                && !inputShutDown
                && from != null
                && isRegistered()
                && from.hasSomethingToRead()) {
            readScheduled = true;
            eventLoop().execute(this::readNow);
        }
    }

    private void readNow() {
        readScheduled = false;
        SimEndpoint from = endpoint;
        if (closed || !readPending || from == null) {
            return;
        }
        readPending = false;
        IOException failure = null;
        boolean ended = false;
        try {
            int readable = from.readable();
            ended = readable < 0;
            if (readable > 0) {
                ByteBuf buffer = config.getAllocator().ioBuffer(readable, readable);
                from.read(buffer, readable);
                pipeline().fireChannelRead(buffer);
            }
        } catch (IOException e) {
            failure = e;
        }
        pipeline().fireChannelReadComplete();
        if (failure != null) {
            pipeline().fireExceptionCaught(failure);
        }
        if (ended || failure != null) {
            inputEnds();
        } else {
            becameReadable();
        }
    }

    private void inputEnds() {
        if (closed || inputShutDown) {
            return;
        }
        if (config.isAllowHalfClosure()) {
            inputShutDown = true;
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else {
            unsafe().close(voidPromise());
        }
    }

    // ---- writing

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (message instanceof ByteBuf) {
            return message;
        }
        throw new UnsupportedOperationException(
                "a simulated network carries bytes, not a " + message.getClass().getName());
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer pending) throws IOException {
        SimEndpoint to = endpoint;
        while (to != null && pending.current() instanceof ByteBuf buffer) {
            if (buffer.isReadable()) {
                pending.progress(to.write(buffer));
            }
            if (buffer.isReadable()) {
                writePending = true;
                return;
            }
            pending.remove();
        }
        writePending = false;
    }

    /** By the network. */
    void becameWritable() {
        if (writePending) {
            writePending = false;
            socket().flushAgain();
        }
    }

    // ---- closing

    @Override
    protected void doShutdownOutput() {
        outputShutDown = true;
        if (endpoint != null) {
            endpoint.shutdownOutput();
        }
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doClose() {
        closed = true;
        socket().failed(new ClosedChannelException());
        if (endpoint != null) {
            endpoint.close(config.getSoLinger() == 0);
        } else if (handshake != null) {
            handshake.giveUp();
        } else if (local != null) {
            host.free(local.getPort());
        }
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        if (eventLoop().inEventLoop()) {
            socket().shutdownOutput(promise);
        } else {
            eventLoop().execute(() -> socket().shutdownOutput(promise));
        }
        return promise;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        inputShutDown = true;
        return promise.setSuccess();
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        inputShutDown = true;
        return shutdownOutput(promise);
    }

    // ---- about it

    @Override
    public boolean isInputShutdown() {
        return inputShutDown || !isActive();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutDown || !isActive();
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public boolean isActive() {
        return !closed && endpoint != null;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public SocketChannelConfig config() {
        return config;
    }

    @Override
    public @Nullable ServerSocketChannel parent() {
        return (ServerSocketChannel) super.parent();
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return local;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return endpoint == null ? null : remote;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }
}

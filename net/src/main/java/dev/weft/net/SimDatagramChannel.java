package dev.weft.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;

/** A UDP socket of a simulated host, as Netty sees it. */
final class SimDatagramChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    /** As Linux has it, where the options say nothing. */
    private static final int BUFFER = 212_992;

    /** What the system needs for a datagram besides its content. */
    private static final int OVERHEAD = 768;

    private final SimDriver driver;
    private final SimulatedNetwork network;
    private final SimulatedHost host;
    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final boolean sharesPort;
    private final int receiveBuffer;
    private final int sendBuffer;
    private final ArrayDeque<SimDatagram> unread = new ArrayDeque<>();
    private @Nullable InetSocketAddress local;
    private @Nullable InetSocketAddress remote;
    private @Nullable IOException error;
    private long lineBusyUntil = Long.MIN_VALUE;
    private int receiving;
    private int sending;
    private boolean readPending;
    private boolean readScheduled;
    private boolean closed;

    SimDatagramChannel(
            SimDriver driver, SimulatedNetwork network, SimulatedHost host, UdpOptions options) {
        super(null, driver.nextId());
        this.driver = driver;
        this.network = network;
        this.host = host;
        this.sharesPort = options.reusePort();
        this.receiveBuffer = options.receiveBuffer() == 0 ? BUFFER : options.receiveBuffer();
        this.sendBuffer = options.sendBuffer() == 0 ? BUFFER : options.sendBuffer();
        config.setAllocator(driver.allocator);
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof SimLoop;
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        promise.setSuccess();
    }

    // ---- its address and its peer's

    @Override
    protected void doBind(SocketAddress wanted) throws IOException {
        local = host.udp.bind(this, (InetSocketAddress) wanted);
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new DatagramUnsafe();
    }

    private final class DatagramUnsafe extends AbstractUnsafe {
        @Override
        public void connect(
                SocketAddress to, @Nullable SocketAddress from, ChannelPromise promise) {
            try {
                InetSocketAddress peer = (InetSocketAddress) to;
                InetAddress address = peer.getAddress();
                target(address);
                if (local == null) {
                    doBind(new InetSocketAddress(host.addressFor(address), 0));
                } else {
                    local = sender(address);
                }
                remote = peer;
                safeSetSuccess(promise);
            } catch (IOException e) {
                safeSetFailure(promise, annotateConnectException(e, to));
            }
        }

        void flushAgain() {
            super.flush0();
        }
    }

    private SimulatedHost target(InetAddress address) throws NoRouteToHostException {
        SimulatedHost target = address.isLoopbackAddress() ? host : network.at(address);
        if (target == null || host.isDown()) {
            throw new NoRouteToHostException("No route to host");
        }
        return target;
    }

    private InetSocketAddress sender(InetAddress recipient) throws IOException {
        InetSocketAddress bound = Objects.requireNonNull(local);
        if (bound.getAddress().isLoopbackAddress() && !recipient.isLoopbackAddress()) {
            throw new IOException("Invalid argument");
        }
        return bound.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(host.addressFor(recipient), bound.getPort())
                : bound;
    }

    boolean sharesPort() {
        return sharesPort;
    }

    boolean receives(InetSocketAddress at, InetSocketAddress sender) {
        InetSocketAddress bound = localAddress();
        return bound.getPort() == at.getPort()
                && (bound.getAddress().isAnyLocalAddress()
                        || bound.getAddress().equals(at.getAddress()))
                && (remote == null || remote.equals(sender));
    }

    // ---- receiving

    /** By the network; what there is no room for is lost. */
    void received(SimDatagram datagram) {
        int size = datagram.length() + OVERHEAD;
        if (receiving + size <= receiveBuffer || unread.isEmpty()) {
            receiving += size;
            unread.add(datagram);
            becameReadable();
        }
    }

    /** By the network: nobody is at that port. Who is not connected is not told. */
    void isUnreachable(InetSocketAddress recipient) {
        if (recipient.equals(remote)) {
            error = new PortUnreachableException("Connection refused");
            becameReadable();
        }
    }

    private @Nullable IOException takeError() {
        IOException taken = error;
        error = null;
        return taken;
    }

    @Override
    protected void doBeginRead() {
        readPending = true;
        becameReadable();
    }

    private void becameReadable() {
        if (readPending && !readScheduled && !closed && (error != null || !unread.isEmpty())) {
            readScheduled = true;
            eventLoop().execute(this::readNow);
        }
    }

    private void readNow() {
        readScheduled = false;
        if (closed) {
            return;
        }
        IOException failure = takeError();
        SimDatagram datagram = failure == null ? unread.poll() : null;
        if (datagram != null) {
            receiving -= datagram.length() + OVERHEAD;
            readPending = false;
            ByteBuf content = config.getAllocator().heapBuffer(datagram.length());
            content.writeBytes(datagram.content().duplicate());
            pipeline()
                    .fireChannelRead(
                            new DatagramPacket(content, localAddress(), datagram.sender()));
        }
        pipeline().fireChannelReadComplete();
        if (failure != null) {
            pipeline().fireExceptionCaught(failure);
        }
        becameReadable();
    }

    // ---- sending

    @Override
    protected void doWrite(ChannelOutboundBuffer pending) {
        while (sending < sendBuffer && pending.current() instanceof DatagramPacket packet) {
            try {
                send(packet);
                pending.remove();
            } catch (IOException e) {
                pending.remove(e);
            }
        }
    }

    private void send(DatagramPacket packet) throws IOException {
        IOException told = takeError();
        if (told != null) {
            throw told;
        }
        InetSocketAddress to = packet.recipient();
        SimulatedHost target = target(to.getAddress());
        if (!host.udp.has(this)) {
            throw new IOException("Network is down");
        }
        ByteBuffer content = ByteBuffer.allocate(packet.content().readableBytes());
        packet.content().getBytes(packet.content().readerIndex(), content);
        new SimDatagram(this, host, sender(to.getAddress()), target, to, content.flip())
                .depart(driver, network, onTheLine(content.remaining(), target));
    }

    /** How long it takes until all of it has left. */
    private long onTheLine(int length, SimulatedHost target) {
        long bandwidth = network.conditions(host, target).bandwidth;
        if (bandwidth == 0) {
            return 0;
        }
        long now = driver.now();
        long begin = Math.max(now, lineBusyUntil);
        lineBusyUntil = begin + (long) (length * 1e9 / bandwidth);
        int size = length + OVERHEAD;
        sending += size;
        driver.events.at(lineBusyUntil, () -> hasLeft(size));
        driver.wake();
        return lineBusyUntil - now;
    }

    private void hasLeft(int size) {
        sending -= size;
        if (!closed) {
            ((DatagramUnsafe) unsafe()).flushAgain();
        }
    }

    // ---- closing

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doClose() {
        closed = true;
        unread.clear();
        host.udp.remove(this);
    }

    // ---- about it

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public boolean isActive() {
        return !closed && local != null;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return local;
    }

    /** Of one that is bound. */
    @Override
    public InetSocketAddress localAddress() {
        return Objects.requireNonNull(local);
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return remote;
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress() {
        return remote;
    }
}

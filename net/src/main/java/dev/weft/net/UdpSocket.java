package dev.weft.net;

import dev.weft.WaitList;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DatagramPacket;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Iterator;
import java.util.Optional;

/**
 * Sends and receives datagrams (UDP, RFC 768): each arrives whole or not at all, perhaps twice, and
 * may overtake another.
 *
 * <pre>{@code
 * try (var socket = UdpSocket.bind("localhost", 7000)) {
 *     for (Datagram question : socket) {
 *         socket.send(question.content(), question.sender());
 *     }
 * }
 * }</pre>
 *
 * <p>It reads on while {@link UdpOptions#readAhead} allows; what comes then waits in the system's
 * buffer, and is lost once that is full. One that is connected has one peer: it gets what comes
 * from there alone, and is told, by an {@link UdpException} of the next {@code receive} or {@code
 * send}, when the network answers that nobody is there. Each answer is told once, and the socket
 * goes on. One that is not connected hears of no such thing; the system keeps it from it.
 *
 * <p><em>Loop-confined.</em> One task receives at a time; any number send. One that is still open
 * when its loop ends is closed, and a warning names it. Its source is asyncio's {@code
 * create_datagram_endpoint}; for a connected one, {@code error_received} is the exception.
 */
public final class UdpSocket implements AutoCloseable, Iterable<Datagram> {
    private final NettyDriver driver;
    final Channel channel;
    final DatagramHandler handler;
    final WaitList senders = new WaitList("UdpSocket.send");
    private final InetSocketAddress local;
    private final @Nullable InetSocketAddress remote;
    private final String name;
    private final Multicast multicast;
    private final boolean carriesFour;
    private final boolean carriesSix;
    private @Nullable Thread receiver;

    /** What the system has not taken yet. */
    private @Nullable ChannelFuture sending;

    private boolean closed;

    /** With what is bound; {@code peer} is its other side's name, empty if it is not connected. */
    UdpSocket(
            NettyDriver driver,
            Channel channel,
            DatagramHandler handler,
            UdpOptions options,
            String peer,
            boolean six) {
        this.driver = driver;
        this.channel = channel;
        this.handler = handler;
        this.local = (InetSocketAddress) channel.localAddress();
        this.remote = peer.isEmpty() ? null : (InetSocketAddress) channel.remoteAddress();
        this.name = peer.isEmpty() ? text(local) : peer;
        this.multicast = new Multicast(driver.inside, channel, name, options, six);
        this.carriesFour = !six || local.getAddress().isAnyLocalAddress();
        this.carriesSix = six;
        senders.check();
        handler.receivers.check();
        driver.opened(this, this::end);
    }

    /** With all defaults, as {@link #bind(UdpOptions)}. */
    public static UdpSocket bind(String host, int port) {
        return bind(UdpOptions.of(host, port));
    }

    /**
     * Takes an address of this machine. With no host it is all of them, over IPv4 and IPv6 where
     * there is IPv6. Waits for the look-up of a name.
     *
     * @throws BindFailedException if the address can't be had
     * @throws DnsException if the host's name can't be looked up
     */
    public static UdpSocket bind(UdpOptions options) {
        return new UdpOpener(NettyDriver.current("UdpSocket.bind"), options).bind();
    }

    /** From an address that the system chooses, as {@link #connect(String, int, UdpOptions)}. */
    public static UdpSocket connect(String host, int port) {
        return connect(host, port, UdpOptions.of("", 0));
    }

    /**
     * A socket with one peer, {@code host}, which is looked up; the first of its addresses that
     * there is a way to. Nothing is sent. If it fails or is cancelled, nothing stays open.
     *
     * @param local where it sends from
     * @throws DnsException if a name can't be looked up
     * @throws ConnectFailedException if there is no way to any of the addresses
     * @throws BindFailedException if the local address can't be had
     */
    public static UdpSocket connect(String host, int port, UdpOptions local) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(
                    "port " + port + " of " + host + " is not within 1 to 65535");
        }
        return new UdpOpener(NettyDriver.current("UdpSocket.connect"), local).connect(host, port);
    }

    static String text(InetSocketAddress address) {
        return ConnectOptions.target(address.getAddress().getHostAddress(), address.getPort());
    }

    // ---- receiving

    /**
     * Waits for a datagram; it is the caller's to close. Cancelled, it has taken none: what came is
     * there for the next call.
     *
     * @throws UdpException what the network has told of what was sent before, if connected
     * @throws ConnectionClosedException if this is closed, by another task meanwhile for one
     * @throws IllegalStateException while another task receives
     */
    public Datagram receive() {
        Datagram received = next();
        if (received == null) {
            throw isClosedHere();
        }
        return received;
    }

    /**
     * All datagrams that are to come, each the caller's to close; ends when this is closed. {@code
     * hasNext} waits, and throws what {@link #receive} does.
     */
    @Override
    public Iterator<Datagram> iterator() {
        return new Incoming<>(this::next);
    }

    private @Nullable Datagram next() {
        handler.receivers.enter();
        if (receiver != null) {
            throw new IllegalStateException(
                    this
                            + " is being received from by "
                            + InsideNetty.name(receiver)
                            + ". One task receives at a time: let one do it and share through a"
                            + " Queue.");
        }
        receiver = Thread.currentThread();
        try {
            return awaitDatagram();
        } finally {
            receiver = null;
        }
    }

    private @Nullable Datagram awaitDatagram() {
        while (true) {
            throwFailure(name);
            Datagram received = handler.poll();
            readOn();
            if (received != null || isClosed()) {
                return received;
            }
            if (handler.hasNothing()) {
                handler.receivers.await();
            }
        }
    }

    private void readOn() {
        if (!closed && handler.startsReading(channel)) {
            driver.inside.enter();
            try {
                channel.read();
            } finally {
                driver.inside.exit();
            }
        }
    }

    /**
     * How many datagrams have come and were dropped: larger than {@link UdpOptions#maxDatagram}, or
     * more than {@link UdpOptions#readAhead} could hold. What the system or the network has dropped
     * nobody counts here.
     */
    public long dropped() {
        return handler.dropped();
    }

    // ---- sending

    /**
     * Waits for room and sends {@code content}, which may be empty, and takes it over, whether it
     * succeeds or not. It returns when the system has taken the datagram. Cancelled while another
     * task's datagram waits for the system, it has sent nothing. Cancelled while its own does, the
     * one at a time whose turn it is, that one may still go out: it does when the system has room,
     * before those of other tasks, unless this is closed first; should the system refuse it then,
     * nobody is told. Once the system has taken it, a cancellation shows at the next wait.
     *
     * @throws IllegalArgumentException if it has more bytes than a datagram can: 65,507 over IPv4
     *     and 65,527 over IPv6; or if {@code to} is unresolved or of the other kind of address
     * @throws IllegalStateException if this is connected
     * @throws UdpException if the system refuses it
     * @throws ConnectionClosedException if this is closed
     */
    public void send(Bytes content, InetSocketAddress to) {
        if (to == null) {
            content.close();
            throw new NullPointerException("the address to send to is null");
        }
        sendTo(content.take(), to);
    }

    /** As {@link #send(Bytes, InetSocketAddress)}, with a copy. */
    public void send(byte[] content, InetSocketAddress to) {
        send(copyOf(content), to);
    }

    /**
     * As {@link #send(Bytes, InetSocketAddress)}, to the peer of one that is connected.
     *
     * @throws UdpException also for what the network has told of what was sent before; then {@code
     *     content} has not been sent; and if it is empty and the loop is driven by {@code nio}
     * @throws IllegalStateException if this is not connected
     */
    public void send(Bytes content) {
        sendTo(content.take(), null);
    }

    /** As {@link #send(Bytes)}, with a copy. */
    public void send(byte[] content) {
        send(copyOf(content));
    }

    private Bytes copyOf(byte[] content) {
        if (content.length == 0) {
            return Bytes.empty();
        }
        driver.inside.enter();
        try {
            return new Bytes(
                    channel.alloc()
                            .directBuffer(content.length, content.length)
                            .writeBytes(content));
        } finally {
            driver.inside.exit();
        }
    }

    private void sendTo(ByteBuf content, @Nullable InetSocketAddress address) {
        InetSocketAddress to;
        boolean given = false;
        try {
            to = recipient(address);
            beginSend(content, to);
            given = true;
        } finally {
            if (!given) {
                content.release();
            }
        }
        give(content, to, address == null ? name : text(to));
    }

    private InetSocketAddress recipient(@Nullable InetSocketAddress address) {
        InetSocketAddress peer = remote;
        if (address == null && peer != null) {
            return peer;
        }
        if (address == null) {
            throw new IllegalStateException(
                    this + " is not connected: send to an address, or use UdpSocket.connect");
        }
        if (peer != null) {
            throw new IllegalStateException(this + " is connected: send without an address");
        }
        InetAddress host = address.getAddress();
        if (host == null || address.getPort() == 0) {
            throw new IllegalArgumentException(
                    "send to "
                            + address
                            + ": an address that was looked up (Dns.resolve) and a port are"
                            + " needed");
        }
        if (host instanceof Inet4Address ? !carriesFour : !carriesSix) {
            throw new IllegalArgumentException(
                    this
                            + " cannot send to "
                            + text(address)
                            + ": bind to \"\" for IPv4 and IPv6, or to an address of that kind");
        }
        return address;
    }

    /** Waits for room. */
    private void beginSend(ByteBuf content, InetSocketAddress to) {
        int most =
                to.getAddress() instanceof Inet4Address
                        ? UdpOptions.MOST_OVER_IPV4
                        : UdpOptions.MOST_OVER_IPV6;
        if (content.readableBytes() > most) {
            throw new IllegalArgumentException(
                    "a datagram of "
                            + content.readableBytes()
                            + " bytes to "
                            + text(to)
                            + ": it can have at most "
                            + most);
        }
        senders.enter();
        requireSendable();
        while (sending != null) {
            senders.await();
            requireSendable();
        }
    }

    private void requireSendable() {
        if (isClosed()) {
            throw isClosedHere();
        }
        try {
            throwFailure(name);
        } catch (NetException e) {
            letNextSend();
            throw e;
        }
    }

    private void letNextSend() {
        if (sending == null) {
            senders.wakeFirst(null);
        }
    }

    private void give(ByteBuf content, InetSocketAddress to, String target) {
        ChannelFuture sent;
        driver.inside.enter();
        try {
            sent = channel.writeAndFlush(new DatagramPacket(content, to));
        } finally {
            driver.inside.exit();
        }
        if (sent.isDone()) {
            letNextSend();
        } else {
            awaitTaken(sent);
        }
        if (!sent.isSuccess()) {
            if (closed) {
                throw isClosedHere();
            }
            throw Failures.ofDatagram(target, sent.cause());
        }
    }

    /** Not to be taken back: who is cancelled leaves it to the system, and so the next waits. */
    private void awaitTaken(ChannelFuture sent) {
        sending = sent;
        WaitList taken = new WaitList("UdpSocket.send");
        driver.inside.enter();
        try {
            sent.addListener(
                    done -> {
                        sending = null;
                        taken.wakeAll(null);
                        letNextSend();
                    });
        } finally {
            driver.inside.exit();
        }
        while (!sent.isDone()) {
            taken.await();
        }
    }

    private void throwFailure(String target) {
        Throwable failure = handler.takeFailure();
        if (failure != null) {
            throw Failures.ofDatagram(target, failure);
        }
    }

    // ---- groups

    /**
     * Receives what is sent to {@code group} at this port, from {@link
     * UdpOptions#multicastInterface}, or else from the first interface that is up and can. The
     * group's kind of address must be that which this is bound to: {@code 0.0.0.0} for IPv4, {@code
     * ::} for IPv6. Does not wait.
     *
     * @throws IllegalArgumentException if it is no group's address, or of the other kind
     * @throws IllegalStateException if this is a member already
     * @throws UdpException if the system refuses
     * @throws UnsupportedOperationException in a simulation
     */
    public void join(InetAddress group) {
        requireOpen();
        multicast.join(group, null, null);
    }

    /** As {@link #join(InetAddress)}, from an interface. */
    public void join(InetAddress group, NetworkInterface from) {
        requireOpen();
        multicast.join(group, from, null);
    }

    /** As {@link #join(InetAddress)}, from an interface, only what {@code source} sends. */
    public void join(InetAddress group, NetworkInterface from, InetAddress source) {
        requireOpen();
        multicast.join(group, from, source);
    }

    /**
     * Ends what {@link #join(InetAddress)} has begun. Closing ends it, too.
     *
     * @throws IllegalStateException if this is no member
     */
    public void leave(InetAddress group) {
        requireOpen();
        multicast.leave(group, null, null);
    }

    /** Ends what {@link #join(InetAddress, NetworkInterface)} has begun. */
    public void leave(InetAddress group, NetworkInterface from) {
        requireOpen();
        multicast.leave(group, from, null);
    }

    /** Ends what {@link #join(InetAddress, NetworkInterface, InetAddress)} has begun. */
    public void leave(InetAddress group, NetworkInterface from, InetAddress source) {
        requireOpen();
        multicast.leave(group, from, source);
    }

    // ---- the end

    private void requireOpen() {
        senders.check();
        if (isClosed()) {
            throw isClosedHere();
        }
    }

    private ConnectionClosedException isClosedHere() {
        return new ConnectionClosedException(
                name, closed ? "this side has closed the socket" : "the socket is closed", null);
    }

    /**
     * Closes it, with what has come and nobody has received; who receives or sends is woken, with a
     * {@link ConnectionClosedException}. Never waits; may be called twice.
     */
    @Override
    public void close() {
        senders.check();
        if (!closed) {
            driver.inside.enter();
            try {
                end();
            } finally {
                driver.inside.exit();
            }
        }
    }

    /** Under the mark; also by the driver when the loop ends. */
    private void end() {
        closed = true;
        driver.released(this);
        handler.discard();
        var _ = channel.close();
        handler.receivers.wakeAll(null);
        senders.wakeAll(null);
    }

    /** Whether this side, or the system, has closed it. */
    public boolean isClosed() {
        return closed || !channel.isOpen();
    }

    // ---- about it

    /** Where it is bound, with the port that the system chose. */
    public InetSocketAddress localAddress() {
        return local;
    }

    /** Whom it is connected to; empty if it is not. */
    public Optional<InetSocketAddress> remoteAddress() {
        return Optional.ofNullable(remote);
    }

    @Override
    public String toString() {
        return remote == null ? "UdpSocket " + name : "UdpSocket " + text(local) + " to " + name;
    }
}

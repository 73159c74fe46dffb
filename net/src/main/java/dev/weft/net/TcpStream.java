package dev.weft.net;

import dev.weft.WaitList;
import dev.weft.Weft;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.SocketChannel;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A TCP connection, with TLS if asked for.
 *
 * <pre>{@code
 * try (var stream = TcpStream.connect(ConnectOptions.of("example.org", 443).tls(TlsOptions.client()))) {
 *     stream.write("GET / HTTP/1.0\r\nHost: example.org\r\n\r\n".getBytes(UTF_8));
 *     for (String line = stream.readLine(); line != null; line = stream.readLine()) {
 *         System.out.println(line);
 *     }
 * }
 * }</pre>
 *
 * <p><em>Loop-confined.</em> One that is still open when its loop ends is aborted, and a warning
 * names it.
 */
public final class TcpStream extends LoopStream {
    private final NettyDriver driver;
    private final InsideNetty inside;
    private final SocketChannel channel;
    final StreamHandler handler;
    private final @Nullable TlsInfo tls;
    private boolean flushQueued;

    /** Under the mark; {@code handler} is in the channel's pipeline already. */
    TcpStream(
            NettyDriver driver,
            SocketChannel channel,
            StreamHandler handler,
            String target,
            @Nullable TlsInfo tls) {
        super(target, handler.inbound, handler.readers, handler.writers);
        this.driver = driver;
        this.inside = driver.inside;
        this.channel = channel;
        this.handler = handler;
        this.tls = tls;
        driver.opened(this);
    }

    /**
     * Connects to {@code host}, a name or an address. As {@link #connect(ConnectOptions)} with all
     * defaults, so without TLS.
     */
    public static TcpStream connect(String host, int port) {
        return connect(ConnectOptions.of(host, port));
    }

    /**
     * Looks the name up, connects to the first of its addresses that answers (Happy Eyeballs, RFC
     * 8305), and secures the connection if {@link ConnectOptions#tls} is set, all within {@link
     * ConnectOptions#connectTimeout}. If it fails or is cancelled, nothing stays open.
     *
     * @throws DnsException if the name can't be looked up
     * @throws ConnectFailedException if no address can be connected to, or not in time
     * @throws TlsException if the connection can't be secured
     */
    public static TcpStream connect(ConnectOptions options) {
        return new Connector(NettyDriver.current("TcpStream.connect"), options).connect();
    }

    // ---- reading

    @Override
    boolean isEnded() {
        return handler.isEnded();
    }

    @Override
    @Nullable Throwable failure() {
        return handler.failure();
    }

    @Override
    ByteBufAllocator allocator() {
        return channel.alloc();
    }

    @Override
    void readOn(int unreadAtLeast) {
        if (handler.startsReading(unreadAtLeast)) {
            inside.enter();
            try {
                channel.read();
            } finally {
                inside.exit();
            }
        }
    }

    // ---- writing

    @Override
    boolean hasRoom() {
        return channel.isWritable();
    }

    @Override
    void requirePeer() {
        if (!channel.isActive()) {
            throw new ConnectionClosedException(target, "the connection is closed", null);
        }
    }

    @Override
    void sendCopy(byte[] bytes, int offset, int length) {
        inside.enter();
        try {
            send(channel.alloc().directBuffer(length, length).writeBytes(bytes, offset, length));
        } finally {
            inside.exit();
        }
    }

    @Override
    void send(ByteBuf content) {
        inside.enter();
        try {
            var _ = channel.write(content, channel.voidPromise());
        } finally {
            inside.exit();
        }
        if (!flushQueued) {
            flushQueued = true;
            driver.flushLater(this);
        }
    }

    /** By the driver, under the mark. */
    void flushNow() {
        flushQueued = false;
        channel.flush();
    }

    @Override
    public void flush() {
        beginWrite();
        try {
            ChannelFuture flushed = await("TcpStream.flush", startFlush());
            if (!flushed.isSuccess()) {
                requireWritable();
                throw Failures.ofStream(target, flushed.cause());
            }
        } finally {
            endWrite();
        }
    }

    private ChannelFuture startFlush() {
        inside.enter();
        try {
            return channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        } finally {
            inside.exit();
        }
    }

    private ChannelFuture await(String what, ChannelFuture future) {
        if (!future.isDone()) {
            WaitList waiting = new WaitList(what);
            inside.enter();
            try {
                future.addListener(done -> waiting.wakeAll(null));
            } finally {
                inside.exit();
            }
            while (!future.isDone()) {
                waiting.await();
            }
        }
        return future;
    }

    @Override
    public void shutdownOutput() {
        if (tls != null) {
            throw new UnsupportedOperationException(
                    target + ": a TLS stream has no half-closed state; use close()");
        }
        if (outputShutDown) {
            return;
        }
        flush();
        outputShutDown = true;
        inside.enter();
        try {
            var _ = channel.shutdownOutput();
        } finally {
            inside.exit();
        }
    }

    // ---- the end

    @Override
    public void close() {
        readers.check();
        if (closed) {
            return;
        }
        end();
        boolean clean = false;
        try {
            clean =
                    !channel.isActive()
                            || isClosedAtOnce()
                            || Weft.moveOnAfter(CLOSE_LIMIT, this::closeInTime);
        } finally {
            if (!clean) {
                reset();
            }
        }
    }

    /** The ordinary end: nothing is left to send, and nobody to wait for. */
    private boolean isClosedAtOnce() {
        return startFlush().isDone() && startClose().isDone();
    }

    private void closeInTime() {
        var _ = await("TcpStream.close", startFlush());
        var _ = await("TcpStream.close", startClose());
    }

    private ChannelFuture startClose() {
        inside.enter();
        try {
            return channel.close();
        } finally {
            inside.exit();
        }
    }

    @Override
    public void abort() {
        readers.check();
        if (!closed) {
            end();
            reset();
        }
    }

    /** By the driver, under the mark, when the loop ends. */
    void drop() {
        end();
        reset();
    }

    private void end() {
        closed = true;
        driver.released(this);
        readers.wakeAll(null);
        writers.wakeAll(null);
        handler.discard();
    }

    private void reset() {
        inside.enter();
        try {
            if (channel.isOpen()) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                channel.unsafe().close(channel.voidPromise());
            }
        } finally {
            inside.exit();
        }
    }

    @Override
    public boolean isClosed() {
        return closed || handler.failure() != null || !channel.isOpen();
    }

    // ---- about it

    /** The other side's address. */
    public InetSocketAddress remoteAddress() {
        return channel.remoteAddress();
    }

    /** This side's address. */
    public InetSocketAddress localAddress() {
        return channel.localAddress();
    }

    /** What was agreed on; empty without TLS. */
    public Optional<TlsInfo> tlsInfo() {
        return Optional.ofNullable(tls);
    }

    /**
     * The escape hatch, for protocols over Netty's codecs: hands the channel over, with TLS's
     * handler in its pipeline if there is TLS, {@code autoRead} off and half-closure off. This
     * stream can't be used afterwards, and the channel is the caller's to close; the loop still
     * closes it at its end.
     *
     * <p>Add handlers before anything else waits, and only then read. What was received already
     * comes to them with the first read. All calls on the channel stand inside {@link InsideNetty}.
     *
     * @throws IllegalStateException while a task reads or writes
     * @throws NetException if the connection is closed or has failed
     */
    public Channel detach() {
        readers.check();
        requireIdle();
        requireWritable();
        closed = true;
        driver.released(this);
        inside.enter();
        try {
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
            if (inbound.size() > 0 || handler.isEnded()) {
                channel.pipeline()
                        .replace(handler, null, new Leftovers(inbound, handler.isEnded()));
            } else {
                channel.pipeline().remove(handler);
            }
        } finally {
            inside.exit();
        }
        return channel;
    }

    /** How much was written and not sent yet. */
    long pendingBytes() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    @Override
    public String toString() {
        return "TcpStream " + target;
    }
}

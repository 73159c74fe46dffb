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
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * A stream over one of Netty's channels: a {@link TcpStream} or a {@link UnixStream}.
 *
 * <p><em>Loop-confined.</em> One that is still open when its loop ends is aborted, and a warning
 * names it.
 */
public abstract sealed class ChannelStream extends LoopStream permits TcpStream, UnixStream {
    private final NettyDriver driver;
    private final InsideNetty inside;
    private final Link link;
    private final DuplexChannel channel;
    final StreamHandler handler;

    /** What can be sent past Netty's queue; null if nothing can. */
    private final @Nullable Socket socket;

    /** The only write since the last flush. Netty gets it if it does not stay the only one. */
    private @Nullable ByteBuf held;

    private @Nullable TlsInfo tls;
    private boolean flushQueued;
    private boolean detached;

    /** The link's channel has a {@link StreamHandler} already. */
    ChannelStream(NettyDriver driver, Link link, @Nullable TlsInfo tls) {
        this(driver, link, link.handler(), tls);
    }

    private ChannelStream(
            NettyDriver driver, Link link, StreamHandler handler, @Nullable TlsInfo tls) {
        super(link.target(), handler.inbound, handler.readers, handler.writers);
        this.driver = driver;
        this.inside = driver.inside;
        this.link = link;
        this.channel = link.channel();
        this.handler = handler;
        this.socket = Transport.socketOf(channel);
        this.tls = tls;
        driver.opened(this, this::drop);
    }

    // ---- reading

    @Override
    final boolean isEnded() {
        return handler.isEnded();
    }

    @Override
    final @Nullable Throwable failure() {
        return handler.failure();
    }

    @Override
    final ByteBufAllocator allocator() {
        return channel.alloc();
    }

    @Override
    final void readOn(int unreadAtLeast) {
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
    final boolean hasRoom() {
        if (held != null) {
            inside.enter();
            try {
                handOn();
            } finally {
                inside.exit();
            }
        }
        return channel.isWritable();
    }

    @Override
    final void requirePeer() {
        if (!channel.isActive()) {
            throw new ConnectionClosedException(target, "the connection is closed", null);
        }
    }

    @Override
    final void sendCopy(byte[] bytes, int offset, int length) {
        inside.enter();
        try {
            send(channel.alloc().directBuffer(length, length).writeBytes(bytes, offset, length));
        } finally {
            inside.exit();
        }
    }

    @Override
    final void send(ByteBuf content) {
        if (socket != null
                && tls == null
                && !flushQueued
                && content.isReadable()
                && content.hasMemoryAddress()) {
            held = content;
        } else {
            inside.enter();
            try {
                handOn();
                write(content);
            } finally {
                inside.exit();
            }
        }
        if (!flushQueued) {
            flushQueued = true;
            driver.flushLater(this);
        }
    }

    /** Under the mark. */
    private void write(ByteBuf content) {
        if (tls == null) {
            var _ = channel.write(content, channel.voidPromise());
        } else {
            // TLS's handler tells of what it can't write nowhere else
            channel.write(content).addListener(handler::written);
        }
    }

    /** By the driver, under the mark. */
    final void flushNow() {
        flushQueued = false;
        if (!sendsHeld()) {
            handOn();
            channel.flush();
        }
    }

    /**
     * Sends what is held if nothing is before it, which saves what Netty's queue costs; false if
     * something is left to send. Under the mark.
     */
    private boolean sendsHeld() {
        ByteBuf content = held;
        Socket direct = socket;
        if (content == null || direct == null || !channel.isActive() || pendingInNetty() > 0) {
            return false;
        }
        try {
            int from = content.readerIndex();
            content.skipBytes(
                    direct.sendAddress(content.memoryAddress(), from, content.writerIndex()));
        } catch (IOException | RuntimeException e) {
            dropHeld();
            channel.pipeline().fireExceptionCaught(e);
            return true;
        }
        if (content.isReadable()) {
            return false;
        }
        dropHeld();
        return true;
    }

    /** Gives Netty what is held, under the mark: something is to come after it. */
    private void handOn() {
        ByteBuf content = held;
        if (content != null) {
            held = null;
            write(content);
        }
    }

    private void dropHeld() {
        ByteBuf content = held;
        if (content != null) {
            held = null;
            content.release();
        }
    }

    @Override
    public final void flush() {
        beginWrite();
        try {
            awaitFlushed();
        } finally {
            endWrite();
        }
    }

    private void awaitFlushed() {
        ChannelFuture flushed = await("ByteSink.flush", startFlush());
        if (!flushed.isSuccess()) {
            requireWritable();
            throw Failures.ofStream(target, flushed.cause());
        }
    }

    @Override
    public final long sendFile(FileChannel file, long offset, long count) {
        if (tls != null || channel instanceof SimSocketChannel) {
            return super.sendFile(file, offset, count);
        }
        long sent = 0;
        try (SentFile part = SentFile.of(file, offset, count)) {
            beginWrite();
            try {
                for (long left = part.left(); left > 0; left = part.left()) {
                    ChannelFuture written = await("ByteSink.sendFile", startSend(part));
                    if (!written.isSuccess()) {
                        requireWritable();
                        throw Failures.ofStream(target, written.cause());
                    }
                    sent += left - part.left();
                }
            } finally {
                endWrite();
            }
        }
        return sent;
    }

    private ChannelFuture startSend(SentFile part) {
        inside.enter();
        try {
            handOn();
            return channel.writeAndFlush(part.region());
        } finally {
            inside.exit();
        }
    }

    private ChannelFuture startFlush() {
        inside.enter();
        try {
            handOn();
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
    public final void shutdownOutput() {
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

    // ---- TLS

    /**
     * Secures the connection from here on (asyncio's {@code start_tls}), after both sides have
     * agreed to in the protocol spoken, as STARTTLS of mail and PostgreSQL's SSLRequest do. The
     * side that connected is TLS's client, the one that accepted is its server; for other roles see
     * {@link TlsStream}. What was written before is sent first; what has come already is taken for
     * TLS, so nothing that somebody has slipped in before can pass for protected.
     *
     * <p>Waits for the handshake, at most {@link TlsOptions#handshakeTimeout}. If it fails or is
     * cancelled the stream is aborted: there is no way back.
     *
     * @throws TlsException if the connection can't be secured
     * @throws NetException if it was closed or had failed before
     * @throws IllegalStateException if it has TLS already, or while a task reads or writes
     * @throws IllegalArgumentException if the other side has no name to verify and {@code options}
     *     give none, or a server's have no key
     */
    public final void startTls(TlsOptions options) {
        if (tls != null) {
            throw new IllegalStateException(this + " has TLS already");
        }
        var handshake = new Handshake(driver, options, link);
        beginBoth();
        boolean secured = false;
        try {
            tls = handshake.performInTime(this::awaitFlushed);
            secured = true;
        } finally {
            endBoth();
            if (!secured) {
                abort();
            }
        }
    }

    // ---- the end

    @Override
    public final void close() {
        readers.check();
        if (closed) {
            return;
        }
        end();
        boolean clean = false;
        try {
            clean =
                    channel.isActive()
                            && (isClosedAtOnce()
                                    || Weft.moveOnAfter(CLOSE_LIMIT, this::closeInTime));
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
        var _ = await("ByteStream.close", startFlush());
        var _ = await("ByteStream.close", startClose());
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
    public final void abort() {
        readers.check();
        if (!closed) {
            end();
        }
        if (!detached) {
            reset();
        }
    }

    /** By the driver, under the mark, when the loop ends. */
    private void drop() {
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
            dropHeld();
            if (channel.isOpen()) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                channel.unsafe().close(channel.voidPromise());
            }
        } finally {
            inside.exit();
        }
    }

    @Override
    public final boolean isClosed() {
        return closed || handler.failure() != null || !channel.isOpen();
    }

    // ---- about it

    /** For subclasses, which know what addresses it has. */
    final DuplexChannel channel() {
        return channel;
    }

    /** What was agreed on; empty without TLS. */
    public final Optional<TlsInfo> tlsInfo() {
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
    public final Channel detach() {
        readers.check();
        requireIdle();
        requireWritable();
        closed = true;
        detached = true;
        driver.released(this);
        inside.enter();
        try {
            handOn();
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
    final long pendingBytes() {
        ByteBuf content = held;
        return pendingInNetty() + (content == null ? 0 : content.readableBytes());
    }

    private long pendingInNetty() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }
}

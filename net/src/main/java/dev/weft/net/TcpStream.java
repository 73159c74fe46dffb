package dev.weft.net;

import dev.weft.WaitList;
import dev.weft.Weft;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.SocketChannel;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
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
public final class TcpStream implements ByteStream {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final NettyDriver driver;
    private final InsideNetty inside;
    private final SocketChannel channel;
    final StreamHandler handler;
    private final String target;
    private final @Nullable TlsInfo tls;
    private @Nullable Thread reader;
    private @Nullable Thread writer;
    private boolean flushQueued;
    private boolean outputShutDown;
    private boolean closed;

    /** Under the mark; {@code handler} is in the channel's pipeline already. */
    TcpStream(
            NettyDriver driver,
            SocketChannel channel,
            StreamHandler handler,
            String target,
            @Nullable TlsInfo tls) {
        this.driver = driver;
        this.inside = driver.inside;
        this.channel = channel;
        this.handler = handler;
        this.target = target;
        this.tls = tls;
        handler.readers.check();
        handler.writers.check();
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
    public Bytes read(int max) {
        if (max <= 0) {
            throw new IllegalArgumentException("read of " + max + " bytes: at least 1 is needed");
        }
        beginRead();
        try {
            return await(1) ? give(handler.inbound.takeSome(max)) : Bytes.empty();
        } finally {
            reader = null;
        }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        beginRead();
        try {
            if (length == 0) {
                return 0;
            }
            if (!await(1)) {
                return -1;
            }
            int copied = handler.inbound.copyTo(bytes, offset, length);
            readOn(0);
            return copied;
        } finally {
            reader = null;
        }
    }

    @Override
    public Bytes readExactly(int length) {
        if (length < 0) {
            throw new IllegalArgumentException("read of " + length + " bytes");
        }
        beginRead();
        try {
            if (length == 0) {
                return Bytes.empty();
            }
            if (!await(length)) {
                int available = handler.inbound.size();
                throw new EndOfStreamException(
                        target,
                        "the stream ended after " + available + " of " + length + " bytes",
                        available);
            }
            return give(handler.inbound.take(length, channel.alloc()));
        } finally {
            reader = null;
        }
    }

    @Override
    public Bytes readUntil(byte[] separator, int limit) {
        if (separator.length == 0 || separator.length > limit) {
            throw new IllegalArgumentException(
                    "readUntil with a separator of "
                            + separator.length
                            + " bytes and a limit of "
                            + limit);
        }
        beginRead();
        try {
            int length = awaitEndOf(separator, limit);
            if (length < 0) {
                int available = handler.inbound.size();
                throw new EndOfStreamException(
                        target,
                        "the stream ended after " + available + " bytes, before the separator",
                        available);
            }
            return give(handler.inbound.take(length, channel.alloc()));
        } finally {
            reader = null;
        }
    }

    @Override
    public @Nullable String readLine(int limit) {
        beginRead();
        try {
            int length = awaitEndOf(new byte[] {'\n'}, limit);
            boolean isLast = length < 0;
            length = isLast ? handler.inbound.size() : length;
            if (length == 0) {
                return null;
            }
            try (Bytes line = give(handler.inbound.take(length, channel.alloc()))) {
                String text = line.toString(StandardCharsets.UTF_8);
                int end = text.length();
                if (!isLast) {
                    end -= text.endsWith("\r\n") ? 2 : 1;
                }
                return text.substring(0, end);
            }
        } finally {
            reader = null;
        }
    }

    private void beginRead() {
        handler.readers.enter();
        Thread me = Thread.currentThread();
        if (reader != null) {
            throw busy("read", reader);
        }
        requireOpen();
        reader = me;
    }

    /** Waits until so many bytes are there; false if the other side ended the stream before. */
    private boolean await(int length) {
        while (handler.inbound.size() < length) {
            Throwable failure = handler.failure();
            if (failure != null) {
                throw Failures.ofStream(target, failure);
            }
            if (handler.isEnded()) {
                return false;
            }
            readOn(length);
            handler.readers.await();
            requireOpen();
        }
        return true;
    }

    /** Waits for a separator; the length up to and with it, or -1 if the stream ended before. */
    private int awaitEndOf(byte[] separator, int limit) {
        for (int seen = 0; ; ) {
            int length = handler.inbound.endOf(separator, seen);
            seen = handler.inbound.size();
            if (length > limit || (length < 0 && seen >= limit)) {
                throw new LimitExceededException(
                        target, "no separator within " + limit + " bytes", limit);
            }
            if (length > 0) {
                return length;
            }
            if (!await(seen + 1)) {
                return -1;
            }
        }
    }

    private Bytes give(ByteBuf taken) {
        readOn(0);
        return new Bytes(taken);
    }

    private void readOn(int unreadAtLeast) {
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
    public void write(Bytes bytes) {
        ByteBuf content = bytes.take();
        try {
            beginWrite();
            try {
                awaitRoom();
            } finally {
                writer = null;
            }
        } catch (Throwable e) {
            content.release();
            throw e;
        }
        send(content);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        beginWrite();
        try {
            int end = offset + length;
            for (int from = offset; from < end; from += PIECE) {
                awaitRoom();
                int piece = Math.min(PIECE, end - from);
                inside.enter();
                try {
                    send(channel.alloc().directBuffer(piece, piece).writeBytes(bytes, from, piece));
                } finally {
                    inside.exit();
                }
            }
        } finally {
            writer = null;
        }
    }

    private void beginWrite() {
        handler.writers.enter();
        Thread me = Thread.currentThread();
        if (writer != null) {
            throw busy("written", writer);
        }
        requireWritable();
        writer = me;
    }

    private void awaitRoom() {
        while (!channel.isWritable()) {
            requireWritable();
            handler.writers.await();
        }
        requireWritable();
    }

    private void send(ByteBuf content) {
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
            writer = null;
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
        handler.readers.check();
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
        handler.readers.check();
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
        handler.readers.wakeAll(null);
        handler.writers.wakeAll(null);
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
        handler.readers.check();
        Thread user = reader == null ? writer : reader;
        if (user != null) {
            throw busy(reader == null ? "written" : "read", user);
        }
        requireWritable();
        closed = true;
        driver.released(this);
        inside.enter();
        try {
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
            if (handler.inbound.size() > 0 || handler.isEnded()) {
                channel.pipeline()
                        .replace(handler, null, new Leftovers(handler.inbound, handler.isEnded()));
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

    private void requireOpen() {
        if (closed) {
            throw new ConnectionClosedException(target, "this side has closed the stream", null);
        }
    }

    private void requireWritable() {
        requireOpen();
        Throwable failure = handler.failure();
        if (failure != null) {
            throw Failures.ofStream(target, failure);
        }
        if (outputShutDown) {
            throw new IllegalStateException(this + ": write after shutdownOutput");
        }
        if (!channel.isActive()) {
            throw new ConnectionClosedException(target, "the connection is closed", null);
        }
    }

    private IllegalStateException busy(String how, Thread by) {
        return new IllegalStateException(
                this
                        + " is being "
                        + how
                        + " by "
                        + InsideNetty.name(by)
                        + ". One task reads at a time, and one writes: let one do it and share"
                        + " through a Queue, or hold a Semaphore of 1 meanwhile.");
    }

    @Override
    public String toString() {
        return "TcpStream " + target;
    }
}

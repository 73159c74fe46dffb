package dev.weft.http;

import dev.weft.WaitList;
import dev.weft.net.InsideNetty;
import dev.weft.net.NetException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.handler.ssl.SslCloseCompletionEvent;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;

/**
 * One connection's bytes in direct style: the last handler of its pipeline, which hands what
 * arrives to the task that waits. Once {@value #ENOUGH} bytes are held nothing more is read from
 * the socket until the task has taken some, so that a slow reader slows its peer down. Lines are
 * parsed from a window, {@link #bytes}; long bodies go from Netty's buffer straight to the reader's
 * array.
 *
 * <p>One task uses a wire at a time, to read or to write.
 */
// what fails in a write or close shows as exceptionCaught or channelInactive
@SuppressWarnings("FutureReturnValueIgnored")
final class Wire extends ChannelInboundHandlerAdapter {

    /** Longer lines are refused. */
    static final int MAX_LINE = 8192;

    static final int ENOUGH = 65536;
    private static final int WRITE_CHUNK = 65536;

    private final InsideNetty inside;
    private final Channel channel;
    private final boolean secure;
    private final ArrayDeque<ByteBuf> arrived = new ArrayDeque<>(4);
    private final WaitList waiting = new WaitList("HTTP connection");
    private final WaitList closing = new WaitList("HTTP connection close");

    /** The window that is parsed: from {@link #at} to {@link #end}. */
    byte[] bytes = new byte[4096];

    int at;
    int end;

    /** Bytes in {@link #arrived}. */
    private int held;

    private boolean readRequested;
    private boolean eof;
    private boolean closeNotified;
    private boolean inactive;
    private boolean isClosed;
    private @Nullable Throwable failure;
    private @Nullable Runnable onIdleEvent;
    private @Nullable Runnable onClosed;
    private long received;

    Wire(Channel channel, boolean secure) {
        this.inside = InsideNetty.mark();
        this.channel = channel;
        this.secure = secure;
    }

    /** Takes the channel over; its {@code autoRead} is off already. */
    static Wire attach(Channel channel, boolean secure) {
        return attach(channel, secure, false);
    }

    /** For a server: what a client that has ended its side asked for is still answered. */
    static Wire attachToAnswer(Channel channel, boolean secure) {
        return attach(channel, secure, true);
    }

    private static Wire attach(Channel channel, boolean secure, boolean allowHalfClosure) {
        var wire = new Wire(channel, secure);
        wire.inside.enter();
        try {
            if (allowHalfClosure) {
                channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            }
            channel.pipeline().addLast("weft-http", wire);
            if (!channel.isActive()) {
                wire.inactive = true;
                wire.eof = true;
            }
        } finally {
            wire.inside.exit();
        }
        return wire;
    }

    // ---- what Netty says; on the I/O task, or inside a write or read of the running task

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf data = (ByteBuf) message;
        if (!data.isReadable() || isClosed) {
            data.release();
            return;
        }
        int n = data.readableBytes();
        received += n;
        held += n;
        arrived.add(data);
        somethingHappened();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        readRequested = false;
        if (held < ENOUGH && !eof && !isClosed) {
            readRequested = true;
            context.read();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        inactive = true;
        eof = true;
        Runnable after = onClosed;
        if (after != null) {
            onClosed = null;
            after.run();
        }
        closing.wakeAll(null);
        somethingHappened();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == SslCloseCompletionEvent.SUCCESS) {
            closeNotified = true;
            eof = true;
            somethingHappened();
        } else if (event instanceof ChannelInputShutdownEvent
                || event instanceof ChannelInputShutdownReadComplete) {
            eof = true;
            somethingHappened();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        channel.close();
        somethingHappened();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        waiting.wakeAll(null);
    }

    private void somethingHappened() {
        Runnable idle = onIdleEvent;
        if (idle != null) {
            if (eof || failure != null || !arrived.isEmpty()) {
                onIdleEvent = null;
                idle.run();
            }
            return;
        }
        waiting.wakeAll(null);
    }

    // ---- reading

    /** Bytes received since the connection began. */
    long received() {
        return received;
    }

    /** How many bytes could be read without waiting. */
    int buffered() {
        return end - at + held;
    }

    /**
     * Adds bytes to the window, waiting for some if none are here; what was before {@link #at} is
     * forgotten.
     *
     * @return false at the end of the stream
     */
    boolean fill(Deadline deadline) {
        makeRoom();
        if (!awaitBytes(deadline)) {
            return false;
        }
        ByteBuf data = arrived.element();
        int n = Math.min(data.readableBytes(), bytes.length - end);
        data.readBytes(bytes, end, n);
        end += n;
        held -= n;
        releaseIfEmpty(data);
        return true;
    }

    private void makeRoom() {
        if (at == end) {
            at = 0;
            end = 0;
        } else if (end == bytes.length) {
            byte[] to = at > 0 ? bytes : new byte[Math.min(bytes.length * 2, MAX_LINE * 2)];
            if (to == bytes || to.length > bytes.length) {
                System.arraycopy(bytes, at, to, 0, end - at);
                end -= at;
                at = 0;
                bytes = to;
            } else {
                throw BadMessage.headerTooLarge("a line of more than " + MAX_LINE + " bytes");
            }
        }
    }

    /** Reads into the array; -1 at the end of the stream, never 0 unless {@code length} is. */
    int read(byte[] into, int offset, int length, Deadline deadline) {
        if (length == 0) {
            return 0;
        }
        if (at < end) {
            int n = Math.min(length, end - at);
            System.arraycopy(bytes, at, into, offset, n);
            at += n;
            return n;
        }
        if (!awaitBytes(deadline)) {
            return -1;
        }
        int n = 0;
        while (n < length && !arrived.isEmpty()) {
            ByteBuf data = arrived.element();
            int some = Math.min(data.readableBytes(), length - n);
            data.readBytes(into, offset + n, some);
            n += some;
            held -= some;
            releaseIfEmpty(data);
        }
        return n;
    }

    private void releaseIfEmpty(ByteBuf data) {
        if (!data.isReadable()) {
            arrived.remove();
            data.release();
        }
    }

    private boolean awaitBytes(Deadline deadline) {
        while (arrived.isEmpty()) {
            if (failure != null) {
                throw failed(failure);
            }
            if (eof) {
                return false;
            }
            waiting.enter();
            requestRead();
            if (arrived.isEmpty() && !eof && failure == null) {
                deadline.await(waiting, true);
            }
        }
        return true;
    }

    private Broken failed(Throwable cause) {
        InetSocketAddress remote = remoteAddress();
        NetException told =
                NetException.of(
                        remote == null ? "" : remote.getHostString() + ":" + remote.getPort(),
                        cause);
        return new Broken(told.reason(), told);
    }

    /** A cancellation point for reads that are served from memory. */
    void enter() {
        waiting.enter();
    }

    private void requestRead() {
        if (!readRequested) {
            readRequested = true;
            inside.enter();
            try {
                channel.read();
            } finally {
                inside.exit();
            }
        }
    }

    /**
     * Whether the stream ended in a way that leaves no doubt about its end: over TLS only after the
     * peer said so.
     */
    boolean endedCleanly() {
        return !secure || closeNotified;
    }

    // ---- idle

    /**
     * Watches the unused connection: {@code onEvent} runs once, in whatever task meets it, when the
     * peer closes it, it fails or sends something.
     *
     * @return false if one of these has happened already
     */
    boolean watch(Runnable onEvent) {
        if (!isUsable()) {
            return false;
        }
        onIdleEvent = onEvent;
        requestRead();
        return onIdleEvent != null;
    }

    /** Ends {@link #watch}; false if the connection is of no use any more. */
    boolean unwatch() {
        onIdleEvent = null;
        return isUsable();
    }

    private boolean isUsable() {
        return !eof && failure == null && at == end && arrived.isEmpty() && channel.isActive();
    }

    // ---- writing

    /**
     * Writes and flushes, waiting for room first where the peer is slow.
     *
     * @param heedAnswer whether to stop early when the peer sends something meanwhile
     * @return false if it was stopped early: the peer has spoken, or has ended its side, and not
     *     everything is written
     */
    boolean write(byte[] data, int offset, int length, Deadline deadline, boolean heedAnswer) {
        int done = 0;
        while (done < length) {
            if (!awaitRoom(deadline, heedAnswer)) {
                return false;
            }
            int n = Math.min(WRITE_CHUNK, length - done);
            inside.enter();
            try {
                ByteBuf out = channel.alloc().buffer(n).writeBytes(data, offset + done, n);
                channel.writeAndFlush(out, channel.voidPromise());
            } finally {
                inside.exit();
            }
            done += n;
        }
        return true;
    }

    private boolean awaitRoom(Deadline deadline, boolean heedAnswer) {
        while (true) {
            waiting.enter();
            if (heedAnswer && !arrived.isEmpty()) {
                return false;
            }
            if (failure != null) {
                throw failed(failure);
            }
            if (!channel.isActive()) {
                throw new Broken("the peer closed the connection", null);
            }
            if (channel.isWritable()) {
                return true;
            }
            if (heedAnswer) {
                if (eof) {
                    return false;
                }
                requestRead();
                if (!arrived.isEmpty() || eof || failure != null || channel.isWritable()) {
                    continue;
                }
            }
            deadline.await(waiting, true);
        }
    }

    // ---- closing

    /** Starts closing; what has arrived is thrown away. Never waits. */
    void close() {
        release();
        if (!inactive) {
            inside.enter();
            try {
                channel.close();
            } finally {
                inside.exit();
            }
        }
    }

    /** Resets the connection: the peer sees an error instead of an end. Never waits. */
    void abort() {
        release();
        inside.enter();
        try {
            if (channel.config() instanceof SocketChannelConfig socket && channel.isOpen()) {
                socket.setSoLinger(0);
            }
            channel.unsafe().close(channel.voidPromise());
        } finally {
            inside.exit();
        }
    }

    /**
     * Waits until what was written has gone, then ends this side; what the peer sends can still be
     * read.
     */
    void endOutput(Deadline deadline) {
        boolean[] gone = new boolean[1];
        inside.enter();
        try {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(
                            _ -> {
                                gone[0] = true;
                                waiting.wakeAll(null);
                            });
        } finally {
            inside.exit();
        }
        while (!gone[0]) {
            waiting.enter();
            if (!gone[0]) {
                deadline.await(waiting, true);
            }
        }
        if (!secure && channel.isActive() && channel instanceof DuplexChannel duplex) {
            inside.enter();
            try {
                duplex.shutdownOutput();
            } finally {
                inside.exit();
            }
        } else {
            close();
        }
    }

    /** Runs once, on the I/O task, when the connection, which is open still, is closed. */
    void onClosed(Runnable after) {
        onClosed = after;
    }

    private void release() {
        isClosed = true;
        onIdleEvent = null;
        dropArrived();
        at = 0;
        end = 0;
    }

    private void dropArrived() {
        for (ByteBuf data = arrived.poll(); data != null; data = arrived.poll()) {
            data.release();
        }
        held = 0;
    }

    boolean isOpen() {
        return !inactive && channel.isOpen();
    }

    /**
     * Waits until the channel is closed; for clean-up, so the wait itself is bounded by the caller.
     */
    void awaitClosed() {
        while (isOpen()) {
            closing.enter();
            if (isOpen()) {
                closing.await();
            }
        }
    }

    @Nullable InetSocketAddress remoteAddress() {
        return channel.remoteAddress() instanceof InetSocketAddress address ? address : null;
    }
}

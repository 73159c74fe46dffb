package dev.weft.net;

import dev.weft.WaitList;
import dev.weft.Weft;
import dev.weft.sync.Lock;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.concurrent.TimeoutException;

/**
 * TLS over any stream: over what another protocol tunnels, over a pair in memory, over TLS (Trio's
 * {@code SSLStream}). For a connection's own TLS see {@link ConnectOptions#tls}, {@link
 * ServerOptions#tls} and {@link ChannelStream#startTls}, which cost less.
 *
 * <pre>{@code
 * var secure = TlsStream.client(tunnel, TlsOptions.client().serverName("example.org"));
 * }</pre>
 *
 * <p>Owns the stream beneath, its carrier, from the first call on: closing this closes it, after
 * TLS's good-bye ({@code close_notify}, RFC 8446 section 6.1). Nobody else may read or write it. A
 * read decrypts what has come; it may have to send something, too.
 *
 * <p><em>Loop-confined.</em> A cancelled write has written nothing where the carrier is one of
 * Weft's streams; over one that a program has made itself, what it could not hand over any more
 * goes out with the next write or flush.
 */
public final class TlsStream extends LoopStream {
    private final ByteStream carrier;

    /** The carrier, if it never waits when it is given something. */
    private final @Nullable LoopStream direct;

    private final StreamHandler handler;
    private final InsideNetty inside = new InsideNetty();
    private final EmbeddedChannel engine = new EmbeddedChannel();

    /** For a carrier that may wait when it is given something. */
    private final Lock sending = new Lock();

    private @Nullable ByteBuf unsent;
    private @Nullable NetException broken;
    private @Nullable TlsInfo info;

    private TlsStream(String target, ByteStream carrier, StreamHandler handler) {
        super(target, handler.inbound, handler.readers, handler.writers);
        this.carrier = carrier;
        this.direct = carrier instanceof LoopStream known && known.sendsAtOnce() ? known : null;
        this.handler = handler;
        engine.config().setAllocator(allocator());
        engine.pipeline().addLast(handler);
    }

    /**
     * The client's side: waits for the handshake, at most {@link TlsOptions#handshakeTimeout}. If
     * it fails or is cancelled, the carrier is aborted.
     *
     * @param options with {@link TlsOptions#serverName}, since the carrier has no name that a
     *     certificate could be for
     * @throws TlsException if it can't be secured
     * @throws NetException if the carrier fails
     * @throws IllegalArgumentException if the options are not enough; the carrier is still the
     *     caller's then
     */
    public static TlsStream client(ByteStream carrier, TlsOptions options) {
        options.require(false, "", "TLS over " + carrier);
        return open(options.settings().serverName, carrier, options, false);
    }

    /**
     * The server's side, likewise.
     *
     * @param options with a key
     * @throws TlsException if it can't be secured
     * @throws NetException if the carrier fails
     */
    public static TlsStream server(ByteStream carrier, TlsOptions options) {
        options.require(true, "", "TLS over " + carrier);
        return open("", carrier, options, true);
    }

    private static TlsStream open(
            String name, ByteStream carrier, TlsOptions options, boolean isServer) {
        Objects.requireNonNull(carrier, "the carrier");
        String target = name.isEmpty() ? "TLS over " + carrier : name;
        var stream = new TlsStream(target, carrier, new StreamHandler());
        boolean secured = false;
        try {
            options.context().prepare(isServer, target);
            Weft.timeout(
                    options.settings().handshakeTimeout,
                    () -> stream.shakeHands(options, isServer));
            secured = true;
            return stream;
        } catch (TimeoutException e) {
            throw Handshake.timedOut(target, options, e);
        } finally {
            if (!secured) {
                stream.abort();
            }
        }
    }

    private void shakeHands(TlsOptions options, boolean isServer) {
        var ending = new Handshake.Ending(new WaitList("TLS handshake"));
        inside.enter();
        try {
            handler.secure();
            engine.pipeline().addFirst(ending);
            engine.pipeline().addFirst(options.context().handler(isServer, "", -1, allocator()));
            engine.runPendingTasks();
        } finally {
            inside.exit();
        }
        drain();
        while (!ending.isOver) {
            awaitMore(1);
        }
        if (ending.failure != null) {
            throw Failures.ofTls(target, ending.failure, isServer ? "the client" : "the server");
        }
        info = ending.info();
    }

    /** What was agreed on. */
    public TlsInfo tlsInfo() {
        return Objects.requireNonNull(info);
    }

    // ---- reading

    @Override
    boolean isEnded() {
        return handler.isEnded();
    }

    @Override
    @Nullable Throwable failure() {
        return broken == null ? handler.failure() : broken;
    }

    @Override
    void readOn(int unreadAtLeast) {}

    @Override
    ByteBufAllocator allocator() {
        return carrier instanceof LoopStream known ? known.allocator() : ByteBufAllocator.DEFAULT;
    }

    @Override
    void awaitMore(int unreadAtLeast) {
        Bytes piece = receive();
        inside.enter();
        try {
            if (piece.isEmpty()) {
                engine.pipeline().fireChannelInactive();
            } else if (engine.isOpen()) {
                engine.pipeline().fireChannelRead(piece.take());
                engine.pipeline().fireChannelReadComplete();
            } else {
                piece.close();
            }
            engine.runPendingTasks();
        } finally {
            inside.exit();
        }
        answer();
    }

    /** What TLS has to say to what has come; whoever does not hear it has still said that. */
    private void answer() {
        try {
            drain();
        } catch (NetException nobodyListens) {
            releaseUnsent();
        }
    }

    private Bytes receive() {
        try {
            return carrier.read();
        } catch (NetException e) {
            broken = closed ? null : e;
            throw e;
        }
    }

    // ---- writing

    @Override
    boolean hasRoom() {
        return !hasUnsent() && (direct == null || direct.hasRoom());
    }

    @Override
    void awaitSomeRoom() {
        if (direct == null) {
            sendInTurn();
            return;
        }
        drain();
        direct.beginWrite();
        try {
            direct.awaitRoom();
        } finally {
            direct.endWrite();
        }
    }

    @Override
    void requirePeer() {
        if (carrier instanceof LoopStream known) {
            known.requireWritable();
        }
        if (!engine.isOpen() || carrier.isClosed()) {
            throw new ConnectionClosedException(target, "the connection is closed", null);
        }
    }

    @Override
    void sendCopy(byte[] bytes, int offset, int length) {
        send(allocator().buffer(length, length).writeBytes(bytes, offset, length));
    }

    @Override
    void send(ByteBuf content) {
        inside.enter();
        try {
            engine.write(content).addListener(handler::written);
            engine.flush();
            engine.runPendingTasks();
        } finally {
            inside.exit();
        }
        if (failure() != null) {
            requireWritable();
        }
        drain();
    }

    private boolean hasUnsent() {
        return unsent != null || !engine.outboundMessages().isEmpty();
    }

    /** Hands over what TLS has to send. */
    private void drain() {
        if (direct != null) {
            while (hasUnsent()) {
                direct.requireWritable();
                direct.send(takeUnsent());
            }
        } else if (hasUnsent() && !sending.locked()) { // else whoever has it sends this, too
            sendInTurn();
        }
    }

    private void sendInTurn() {
        try (var _ = sending.acquire()) {
            drainInTurn();
        }
    }

    /** What the carrier does not take is still there. */
    private void drainInTurn() {
        while (hasUnsent()) {
            ByteBuf next = takeUnsent();
            unsent = next;
            carrier.write(new Bytes(next.retainedDuplicate()));
            if (unsent != null) { // or nobody has closed this meanwhile
                unsent = null;
                next.release();
            }
        }
    }

    private ByteBuf takeUnsent() {
        ByteBuf next = unsent == null ? engine.readOutbound() : unsent;
        unsent = null;
        return next == null ? Unpooled.EMPTY_BUFFER : next;
    }

    @Override
    public void flush() {
        beginWrite();
        try {
            if (direct != null) {
                drain();
                carrier.flush();
            } else {
                flushInTurn();
            }
        } finally {
            endWrite();
        }
    }

    /** What a reader has to answer meanwhile it leaves to this. */
    private void flushInTurn() {
        try (var _ = sending.acquire()) {
            do {
                drainInTurn();
                carrier.flush();
            } while (hasUnsent());
        }
    }

    @Override
    public void shutdownOutput() {
        throw new UnsupportedOperationException(
                this + ": a TLS stream has no half-closed state; use close()");
    }

    // ---- the end

    @Override
    public void close() {
        readers.check();
        if (closed) {
            return;
        }
        closed = true;
        boolean clean = false;
        try {
            clean = Weft.moveOnAfter(CLOSE_LIMIT, this::sayGoodbye);
        } finally {
            if (!clean) {
                carrier.abort();
            }
            release();
        }
    }

    private void sayGoodbye() {
        shutEngine();
        try {
            drain();
            if (hasUnsent()) {
                sendInTurn();
            }
        } catch (NetException nobodyListens) {
            // then it has no use
        }
        carrier.close();
    }

    @Override
    public void abort() {
        readers.check();
        carrier.abort();
        if (!closed) {
            closed = true;
            release();
        }
    }

    private void release() {
        handler.discard();
        shutEngine();
        releaseUnsent();
    }

    private void releaseUnsent() {
        ByteBuf left = unsent;
        unsent = null;
        if (left != null) {
            left.release();
        }
        engine.releaseOutbound();
    }

    private void shutEngine() {
        inside.enter();
        try {
            var _ = engine.close();
        } finally {
            inside.exit();
        }
    }

    @Override
    public boolean isClosed() {
        return closed || failure() != null || carrier.isClosed();
    }

    @Override
    public String toString() {
        return "TlsStream over " + carrier;
    }
}

package dev.weft.net;

import java.util.Objects;

/**
 * Bytes in both directions, in order: a connection.
 *
 * <p>Reads wait for bytes and writes for room, so a side that is slow holds up the other and
 * nothing piles up: at most {@value #READ_AHEAD} bytes, and two receive buffers of at most 256 KiB
 * each, are read ahead; at most 64 KiB and one write are waiting to be sent. One task reads at a
 * time and one writes; they may be two. A second one gets an {@link IllegalStateException}.
 *
 * <p><em>Loop-confined.</em> Each wait can be cancelled, and then this call has taken nothing from
 * the stream and written nothing to it; only where a copying write is longer than {@value #PIECE}
 * bytes may its first pieces have gone out. Failures are {@link NetException}s: {@link
 * ConnectionResetException}, {@link ConnectionClosedException} (also from any use after {@link
 * #close}), {@link TlsException}. What had come before a failure is read first.
 *
 * <p>The semantics are those of asyncio's streams, but a write waits by itself.
 */
public interface ByteStream extends ByteSource, ByteSink {
    /**
     * Connects two streams: what comes from either goes to the other, until both have ended. The
     * end of one is passed on with {@link #shutdownOutput}; where that can't be, over TLS, it ends
     * both. If one side fails, so does this. Closes neither.
     */
    static void relay(ByteStream one, ByteStream other) {
        Objects.requireNonNull(one, "the one stream");
        Objects.requireNonNull(other, "the other stream");
        Relay.run(one, other);
    }

    /** This stream as one of messages. */
    default <T> FramedStream<T> framed(Framing<T> framing) {
        return new FramedStream<>(this, framing);
    }

    /**
     * Says to the other side that nothing more will come, once all that was written has gone out;
     * reading goes on.
     *
     * @throws UnsupportedOperationException over TLS, where {@link #close} is the only end
     */
    void shutdownOutput();

    /**
     * Sends what was written, then closes. Where the other side has sent what nobody has read here,
     * TCP resets, and it may lose the end of what was written: read to the end first, or say {@link
     * #shutdownOutput} and read on. Waits for it, but no longer than five seconds; then, or if
     * cancelled meanwhile, the connection is aborted. Whoever reads or writes in another task gets
     * a {@link ConnectionClosedException}. May be called twice.
     */
    @Override
    void close();

    /**
     * Drops the connection at once with all that was not sent: the other side sees a reset. Never
     * waits.
     */
    @Override
    void abort();

    /** Whether {@link #close} or {@link #abort} was called, or the connection has failed. */
    @Override
    boolean isClosed();
}

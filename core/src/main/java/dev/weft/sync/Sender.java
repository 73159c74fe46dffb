package dev.weft.sync;

import dev.weft.Source;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;

/**
 * A sending end of a {@link Channel}; the channel closes when all of them have been closed (Tokio's
 * {@code Sender}, Trio's {@code MemorySendChannel}). For one task or several.
 *
 * <p><em>Loop-confined</em>.
 */
public final class Sender<E> implements AutoCloseable {
    private final Channel<E> channel;
    private boolean closed;

    Sender(Channel<E> channel) {
        this.channel = channel;
    }

    /**
     * As {@link Channel#send}.
     *
     * @throws ChannelClosedException if this sender or the channel is, or meanwhile was, closed;
     *     then nothing was sent
     */
    public void send(E element) {
        requireOpen();
        channel.send(element, this);
    }

    /**
     * As {@link Channel#trySend}.
     *
     * @throws ChannelClosedException if this sender or the channel is closed
     */
    public boolean trySend(E element) {
        requireOpen();
        return channel.trySend(element);
    }

    /** The clause of a {@link Weft#select} that does what {@link #send} does. */
    public Source<@Nullable Void> sending(E element) {
        return channel.sending(element, this);
    }

    /** Another sending end of the same channel, to be closed by itself. */
    public Sender<E> copy() {
        requireOpen();
        return channel.sender();
    }

    /** As {@link Channel#fail}: closes the channel for the other senders, too. */
    public void fail(Throwable cause) {
        requireOpen();
        channel.fail(cause);
        close();
    }

    /**
     * This end sends no more: a task that waits through it throws {@link ChannelClosedException},
     * and has sent nothing. The last one closes the channel, as {@link Channel#close} does. Never
     * waits. Calling it again does nothing.
     */
    @Override
    public void close() {
        if (!closed) {
            channel.check();
            closed = true;
            channel.closed(this);
        }
    }

    void requireOpen() {
        if (closed) {
            throw closedError();
        }
    }

    static ChannelClosedException closedError() {
        return new ChannelClosedException("this sender was closed", null);
    }

    @Override
    public String toString() {
        return "Sender[" + (closed ? "closed, " : "") + channel + "]";
    }
}

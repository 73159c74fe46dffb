package dev.weft.sync;

import dev.weft.Source;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;
import java.util.Optional;

/**
 * A receiving end of a {@link Channel}; when all of them have been closed, sending fails (Trio's
 * {@code MemoryReceiveChannel}). Each element goes to one receiver. For one task or several.
 *
 * <p><em>Loop-confined</em>.
 */
public final class Receiver<E> implements Iterable<E>, AutoCloseable {
    private final Channel<E> channel;
    private boolean closed;

    Receiver(Channel<E> channel) {
        this.channel = channel;
    }

    /**
     * As {@link Channel#receive}.
     *
     * @throws ChannelClosedException if this receiver is closed, or the channel closed and empty
     */
    public E receive() {
        requireOpen();
        return channel.receive(this);
    }

    /**
     * As {@link Channel#receiveOrEnd}.
     *
     * @throws ChannelClosedException if this receiver is closed, or the channel failed and empty
     */
    public Optional<E> receiveOrEnd() {
        requireOpen();
        return Optional.ofNullable(channel.receiveOrNull(this));
    }

    @Nullable E receiveOrNull() {
        requireOpen();
        return channel.receiveOrNull(this);
    }

    /** As {@link Channel#tryReceive}. */
    public Optional<E> tryReceive() {
        requireOpen();
        return channel.tryReceive();
    }

    /** The clause of a {@link Weft#select} that does what {@link #receive} does. */
    public Source<E> receiving() {
        return channel.receiving(this);
    }

    /** The clause of a {@link Weft#select} that does what {@link #receiveOrEnd} does. */
    public Source<Optional<E>> receivingOrEnd() {
        return channel.receivingOrEnd(this);
    }

    /** Another receiving end of the same channel, to be closed by itself. */
    public Receiver<E> copy() {
        requireOpen();
        return channel.receiver();
    }

    /** Receives, waiting for each element, until there are no more elements. */
    @Override
    public Iterator<E> iterator() {
        return new ElementIterator<>(this::receiveOrNull);
    }

    /**
     * This end receives no more: a task that waits through it throws {@link
     * ChannelClosedException}, and has taken nothing. The last one closes the channel, as {@link
     * Channel#closeNow} does. Never waits. Calling it again does nothing.
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
        return new ChannelClosedException("this receiver was closed", null);
    }

    @Override
    public String toString() {
        return "Receiver[" + (closed ? "closed, " : "") + channel + "]";
    }
}

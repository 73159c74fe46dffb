package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;
import java.util.Objects;

/**
 * A stream of messages over one of bytes. One task at a time receives, and one sends; cancelled,
 * they have received or sent nothing.
 *
 * <p><em>Loop-confined</em>, as what is beneath.
 */
public final class FramedStream<T> implements Iterable<T>, AutoCloseable {
    private final ByteStream stream;
    private final Framing<T> framing;

    FramedStream(ByteStream stream, Framing<T> framing) {
        this.stream = stream;
        this.framing = Objects.requireNonNull(framing, "the framing");
    }

    /**
     * Waits for a message; null at the end of the stream. Throws what {@link Framing#read} does.
     */
    public @Nullable T receive() {
        return framing.read(stream);
    }

    /** All messages that are to come; {@code hasNext} waits. */
    @Override
    public Iterator<T> iterator() {
        return new Incoming<>(this::receive);
    }

    /** Waits for room and sends a message. Throws what {@link Framing#write} does. */
    public void send(T message) {
        framing.write(stream, Objects.requireNonNull(message, "the message"));
    }

    /** What is beneath. */
    public ByteStream stream() {
        return stream;
    }

    /** Closes what is beneath, as {@link ByteStream#close} does. */
    @Override
    public void close() {
        stream.close();
    }

    @Override
    public String toString() {
        return "messages of " + stream;
    }
}

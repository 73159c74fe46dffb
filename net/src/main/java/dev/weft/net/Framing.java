package dev.weft.net;

import org.jspecify.annotations.Nullable;

/**
 * How messages lie in a stream of bytes: for {@link ByteStream#framed}. Another one than those here
 * keeps to what they do: it takes all of a message or nothing ({@link ByteStream#peek} helps), and
 * writes it with one call, so that a cancellation leaves no half of it behind.
 *
 * <p><em>Any thread</em>; those here keep no state and may be shared.
 */
public interface Framing<T> {
    /**
     * Waits for a message and takes it.
     *
     * @return null at the end of the stream
     * @throws EndOfStreamException if it ends within a message
     * @throws LimitExceededException if the message is too long; it is still there, and most
     *     protocols close the connection then
     */
    @Nullable T read(ByteStream stream);

    /**
     * Waits for room and writes a message.
     *
     * @throws IllegalArgumentException if it can't be written so that it is read again
     */
    void write(ByteStream stream, T message);

    /**
     * Each message follows its length, as an {@code int} with the highest byte first.
     *
     * @param limit how long a message may be at most, in bytes
     */
    static Framing<Bytes> lengthPrefixed(int limit) {
        return new LengthPrefixed(limit);
    }

    /**
     * Each message is a line in UTF-8, which ends in {@code \n}; {@code \r\n} is understood.
     *
     * @param limit how long a line may be at most, in bytes, with its end
     */
    static Framing<String> lines(int limit) {
        return new LineFraming(limit);
    }
}

package dev.weft.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Some bytes that have one owner, mostly outside the heap: what a stream reads and writes without
 * copying.
 *
 * <p>Whoever has it closes it or hands it on: {@link ByteStream#write(Bytes)} takes it over,
 * whether it succeeds or not. What was closed or handed on cannot be used again ({@link
 * IllegalStateException}); {@link #close} may be called twice.
 *
 * <p>Used by one task at a time; may be handed to another loop.
 */
public final class Bytes implements AutoCloseable {
    private static final Bytes EMPTY = new Bytes(Unpooled.EMPTY_BUFFER);

    private @Nullable ByteBuf buffer;

    Bytes(ByteBuf buffer) {
        this.buffer = buffer;
    }

    /** No bytes: what a read gives at the end of a stream. Need not be closed. */
    public static Bytes empty() {
        return EMPTY;
    }

    /** A copy of {@code bytes}. */
    public static Bytes copyOf(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(Unpooled.copiedBuffer(bytes));
    }

    /** Takes {@code bytes} over without copying: do not change them afterwards. */
    public static Bytes wrap(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(Unpooled.wrappedBuffer(bytes));
    }

    /** The text in UTF-8. */
    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** How many there are. */
    public int length() {
        return content().readableBytes();
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return length() == 0;
    }

    /**
     * The byte at {@code index}, from 0.
     *
     * @throws IndexOutOfBoundsException outside 0 to {@code length() - 1}
     */
    public byte at(int index) {
        ByteBuf content = content();
        return content.getByte(
                content.readerIndex() + Objects.checkIndex(index, content.readableBytes()));
    }

    /**
     * Takes the first {@code length} bytes out as a thing of their own, without copying; the rest
     * stays here.
     */
    public Bytes split(int length) {
        ByteBuf content = content();
        Objects.checkFromIndexSize(0, length, content.readableBytes());
        return length == 0 ? EMPTY : new Bytes(content.readRetainedSlice(length));
    }

    /** A copy. */
    public byte[] toArray() {
        ByteBuf content = content();
        byte[] copy = new byte[content.readableBytes()];
        content.getBytes(content.readerIndex(), copy);
        return copy;
    }

    /** A copy as text. */
    public String toString(Charset charset) {
        return content().toString(charset);
    }

    /** A read-only view, no copy; good until this is closed or handed on. */
    public ByteBuffer asByteBuffer() {
        return content().nioBuffer().asReadOnlyBuffer();
    }

    /** Gives the memory back. */
    @Override
    public void close() {
        ByteBuf content = buffer;
        if (content != null && this != EMPTY) {
            buffer = null;
            content.release();
        }
    }

    /** Hands the buffer over; this is closed then. */
    ByteBuf take() {
        ByteBuf content = content();
        if (this != EMPTY) {
            buffer = null;
        }
        return content;
    }

    private ByteBuf content() {
        ByteBuf content = buffer;
        if (content == null) {
            throw new IllegalStateException(
                    "these bytes were closed or handed on (a write takes them over); copy them"
                            + " before");
        }
        return content;
    }

    @Override
    public String toString() {
        ByteBuf content = buffer;
        return content == null ? "Bytes (closed)" : "Bytes (" + content.readableBytes() + ")";
    }
}

package dev.weft.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/** Messages after their lengths. */
final class LengthPrefixed implements Framing<Bytes> {
    private final int limit;

    LengthPrefixed(int limit) {
        if (limit < 0 || limit > Integer.MAX_VALUE - Integer.BYTES) {
            throw new IllegalArgumentException(
                    "a limit of "
                            + limit
                            + " bytes for a message: 0 to "
                            + (Integer.MAX_VALUE - Integer.BYTES)
                            + " can be had");
        }
        this.limit = limit;
    }

    @Override
    public @Nullable Bytes read(ByteStream stream) {
        byte[] prefix;
        try {
            prefix = stream.peek(Integer.BYTES);
        } catch (EndOfStreamException e) {
            if (e.available() == 0) {
                return null;
            }
            throw e;
        }
        int length = ByteBuffer.wrap(prefix).getInt();
        if (length < 0 || length > limit) {
            throw new LimitExceededException(
                    stream.toString(),
                    "a message of " + Integer.toUnsignedString(length) + " bytes is announced",
                    limit);
        }
        Bytes message = stream.readExactly(Integer.BYTES + length);
        message.split(Integer.BYTES).close();
        return message;
    }

    @Override
    public void write(ByteStream stream, Bytes message) {
        ByteBuf content = message.take();
        int length = content.readableBytes();
        if (length > limit) {
            content.release();
            throw new IllegalArgumentException(
                    "a message of " + length + " bytes, where " + limit + " are the limit");
        }
        stream.write(new Bytes(Unpooled.wrappedBuffer(Unpooled.copyInt(length), content)));
    }
}

package dev.weft.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import java.util.function.Supplier;

/** A source that is filled by the task that reads it, from a function that may wait. */
final class PulledStream extends HalfStream {
    private final Supplier<Bytes> more;

    PulledStream(String name, Supplier<Bytes> more) {
        super(name, new Inbound(), false);
        this.more = more;
    }

    @Override
    void readOn(int unreadAtLeast) {}

    @Override
    void awaitMore(int unreadAtLeast) {
        Bytes piece = more.get();
        if (closed || piece.isEmpty()) {
            ended = true;
            piece.close();
        } else {
            inbound.add(piece.take());
        }
    }

    @Override
    ByteBufAllocator allocator() {
        return MemoryStream.HEAP;
    }

    @Override
    boolean isWriting() {
        return false;
    }

    @Override
    void send(ByteBuf content) {
        throw new UnsupportedOperationException(this + " can't be written");
    }

    @Override
    void sendCopy(byte[] bytes, int offset, int length) {
        throw new UnsupportedOperationException(this + " can't be written");
    }

    @Override
    void end() {
        inbound.release();
    }
}

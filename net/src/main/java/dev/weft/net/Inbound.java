package dev.weft.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import java.util.ArrayDeque;
import java.util.List;

/** What a connection has received and nobody has read yet. */
final class Inbound {
    private final ArrayDeque<ByteBuf> buffers = new ArrayDeque<>();
    private int size;

    int size() {
        return size;
    }

    void add(ByteBuf received) {
        if (received.isReadable()) {
            buffers.addLast(received);
            size += received.readableBytes();
        } else {
            received.release();
        }
    }

    /** Some of what is there, at most {@code max} bytes; there must be something. No copy. */
    ByteBuf takeSome(int max) {
        ByteBuf head = buffers.getFirst();
        int length = Math.min(max, head.readableBytes());
        size -= length;
        return head.readableBytes() == length
                ? buffers.removeFirst()
                : head.readRetainedSlice(length);
    }

    /** Exactly so many, which must be there; copies only if they came in pieces. */
    ByteBuf take(int length, ByteBufAllocator allocator) {
        if (length <= buffers.getFirst().readableBytes()) {
            return takeSome(length);
        }
        ByteBuf whole = allocator.buffer(length, length);
        while (whole.isWritable()) {
            ByteBuf piece = takeSome(whole.writableBytes());
            try {
                whole.writeBytes(piece);
            } finally {
                piece.release();
            }
        }
        return whole;
    }

    /** Copies at most {@code length} bytes of what is there; says how many. */
    int copyTo(byte[] target, int offset, int length) {
        ByteBuf piece = takeSome(length);
        try {
            int copied = piece.readableBytes();
            piece.readBytes(target, offset, copied);
            return copied;
        } finally {
            piece.release();
        }
    }

    /** A copy of so many, which must be there; they stay. */
    byte[] copyOfFirst(int length) {
        byte[] copy = new byte[length];
        int copied = 0;
        for (ByteBuf buffer : buffers) {
            int n = Math.min(length - copied, buffer.readableBytes());
            buffer.getBytes(buffer.readerIndex(), copy, copied, n);
            copied += n;
        }
        return copy;
    }

    /** As {@link #endOf}, of the separator that ends first. */
    int firstEndOf(List<byte[]> separators, int seen) {
        int first = -1;
        for (int i = 0; i < separators.size(); i++) {
            int end = endOf(separators.get(i), seen);
            if (end > 0 && (first < 0 || end < first)) {
                first = end;
            }
        }
        return first;
    }

    /**
     * How many bytes there are up to and with the first {@code separator}, or -1. Looks only for
     * separators that end after the first {@code seen} bytes.
     */
    int endOf(byte[] separator, int seen) {
        int from = Math.max(0, seen - separator.length + 1);
        int matched = 0;
        int position = 0;
        for (ByteBuf buffer : buffers) {
            int readable = buffer.readableBytes();
            if (position + readable <= from) {
                position += readable;
                continue;
            }
            for (int i = Math.max(0, from - position); i < readable; i++) {
                byte b = buffer.getByte(buffer.readerIndex() + i);
                while (matched > 0 && b != separator[matched]) {
                    matched = restart(separator, matched);
                }
                if (b == separator[matched] && ++matched == separator.length) {
                    return position + i + 1;
                }
            }
            position += readable;
        }
        return -1;
    }

    /** The longest proper prefix of {@code separator} that ends its first {@code matched} bytes. */
    private static int restart(byte[] separator, int matched) {
        for (int shorter = matched - 1; shorter > 0; shorter--) {
            boolean same = true;
            for (int i = 0; i < shorter && same; i++) {
                same = separator[i] == separator[matched - shorter + i];
            }
            if (same) {
                return shorter;
            }
        }
        return 0;
    }

    /** Takes out what was added last, of which nothing must have been taken. */
    ByteBuf takeLast() {
        ByteBuf last = buffers.removeLast();
        size -= last.readableBytes();
        return last;
    }

    /** Takes all out. */
    List<ByteBuf> takeAll() {
        List<ByteBuf> all = List.copyOf(buffers);
        buffers.clear();
        size = 0;
        return all;
    }

    void release() {
        buffers.forEach(ByteBuf::release);
        buffers.clear();
        size = 0;
    }
}

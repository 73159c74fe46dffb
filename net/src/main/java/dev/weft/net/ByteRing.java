package dev.weft.net;

import io.netty.buffer.ByteBuf;

/** The bytes of a stream between two positions that only grow; bounded by whoever puts them in. */
final class ByteRing {
    private static final int SMALLEST = 1024;

    private byte[] ring = new byte[SMALLEST];
    private long first;
    private long end;

    /** The position of the first byte that is here. */
    long first() {
        return first;
    }

    /** The position after the last byte that is here. */
    long end() {
        return end;
    }

    /** Takes {@code length} bytes out of {@code source}. */
    void put(ByteBuf source, int length) {
        reserve((int) (end - first) + length);
        int at = index(end);
        int straight = Math.min(length, ring.length - at);
        source.readBytes(ring, at, straight);
        source.readBytes(ring, 0, length - straight);
        end += length;
    }

    /** Moves the first {@code length} bytes into {@code target}. */
    void take(ByteBuf target, int length) {
        int at = index(first);
        int straight = Math.min(length, ring.length - at);
        target.writeBytes(ring, at, straight);
        target.writeBytes(ring, 0, length - straight);
        first += length;
    }

    /** Forgets what is at {@code position} and after it. */
    void cut(long position) {
        end = Math.clamp(position, first, end);
    }

    private int index(long position) {
        return (int) (position & (ring.length - 1));
    }

    private void reserve(int length) {
        if (length <= ring.length) {
            return;
        }
        int capacity = Integer.highestOneBit(length - 1) << 1;
        byte[] larger = new byte[capacity];
        for (long p = first; p < end; p++) {
            larger[(int) (p & (capacity - 1))] = ring[index(p)];
        }
        ring = larger;
    }
}

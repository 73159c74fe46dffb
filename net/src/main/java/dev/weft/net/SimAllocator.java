package dev.weft.net;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;

/**
 * The buffers of a simulated network's channels: on the heap and without a pool, so that no thread,
 * clock or chance comes in; counted, so that one that is not released shows at once.
 */
final class SimAllocator extends AbstractByteBufAllocator {
    private long unreleased;

    SimAllocator() {
        super(false);
    }

    /** How many bytes of memory the buffers have that nobody has released. */
    long unreleased() {
        return unreleased;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return new Counted(this, initialCapacity, maxCapacity);
    }

    /** On the heap as well: nothing here leaves the JVM. */
    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return new Counted(this, initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    private static final class Counted extends UnpooledHeapByteBuf {
        Counted(SimAllocator allocator, int initialCapacity, int maxCapacity) {
            super(allocator, initialCapacity, maxCapacity);
        }

        @Override
        protected byte[] allocateArray(int length) {
            ((SimAllocator) alloc()).unreleased += length;
            return super.allocateArray(length);
        }

        @Override
        protected void freeArray(byte[] array) {
            ((SimAllocator) alloc()).unreleased -= array.length;
        }
    }
}

package dev.weft.net;

import dev.weft.WaitList;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** One end of a {@link StreamPair} in memory: what it sends has arrived at the other end. */
final class MemoryStream extends LoopStream {
    /** On the heap and without a pool, so that no thread, clock or chance comes in. */
    static final UnpooledByteBufAllocator HEAP = heap();

    /** What a writer is told when there is room again: all before it was read. */
    private static final Object ROOM = new Object();

    private final MemoryStream peer;

    /** So many bytes may be unread here, and one write besides. */
    private final int capacity;

    private final boolean lockstep;

    /** What the reader here waits for. */
    private int wanted;

    /** In lockstep, the length of what is being written and has not been read to its end. */
    private int offered;

    private boolean ended;
    private @Nullable IOException failure;

    private MemoryStream(int capacity, boolean lockstep) {
        super("right", new Inbound(), reading(), writing());
        this.capacity = capacity;
        this.lockstep = lockstep;
        this.peer = new MemoryStream(this);
    }

    private MemoryStream(MemoryStream left) {
        super("left", new Inbound(), reading(), writing());
        this.capacity = left.capacity;
        this.lockstep = left.lockstep;
        this.peer = left;
    }

    static StreamPair buffered(int capacity) {
        MemoryStream left = new MemoryStream(capacity, false);
        return new StreamPair(left, left.peer);
    }

    static StreamPair lockstep() {
        MemoryStream left = new MemoryStream(1, true);
        return new StreamPair(left, left.peer);
    }

    private static WaitList reading() {
        return new WaitList("ByteStream.read");
    }

    private static WaitList writing() {
        return new WaitList("ByteStream.write");
    }

    private static UnpooledByteBufAllocator heap() {
        FirstUse.configure();
        return new UnpooledByteBufAllocator(false);
    }

    @Override
    ByteBufAllocator allocator() {
        return HEAP;
    }

    // ---- reading

    @Override
    boolean isEnded() {
        return ended;
    }

    @Override
    @Nullable Throwable failure() {
        return failure;
    }

    @Override
    void readOn(int unreadAtLeast) {
        wanted = unreadAtLeast;
        if (peer.hasRoom()) {
            peer.offered = 0; // also where its writer is cancelled and just does not know it yet
            peer.writers.wakeFirst(ROOM);
        }
    }

    /** By the other end. */
    private void receive(ByteBuf content) {
        inbound.add(content);
        if (inbound.size() >= wanted) {
            readers.wakeFirst(null);
        }
    }

    // ---- writing

    @Override
    boolean hasRoom() {
        int most = peer.isBeingRead() ? Math.max(peer.wanted, capacity) : capacity;
        return peer.inbound.size() < most;
    }

    @Override
    void requirePeer() {
        if (peer.closed) {
            throw new ConnectionResetException(
                    target, "the other side has closed the stream", null);
        }
    }

    @Override
    void send(ByteBuf content) {
        int length = content.readableBytes();
        peer.receive(content);
        if (lockstep && !hasRoom()) {
            awaitTaken(length);
        }
    }

    @Override
    boolean sendsAtOnce() {
        return !lockstep;
    }

    @Override
    void sendCopy(byte[] bytes, int offset, int length) {
        send(HEAP.heapBuffer(length, length).writeBytes(bytes, offset, length));
    }

    /** There is room after a write in lockstep once it was read, or a reader wants still more. */
    private void awaitTaken(int length) {
        offered = length;
        try {
            while (writers.await() != ROOM) {
                requireWritable();
            }
        } finally {
            takeBack();
        }
    }

    /** What nobody has begun to read was not written. */
    private void takeBack() {
        if (offered > 0 && peer.inbound.size() >= offered) {
            peer.inbound.takeLast().release();
        }
        offered = 0;
    }

    @Override
    public void flush() {
        enterWrite(); // all has arrived, or has nobody to arrive at
    }

    @Override
    public void shutdownOutput() {
        if (!outputShutDown) {
            flush();
            outputShutDown = true;
            peer.ended = true;
            peer.readers.wakeAll(null);
        }
    }

    // ---- the end

    @Override
    public void close() {
        end(false);
    }

    @Override
    public void abort() {
        end(true);
    }

    private void end(boolean reset) {
        readers.check();
        if (closed) {
            return;
        }
        closed = true;
        takeBack();
        inbound.release();
        wakeAll();
        peer.ended = true;
        if (reset) {
            peer.failure = new IOException("connection reset by peer");
        }
        peer.wakeAll();
    }

    private void wakeAll() {
        readers.wakeAll(null);
        writers.wakeAll(null);
    }

    @Override
    public boolean isClosed() {
        return closed || failure != null;
    }

    @Override
    public String toString() {
        return "MemoryStream to " + target;
    }
}

package dev.weft.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;

/** One end of a pipe, of whatever the operating system reads and writes as one. */
final class PipeStream extends HalfStream {
    private static final int SMALLEST = 2 * 1024;
    private static final int LARGEST = 64 * 1024;

    private final PollingDriver driver;
    private final InsideNetty inside;
    private final Descriptor descriptor;
    private final Runnable ending = this::end;

    /** Written and not taken by the pipe yet: what was left of one write. */
    private final ArrayDeque<ByteBuf> pending = new ArrayDeque<>();

    /** Reading goes on while less than this is unread. */
    private int wanted;

    /** How much the next read has room for: about what the last ones needed. */
    private int room = SMALLEST;

    PipeStream(PollingDriver driver, int number, String name, boolean writes) {
        super(name, new Inbound(), writes);
        this.driver = driver;
        this.inside = driver.inside;
        this.descriptor = new Descriptor(driver, number, this::ready);
        driver.atEnd(ending);
    }

    @Override
    ByteBufAllocator allocator() {
        return ByteBufAllocator.DEFAULT;
    }

    private void ready() {
        if (writes) {
            writePending();
        } else {
            readSome();
        }
    }

    private void fail(Throwable cause) {
        failure = cause;
        drop();
        wakeAll();
    }

    // ---- reading

    @Override
    void readOn(int unreadAtLeast) {
        wanted = Math.max(READ_AHEAD, unreadAtLeast);
        if (!ended && failure == null && inbound.size() < wanted) {
            try {
                descriptor.awaitReadable();
            } catch (UncheckedIOException e) {
                fail(e);
            }
        }
    }

    private void readSome() {
        ByteBuf buffer = allocator().directBuffer(room, room);
        try {
            int length = descriptor.file.readAddress(buffer.memoryAddress(), 0, room);
            if (length < 0) {
                ended = true;
                readers.wakeAll(null);
                return;
            }
            inbound.add(buffer.writerIndex(length).retain());
            if (length == room) {
                room = Math.min(LARGEST, room * 4);
            } else if (length < room / 8) {
                room = Math.max(SMALLEST, room / 2);
            }
            readers.wakeFirst(null);
            readOn(wanted);
        } catch (IOException e) {
            fail(e);
        } finally {
            buffer.release();
        }
    }

    // ---- writing

    @Override
    boolean isWriting() {
        return !pending.isEmpty();
    }

    @Override
    void send(ByteBuf content) {
        inside.enter();
        try {
            pending.add(content.hasMemoryAddress() ? content : outside(content));
            writePending();
        } finally {
            inside.exit();
        }
        if (failure != null) {
            requireWritable();
        }
    }

    /** Takes {@code content} over and gives the same where native code may read it. */
    private ByteBuf outside(ByteBuf content) {
        try {
            return allocator().directBuffer(content.readableBytes()).writeBytes(content);
        } finally {
            content.release();
        }
    }

    @Override
    void sendCopy(byte[] bytes, int offset, int length) {
        inside.enter();
        try {
            send(allocator().directBuffer(length, length).writeBytes(bytes, offset, length));
        } finally {
            inside.exit();
        }
    }

    private void writePending() {
        try {
            for (ByteBuf first = pending.peek(); first != null; first = pending.peek()) {
                if (!write(first)) {
                    descriptor.awaitWritable();
                    return;
                }
                pending.remove().release();
            }
            writers.wakeAll(null);
        } catch (IOException | UncheckedIOException e) {
            fail(e);
        }
    }

    /** False if the pipe is full. */
    private boolean write(ByteBuf content) throws IOException {
        while (content.isReadable()) {
            int written =
                    descriptor.file.writeAddress(
                            content.memoryAddress(), content.readerIndex(), content.writerIndex());
            if (written == 0) {
                return false;
            }
            content.skipBytes(written);
        }
        return true;
    }

    // ---- the end

    /** By the driver, too, when the loop ends. */
    @Override
    void end() {
        driver.notAtEnd(ending);
        closed = true;
        if (failure == null) {
            failure = new ClosedChannelException();
        }
        readers.wakeAll(null);
        drop();
        writers.wakeAll(null);
        descriptor.release();
    }

    private void drop() {
        pending.forEach(ByteBuf::release);
        pending.clear();
        if (closed) {
            inbound.release();
        }
    }
}

package dev.weft.net;

import dev.weft.WaitList;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * How every stream is read and written: one task at a time in each direction, reads from what has
 * arrived, writes when there is room. Where bytes come from and go to, its subclasses say.
 */
abstract sealed class LoopStream implements ByteStream
        permits ChannelStream, TlsStream, MemoryStream, HalfStream {
    /** How long a close waits for what was written to go out. */
    static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private static final List<byte[]> LINE_END = List.of(new byte[] {'\n'});

    /** The other side's name, for failures. */
    final String target;

    final Inbound inbound;
    final WaitList readers;
    final WaitList writers;
    private @Nullable Thread reader;
    private @Nullable Thread writer;
    boolean outputShutDown;
    boolean closed;

    LoopStream(String target, Inbound inbound, WaitList readers, WaitList writers) {
        this.target = target;
        this.inbound = inbound;
        this.readers = readers;
        this.writers = writers;
        readers.check();
        writers.check();
    }

    /** Whether the other side has said that nothing more will come. */
    abstract boolean isEnded();

    /** Why nothing more will come, if not because the other side said so. */
    abstract @Nullable Throwable failure();

    /** More is welcome while less than this, or what is read ahead anyway, is unread. */
    abstract void readOn(int unreadAtLeast);

    abstract ByteBufAllocator allocator();

    /** Whether a write need not wait. */
    abstract boolean hasRoom();

    /** Throws if there is nobody to write to any more. */
    abstract void requirePeer();

    /** Takes {@code content} over. */
    abstract void send(ByteBuf content);

    /** Whether {@link #send} never waits. */
    boolean sendsAtOnce() {
        return true;
    }

    abstract void sendCopy(byte[] bytes, int offset, int length);

    // ---- reading

    @Override
    public final Bytes read(int max) {
        if (max <= 0) {
            throw new IllegalArgumentException("read of " + max + " bytes: at least 1 is needed");
        }
        beginRead();
        try {
            return await(1) ? give(inbound.takeSome(max)) : Bytes.empty();
        } finally {
            reader = null;
        }
    }

    @Override
    public final int read(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        beginRead();
        try {
            if (length == 0) {
                return 0;
            }
            if (!await(1)) {
                return -1;
            }
            int copied = inbound.copyTo(bytes, offset, length);
            readOn(0);
            return copied;
        } finally {
            reader = null;
        }
    }

    @Override
    public final Bytes readExactly(int length) {
        if (length < 0) {
            throw new IllegalArgumentException("read of " + length + " bytes");
        }
        beginRead();
        try {
            if (length == 0) {
                return Bytes.empty();
            }
            awaitExactly(length);
            return give(inbound.take(length, allocator()));
        } finally {
            reader = null;
        }
    }

    @Override
    public final Bytes readUntil(byte[] separator, int limit) {
        return readUntil(List.of(separator), limit);
    }

    @Override
    public final Bytes readUntil(List<byte[]> separators, int limit) {
        if (separators.isEmpty()) {
            throw new IllegalArgumentException("readUntil without a separator");
        }
        for (byte[] separator : separators) {
            if (separator.length == 0 || separator.length > limit) {
                throw new IllegalArgumentException(
                        "readUntil with a separator of "
                                + separator.length
                                + " bytes and a limit of "
                                + limit);
            }
        }
        beginRead();
        try {
            int length = awaitEndOf(separators, limit);
            if (length < 0) {
                int available = inbound.size();
                throw new EndOfStreamException(
                        target,
                        "the stream ended after " + available + " bytes, before the separator",
                        available);
            }
            return give(inbound.take(length, allocator()));
        } finally {
            reader = null;
        }
    }

    @Override
    public final Bytes readAll(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("readAll with a limit of " + limit);
        }
        beginRead();
        try {
            boolean goesOn = true;
            while (goesOn && inbound.size() <= limit) {
                goesOn = await(inbound.size() + 1);
            }
            int length = inbound.size();
            if (length > limit) {
                throw new LimitExceededException(
                        target, "more than " + limit + " bytes before the end", limit);
            }
            return length == 0 ? Bytes.empty() : give(inbound.take(length, allocator()));
        } finally {
            reader = null;
        }
    }

    @Override
    public final byte[] peek(int length) {
        if (length < 0) {
            throw new IllegalArgumentException("peek of " + length + " bytes");
        }
        beginRead();
        try {
            awaitExactly(length);
            return inbound.copyOfFirst(length);
        } finally {
            reader = null;
        }
    }

    @Override
    public final @Nullable String readLine(int limit) {
        beginRead();
        try {
            int length = awaitEndOf(LINE_END, limit);
            boolean isLast = length < 0;
            length = isLast ? inbound.size() : length;
            if (length == 0) {
                return null;
            }
            try (Bytes line = give(inbound.take(length, allocator()))) {
                String text = line.toString(StandardCharsets.UTF_8);
                int end = text.length();
                if (!isLast) {
                    end -= text.endsWith("\r\n") ? 2 : 1;
                }
                return text.substring(0, end);
            }
        } finally {
            reader = null;
        }
    }

    private void beginRead() {
        readers.enter();
        Thread me = Thread.currentThread();
        if (reader != null) {
            throw busy("read", reader);
        }
        requireOpen();
        reader = me;
    }

    /** Waits until so many bytes are there; false if the other side ended the stream before. */
    private boolean await(int length) {
        while (inbound.size() < length) {
            Throwable failure = failure();
            if (failure != null) {
                throw Failures.ofStream(target, failure);
            }
            if (isEnded()) {
                return false;
            }
            awaitMore(length);
            requireOpen();
        }
        return true;
    }

    /** Waits for something to come, or for the end; less than this is unread. */
    void awaitMore(int unreadAtLeast) {
        readOn(unreadAtLeast);
        if (failure() == null) {
            readers.await();
        }
    }

    private void awaitExactly(int length) {
        if (!await(length)) {
            int available = inbound.size();
            throw new EndOfStreamException(
                    target,
                    "the stream ended after " + available + " of " + length + " bytes",
                    available);
        }
    }

    /** Waits for a separator; the length up to and with it, or -1 if the stream ended before. */
    private int awaitEndOf(List<byte[]> separators, int limit) {
        for (int seen = 0; ; ) {
            int length = inbound.firstEndOf(separators, seen);
            seen = inbound.size();
            if (length > limit || (length < 0 && seen >= limit)) {
                throw new LimitExceededException(
                        target, "no separator within " + limit + " bytes", limit);
            }
            if (length > 0) {
                return length;
            }
            if (!await(seen + 1)) {
                return -1;
            }
        }
    }

    private Bytes give(ByteBuf taken) {
        readOn(0);
        return new Bytes(taken);
    }

    // ---- writing

    @Override
    public final void write(Bytes bytes) {
        ByteBuf content = bytes.take();
        boolean sent = false;
        try {
            beginWrite();
            try {
                awaitRoom();
                sent = true;
                send(content);
            } finally {
                endWrite();
            }
        } finally {
            if (!sent) {
                content.release();
            }
        }
    }

    @Override
    public final void write(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        beginWrite();
        try {
            int end = offset + length;
            for (int from = offset; from < end; from += PIECE) {
                awaitRoom();
                sendCopy(bytes, from, Math.min(PIECE, end - from));
            }
        } finally {
            endWrite();
        }
    }

    /** Throws, and then nothing has begun, if another task writes or writing is over. */
    final void beginWrite() {
        enterWrite();
        requirePeer();
        writer = Thread.currentThread();
    }

    /** Likewise, whatever has become of the other side. */
    final void enterWrite() {
        writers.enter();
        if (writer != null) {
            throw busy("written", writer);
        }
        requireUnfinished();
    }

    final void endWrite() {
        writer = null;
    }

    /** Between {@link #beginWrite} and {@link #endWrite}. */
    final void awaitRoom() {
        while (!hasRoom()) {
            requireWritable();
            awaitSomeRoom();
        }
        requireWritable();
    }

    /** Waits until there is room, or may be. */
    void awaitSomeRoom() {
        writers.await();
    }

    // ---- what must be so

    final boolean isBeingRead() {
        return reader != null;
    }

    final boolean isBeingWritten() {
        return writer != null;
    }

    /** Both directions at once; throws, and then nothing has begun, if a task is in either. */
    final void beginBoth() {
        readers.enter();
        requireIdle();
        requireWritable();
        reader = Thread.currentThread();
        writer = reader;
    }

    final void endBoth() {
        reader = null;
        writer = null;
    }

    final void requireIdle() {
        if (reader != null) {
            throw busy("read", reader);
        }
        if (writer != null) {
            throw busy("written", writer);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new ConnectionClosedException(target, "this side has closed the stream", null);
        }
    }

    final void requireWritable() {
        requireUnfinished();
        requirePeer();
    }

    private void requireUnfinished() {
        requireOpen();
        Throwable failure = failure();
        if (failure != null) {
            throw Failures.ofStream(target, failure);
        }
        if (outputShutDown) {
            throw new IllegalStateException(this + ": write after shutdownOutput");
        }
    }

    private IllegalStateException busy(String how, Thread by) {
        return new IllegalStateException(
                this
                        + " is being "
                        + how
                        + " by "
                        + InsideNetty.name(by)
                        + ". One task reads at a time, and one writes: let one do it and share"
                        + " through a Queue, or hold a Semaphore of 1 meanwhile.");
    }
}

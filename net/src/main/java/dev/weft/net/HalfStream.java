package dev.weft.net;

import dev.weft.WaitList;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;

/** A stream that goes one way, of which the other way is left unused. */
abstract sealed class HalfStream extends LoopStream
        permits PipeStream, BlockingStream, PulledStream {
    final boolean writes;
    boolean ended;
    @Nullable Throwable failure;

    HalfStream(String name, Inbound inbound, boolean writes) {
        super(
                name,
                inbound,
                WaitList.external("ByteSource.read"),
                WaitList.external("ByteSink.write"));
        this.writes = writes;
    }

    /** Whether something was written and is still on its way. */
    abstract boolean isWriting();

    /** Gives back what it holds, at once; may be called twice. */
    abstract void end();

    final void wakeAll() {
        readers.wakeAll(null);
        writers.wakeAll(null);
    }

    @Override
    final boolean isEnded() {
        return ended;
    }

    @Override
    final @Nullable Throwable failure() {
        return failure;
    }

    @Override
    final boolean hasRoom() {
        return !isWriting();
    }

    @Override
    final void requirePeer() {}

    @Override
    public final void flush() {
        beginWrite();
        try {
            while (isWriting()) {
                writers.await();
                requireWritable();
            }
            requireWritable();
        } finally {
            endWrite();
        }
    }

    @Override
    public final void shutdownOutput() {
        close();
    }

    @Override
    public final void close() {
        readers.check();
        if (closed) {
            return;
        }
        closed = true;
        wakeAll();
        try {
            if (isWriting()) {
                Weft.moveOnAfter(CLOSE_LIMIT, this::drain);
            }
        } finally {
            end();
        }
    }

    private void drain() {
        while (isWriting()) {
            writers.await();
        }
    }

    @Override
    public final void abort() {
        readers.check();
        closed = true;
        wakeAll();
        end();
    }

    @Override
    public final boolean isClosed() {
        return closed || failure != null;
    }

    @Override
    public final String toString() {
        return (writes ? "ByteSink " : "ByteSource ") + target;
    }
}

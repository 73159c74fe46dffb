package dev.weft.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;

/**
 * What a stream of the JDK's gives to the {@link BlockingStream} that has it. Each read is made on
 * a daemon thread, one at a time. A shared one may be had by one after the other, and what was read
 * for one that has gone is there for the next.
 */
final class BlockingInput {
    private static final int PIECE = 16 * 1024;

    final Inbound unread = new Inbound();
    private final InputStream input;
    private final boolean shared;

    // guarded by this

    private @Nullable BlockingStream reader;
    private boolean reading;
    private @Nullable Piece piece;

    BlockingInput(InputStream input, boolean shared) {
        this.input = input;
        this.shared = shared;
    }

    /** What a read has given; neither bytes nor a failure is the end. */
    record Piece(@Nullable ByteBuf bytes, @Nullable Throwable failure) {}

    synchronized void claim(BlockingStream stream) {
        if (reader != null) {
            throw new IllegalStateException(
                    reader
                            + " is open already, in "
                            + reader.loop
                            + ": close it before, or have its reader share what it reads through a"
                            + " SharedChannel");
        }
        reader = stream;
    }

    /** Has one read made, unless one is under way or has come to its end. */
    synchronized void startRead() {
        if (!reading && piece == null) {
            reading = true;
            BlockingStream.THREADS.execute(this::read);
        }
    }

    private void read() {
        Piece given;
        try {
            byte[] bytes = new byte[PIECE];
            int length = input.read(bytes);
            given = new Piece(length < 0 ? null : Unpooled.wrappedBuffer(bytes, 0, length), null);
        } catch (Throwable e) { // whatever it is, nobody is to wait for ever
            given = new Piece(null, e);
        }
        BlockingStream waiting;
        synchronized (this) {
            reading = false;
            piece = given;
            waiting = reader;
        }
        if (waiting != null) {
            waiting.post(waiting::received);
        }
    }

    /** What has come for {@code stream}; null if nothing has, or another one has this now. */
    synchronized @Nullable Piece take(BlockingStream stream) {
        Piece taken = reader == stream ? piece : null;
        if (taken != null) {
            piece = null;
        }
        return taken;
    }

    void release(BlockingStream stream) {
        if (!shared) {
            unread.release();
        }
        synchronized (this) {
            if (reader == stream) {
                reader = null;
            }
        }
    }

    void close() throws IOException {
        if (!shared) {
            input.close();
        }
    }
}

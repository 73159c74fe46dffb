package dev.weft.net;

import dev.weft.Loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * A stream of the JDK's whose calls hold their thread: each read and write is made on a thread of
 * its own, a daemon, one at a time.
 */
final class BlockingStream extends HalfStream {
    static final ExecutorService THREADS =
            Executors.newCachedThreadPool(
                    Thread.ofPlatform().daemon().name("weft-blocking-stream-", 0).factory());

    final Loop loop = Loop.current();
    private final @Nullable BlockingInput input;
    private final @Nullable OutputStream output;
    private final @Nullable PollingDriver driver;
    private final Runnable ending = this::endWithLoop;
    private boolean writing;
    private boolean isGivenBack;

    /**
     * @param driver of the loop whose end closes it; null if that leaves it as it is
     */
    BlockingStream(String name, BlockingInput input, @Nullable PollingDriver driver) {
        super(name, input.unread, false);
        this.input = input;
        this.output = null;
        this.driver = driver;
        input.claim(this);
        if (driver != null) {
            driver.atEnd(ending);
        }
        received();
    }

    BlockingStream(String name, OutputStream output) {
        super(name, new Inbound(), true);
        this.input = null;
        this.output = output;
        this.driver = null;
    }

    void post(Runnable news) {
        try {
            loop.post(news);
        } catch (RejectedExecutionException hasEnded) {
            return; // and with it the tasks that waited
        }
    }

    private void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        wakeAll();
    }

    @Override
    ByteBufAllocator allocator() {
        return MemoryStream.HEAP;
    }

    // ---- reading

    /** Only when somebody waits: a read that nobody waits for might take what others want. */
    @Override
    void readOn(int unreadAtLeast) {
        if (input != null && !ended && !closed && inbound.size() < unreadAtLeast) {
            input.startRead();
        }
    }

    void received() {
        BlockingInput.Piece piece = input == null ? null : input.take(this);
        if (piece == null) {
            return;
        }
        if (piece.failure() != null) {
            fail(piece.failure());
        } else if (piece.bytes() != null) {
            inbound.add(piece.bytes());
        } else {
            ended = true;
        }
        readers.wakeFirst(null);
    }

    // ---- writing

    @Override
    boolean isWriting() {
        return writing;
    }

    @Override
    void send(ByteBuf content) {
        try {
            byte[] copy = new byte[content.readableBytes()];
            content.readBytes(copy);
            writeElsewhere(copy);
        } finally {
            content.release();
        }
    }

    @Override
    void sendCopy(byte[] bytes, int offset, int length) {
        byte[] copy = new byte[length];
        System.arraycopy(bytes, offset, copy, 0, length);
        writeElsewhere(copy);
    }

    private void writeElsewhere(byte[] bytes) {
        OutputStream out = output;
        if (out == null || bytes.length == 0) {
            return;
        }
        writing = true;
        THREADS.execute(
                () -> {
                    Throwable cause = null;
                    try {
                        out.write(bytes);
                        out.flush();
                    } catch (Throwable e) { // whatever it is, nobody is to wait for ever
                        cause = e;
                    }
                    Throwable thrown = cause;
                    post(() -> written(thrown));
                });
    }

    private void written(@Nullable Throwable cause) {
        writing = false;
        if (cause != null) {
            fail(cause);
        } else {
            writers.wakeAll(null);
        }
    }

    // ---- the end

    /** A close may wait for a call that is under way. */
    @Override
    void end() {
        if (!isGivenBack) {
            isGivenBack = true;
            if (driver != null) {
                driver.notAtEnd(ending);
            }
            if (input != null) {
                input.release(this);
            }
            THREADS.execute(this::closeHere);
        }
    }

    private void endWithLoop() {
        closed = true;
        wakeAll();
        end();
    }

    private void closeHere() {
        try {
            if (input != null) {
                input.close();
            }
            if (output != null) {
                output.close();
            }
        } catch (IOException nobodyIsLeftToTell) {
            return;
        }
    }
}

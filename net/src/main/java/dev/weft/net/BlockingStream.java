package dev.weft.net;

import dev.weft.Loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * A stream of the JDK's whose calls hold their thread: each read and write is made on a thread of
 * its own, a daemon, one at a time.
 */
final class BlockingStream extends HalfStream {
    private static final int PIECE_TO_READ = 16 * 1024;
    private static final ExecutorService THREADS =
            Executors.newCachedThreadPool(
                    Thread.ofPlatform().daemon().name("weft-blocking-stream-", 0).factory());

    private final Loop loop = Loop.current();
    private final @Nullable InputStream input;
    private final @Nullable OutputStream output;
    private boolean reading;
    private boolean writing;
    private int wanted;
    private boolean isGivenBack;

    BlockingStream(String name, @Nullable InputStream input, @Nullable OutputStream output) {
        super(name, output != null);
        this.input = input;
        this.output = output;
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private interface Then<T> {
        void accept(T value);
    }

    private <T> void elsewhere(Call<T> call, Then<T> then) {
        THREADS.execute(
                () -> {
                    try {
                        T value = call.run();
                        post(() -> then.accept(value));
                    } catch (Throwable e) { // whatever it is, nobody is to wait for ever
                        post(() -> fail(e));
                    }
                });
    }

    private void post(Runnable news) {
        try {
            loop.post(news);
        } catch (RejectedExecutionException hasEnded) {
            return; // and with it the tasks that waited
        }
    }

    private void fail(Throwable cause) {
        reading = false;
        writing = false;
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
        InputStream in = input;
        wanted = unreadAtLeast;
        if (in == null || reading || ended || closed || inbound.size() >= wanted) {
            return;
        }
        reading = true;
        elsewhere(
                () -> {
                    byte[] piece = new byte[PIECE_TO_READ];
                    int length = in.read(piece);
                    return length < 0
                            ? Unpooled.EMPTY_BUFFER
                            : Unpooled.wrappedBuffer(piece, 0, length);
                },
                this::received);
    }

    private void received(ByteBuf bytes) {
        reading = false;
        if (closed) {
            return;
        }
        if (bytes.isReadable()) {
            inbound.add(bytes);
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
        elsewhere(
                () -> {
                    out.write(bytes);
                    out.flush();
                    return bytes;
                },
                written -> {
                    writing = false;
                    writers.wakeAll(null);
                });
    }

    // ---- the end

    /** A close may wait for a call that is under way. */
    @Override
    void end() {
        if (!isGivenBack) {
            isGivenBack = true;
            inbound.release();
            THREADS.execute(this::closeHere);
        }
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

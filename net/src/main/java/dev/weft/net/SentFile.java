package dev.weft.net;

import dev.weft.Weft;

import io.netty.channel.DefaultFileRegion;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/** A part of a file on its way to a stream. Closes the file when nothing of it is in use. */
final class SentFile implements AutoCloseable {
    /** What one call of sendfile is given, and what still goes out after a cancellation. */
    private static final int REGION = 1 << 20;

    private final FileChannel file;
    private final long end;
    private long position;
    private int inUse = 1;

    private SentFile(FileChannel file, long offset, long end) {
        this.file = file;
        this.position = offset;
        this.end = end;
    }

    /** Takes {@code file} over. */
    static SentFile of(FileChannel file, long offset, long count) {
        try {
            if (offset < 0 || count < 0) {
                throw new IllegalArgumentException(
                        "sendFile of " + count + " bytes from " + offset + " on");
            }
            long size = Weft.offload(file::size);
            return new SentFile(
                    file, offset, Math.max(offset, Math.min(size, offset + Math.min(count, size))));
        } catch (IOException e) {
            release(file);
            throw unreadable(e);
        } catch (Throwable e) {
            release(file);
            throw e;
        }
    }

    private static UncheckedIOException unreadable(IOException e) {
        return new UncheckedIOException("the file to send: " + Failures.text(e), e);
    }

    long left() {
        return end - position;
    }

    // ---- by the system

    DefaultFileRegion region() {
        long length = Math.min(REGION, left());
        DefaultFileRegion region =
                new DefaultFileRegion(file, position, length) {
                    @Override
                    protected void deallocate() {
                        done();
                    }
                };
        inUse++;
        position += length;
        return region;
    }

    // ---- by copying

    /** The next piece; empty if the file has become shorter. */
    Bytes piece() {
        byte[] bytes = new byte[(int) Math.min(ByteSink.PIECE, left())];
        try {
            int length = Weft.offload(() -> read(bytes, position));
            if (length <= 0) {
                return Bytes.empty();
            }
            position += length;
            return Bytes.wrap(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private int read(byte[] target, long from) throws IOException {
        return file.read(ByteBuffer.wrap(target), from);
    }

    // ---- the end

    private void done() {
        if (--inUse == 0) {
            release(file);
        }
    }

    @Override
    public void close() {
        done();
    }

    /** It was only read, so this holds nobody up. */
    private static void release(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            Reporting.log(Level.WARNING, "could not close a file that was sent", e);
        }
    }
}

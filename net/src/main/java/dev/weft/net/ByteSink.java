package dev.weft.net;

import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * Where bytes go, in order: the writing half of a {@link ByteStream}, or all there is, as the input
 * of a child process.
 *
 * <p>A write waits for room, so a slow reader at the other end holds it up and nothing piles up: at
 * most 64 KiB and one write are waiting to be sent. One task writes at a time; a second one gets an
 * {@link IllegalStateException}.
 *
 * <p><em>Loop-confined.</em> Each wait can be cancelled, and then this call has written nothing;
 * only where a copying write is longer than {@value #PIECE} bytes may its first pieces have gone
 * out. Failures are {@link NetException}s. The half of asyncio's {@code StreamWriter}, Trio's
 * {@code SendStream}.
 */
public interface ByteSink extends AutoCloseable {
    /** A copying write longer than this goes out in pieces, each of which waits for room. */
    int PIECE = 64 * 1024;

    /**
     * Waits for room and writes, without copying. Takes {@code bytes} over, also if it fails or is
     * cancelled.
     */
    void write(Bytes bytes);

    /** Waits for room and writes a copy. */
    default void write(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    /** Waits for room and writes a copy of a part. */
    void write(byte[] bytes, int offset, int length);

    /**
     * Writes a part of a file: {@code count} bytes from {@code offset} on, or as many as there are
     * when it begins. Over plain TCP the operating system sends it ({@code sendfile}) without a
     * copy, and what of it is not in the system's cache holds the loop while the disk is read; else
     * it is read in pieces of 64 KiB on another thread. Takes {@code file} over, and closes it,
     * also if it fails or is cancelled.
     *
     * <p>Cancelled, it has written a part, of which at most a MiB still goes out. A file that gets
     * shorter meanwhile ends it early, or, while the operating system sends, breaks the connection.
     * asyncio's {@code loop.sendfile}.
     *
     * @return how many bytes were written
     * @throws java.io.UncheckedIOException if the file can't be read
     * @throws IllegalArgumentException if {@code offset} or {@code count} is negative
     */
    default long sendFile(FileChannel file, long offset, long count) {
        long sent = 0;
        try (SentFile part = SentFile.of(file, offset, count)) {
            while (part.left() > 0) {
                Bytes piece = part.piece();
                if (piece.isEmpty()) {
                    break;
                }
                int length = piece.length();
                write(piece);
                sent += length;
            }
        }
        return sent;
    }

    /**
     * Waits until the operating system has taken all that was written. Writes go out soon without
     * it, too.
     */
    void flush();

    /**
     * Sends what was written, then closes: the reader at the other end sees the end. Waits for it,
     * but no longer than five seconds; then, or if cancelled meanwhile, the rest is dropped.
     * Whoever writes in another task gets a {@link ConnectionClosedException}. May be called twice.
     */
    @Override
    void close();

    /** Closes at once and drops all that was not sent. Never waits. */
    void abort();

    /** Whether it was closed, or has failed. */
    boolean isClosed();

    /**
     * The writing side for code that knows the JDK's streams; copies. Failures are {@link
     * java.io.IOException}s there.
     */
    default OutputStream output() {
        return new StreamOutput(this);
    }

    /**
     * Over a stream of the JDK's whose writes hold their thread. Each write is made on a daemon
     * thread, one at a time, and flushed; the next one waits for it. Closing the sink closes {@code
     * output}.
     *
     * @param name for messages
     * @throws IllegalStateException off a loop
     */
    static ByteSink over(OutputStream output, String name) {
        Objects.requireNonNull(output, "the stream");
        Objects.requireNonNull(name, "the name");
        return new BlockingStream(name, output);
    }
}

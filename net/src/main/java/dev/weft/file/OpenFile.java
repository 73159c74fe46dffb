package dev.weft.file;

import dev.weft.Offload;
import dev.weft.WaitList;
import dev.weft.Weft;
import dev.weft.net.ByteSink;
import dev.weft.net.ByteSource;
import dev.weft.net.Bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * An open file: read and written at positions, or as a stream.
 *
 * <pre>{@code
 * try (var file = OpenFile.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
 *     byte[] header = new byte[16];
 *     file.read(0, header);
 *     file.write(file.size(), record);
 *     file.sync();
 * }
 * }</pre>
 *
 * <p>A position is in bytes from the file's start; several tasks may read and write at once. What
 * has no positions, such as a pipe, can't be read so: {@link ByteSource#over} does.
 *
 * <p><em>Loop-confined.</em> A cancelled call that has not begun does nothing; one that has begun
 * is waited for, and stops after the piece of 64 KiB that it is at: the file stays open and usable.
 * One that is still open when its loop ends is closed, and a warning names it. Failures are {@link
 * FileException}s.
 */
public final class OpenFile implements AutoCloseable {
    /** How much is read or written at once. */
    static final int PIECE = 64 * 1024;

    /** So long a cancellation does not hold up a close. */
    static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final Path path;
    private final Uninterrupted channel;
    private final WaitList guard = new WaitList("OpenFile");
    private final StillOpen stillOpen = StillOpen.here();
    private final Set<FileSink> unwritten = new LinkedHashSet<>();
    private boolean closed;

    private OpenFile(Path path, AsynchronousFileChannel channel) {
        this.path = path;
        this.channel = Uninterrupted.over(channel);
        guard.check();
        stillOpen.add(this, this.channel::close);
    }

    /**
     * Opens a file, for reading if no options say otherwise. To open a pipe waits for its other
     * end; a cancelled call is left to itself, and closes what it opens.
     *
     * @param options of {@link StandardOpenOption}; with {@code CREATE} and the like {@code WRITE}
     *     is needed
     * @throws FileException if it can't be opened
     * @throws IllegalArgumentException with {@code APPEND}
     */
    public static OpenFile open(Path path, OpenOption... options) {
        Set<OpenOption> all = new HashSet<>(List.of(options));
        if (all.contains(StandardOpenOption.APPEND)) {
            throw new IllegalArgumentException(
                    path
                            + ": a file with positions can't be opened with APPEND; write at"
                            + " size(), or use Disk.write(path, bytes, APPEND)");
        }
        StillOpen.here();
        return new OpenFile(path, Call.look("open", path, () -> Uninterrupted.open(path, all)));
    }

    /** What was opened. */
    public Path path() {
        return path;
    }

    // ---- at positions

    /**
     * Waits for what is at {@code position}: at most {@code max} bytes, and at most 64 KiB.
     * {@linkplain Bytes#isEmpty Nothing} at the end of the file.
     */
    public Bytes read(long position, int max) {
        if (max <= 0) {
            throw new IllegalArgumentException("read of " + max + " bytes: at least 1 is needed");
        }
        byte[] target = new byte[Math.min(max, PIECE)];
        int length = read(position, target);
        return Bytes.wrap(length == target.length ? target : Arrays.copyOf(target, length));
    }

    /**
     * Fills {@code target} with what is at {@code position}.
     *
     * @return how many bytes those are: less only where the file ends
     */
    public int read(long position, byte[] target) {
        checkPosition(position);
        begin();
        return Call.change("read", path, () -> readHere(position, target));
    }

    private int readHere(long position, byte[] target) throws IOException {
        int filled = 0;
        while (filled < target.length) {
            Offload.checkCancelled();
            int length = Math.min(PIECE, target.length - filled);
            int n = channel.read(ByteBuffer.wrap(target, filled, length), position + filled);
            if (n < 0) {
                break;
            }
            filled += n;
        }
        return filled;
    }

    /**
     * Writes all of {@code bytes} at {@code position}; beyond the end the file grows, and what is
     * between is zero. A cancelled call may have written a part, from the start on.
     */
    public void write(long position, byte[] bytes) {
        checkPosition(position);
        begin();
        put(position, bytes);
    }

    /** Also for what is written while this closes. */
    void put(long position, byte[] bytes) {
        Call.change("write", path, () -> writeHere(position, bytes));
    }

    private void writeHere(long position, byte[] bytes) throws IOException {
        for (int written = 0; written < bytes.length; written += PIECE) {
            Offload.checkCancelled();
            int length = Math.min(PIECE, bytes.length - written);
            channel.write(ByteBuffer.wrap(bytes, written, length), position + written);
        }
    }

    private void checkPosition(long position) {
        if (position < 0) {
            throw new IllegalArgumentException(path + ": a position of " + position);
        }
    }

    // ---- as a whole

    /** How many bytes it has; 0 for what has no size, as the files of {@code /proc}. */
    public long size() {
        begin();
        return Call.change("size", path, channel::size);
    }

    /** Cuts it at {@code size}, if it is longer. */
    public void truncate(long size) {
        checkPosition(size);
        begin();
        Call.change("truncate", path, () -> channel.truncate(size));
    }

    /** Waits until all that was written is on the disk ({@code fsync}). */
    public void sync() {
        begin();
        Call.change("sync", path, channel::sync);
    }

    // ---- as a stream

    /** As {@link #source(long)}, from the start. */
    public ByteSource source() {
        return source(0);
    }

    /**
     * What it has from {@code position} on, to its end at the time. At most one piece of 64 KiB is
     * read ahead. Closing it leaves this open. Its reads fail with {@link FileException}.
     */
    public ByteSource source(long position) {
        checkPosition(position);
        begin();
        long[] at = {position};
        return ByteSource.of(
                path.toString(),
                () -> {
                    Bytes piece = read(at[0], PIECE);
                    at[0] += piece.length();
                    return piece;
                });
    }

    /** As {@link #sink(long)}, from the start. */
    public ByteSink sink() {
        return sink(0);
    }

    /**
     * Writes one after the other from {@code position} on. At most 64 KiB and one write are kept
     * back: {@link ByteSink#flush} hands them to the system, and so does {@link ByteSink#close},
     * which leaves this open. What is kept back when this closes is written then.
     */
    public ByteSink sink(long position) {
        checkPosition(position);
        begin();
        return new FileSink(this, position);
    }

    /** The sinks that keep something back. */
    Set<FileSink> unwritten() {
        return unwritten;
    }

    // ---- the end

    private void begin() {
        guard.check();
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    /**
     * Writes what its sinks have kept back, then closes it, on another thread; waits for that, also
     * when cancelled: then for five seconds each. A call that another task waits for fails. May be
     * called twice.
     *
     * @throws FileException if what was kept back can't be written: it is closed all the same
     */
    @Override
    public void close() {
        guard.check();
        if (!closed) {
            closed = true;
            stillOpen.remove(this);
            try {
                Weft.shield(CLOSE_LIMIT, () -> List.copyOf(unwritten).forEach(FileSink::finish));
            } finally {
                Weft.shield(CLOSE_LIMIT, () -> Call.change("close", path, channel::close));
            }
        }
    }

    /** Whether it was closed. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public String toString() {
        return "OpenFile " + path;
    }
}

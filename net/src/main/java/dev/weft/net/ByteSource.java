package dev.weft.net;

import dev.weft.Group;

import org.jspecify.annotations.Nullable;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

/**
 * Bytes that come, in order: the reading half of a {@link ByteStream}, or all there is, as the
 * output of a child process.
 *
 * <p>A read waits for bytes, so whoever produces them is held up by a slow reader and nothing piles
 * up. One task reads at a time; a second one gets an {@link IllegalStateException}.
 *
 * <p><em>Loop-confined.</em> Each wait can be cancelled, and then this call has taken nothing.
 * Failures are {@link NetException}s; what had come before a failure is read first. The half of
 * asyncio's {@code StreamReader}, Trio's {@code ReceiveStream}.
 */
public interface ByteSource extends AutoCloseable {
    /** How many bytes are read ahead at most, and two receive buffers of at most 256 KiB each. */
    int READ_AHEAD = 64 * 1024;

    /** What {@link #readLine()} takes for a line at most, in bytes. */
    int LINE_LIMIT = 64 * 1024;

    /**
     * Waits for bytes and gives what is there, without copying; {@linkplain Bytes#isEmpty nothing}
     * at the end of the stream.
     */
    default Bytes read() {
        return read(Integer.MAX_VALUE);
    }

    /**
     * As {@link #read()}, but at most {@code max} bytes.
     *
     * @throws IllegalArgumentException if {@code max} is not positive
     */
    Bytes read(int max);

    /**
     * Waits for bytes and copies what is there, at most {@code length}.
     *
     * @return how many were copied; -1 at the end of the stream; 0 only for a {@code length} of 0
     */
    int read(byte[] target, int offset, int length);

    /**
     * Waits for {@code length} bytes, which may be more than are read ahead otherwise. Copies only
     * what came in pieces.
     *
     * @throws EndOfStreamException if the stream ends before
     */
    Bytes readExactly(int length);

    /**
     * Waits for {@code separator} and gives all up to and with it.
     *
     * @param limit how many bytes that may be at most, the separator's included
     * @throws LimitExceededException if the separator does not come within the limit
     * @throws EndOfStreamException if the stream ends before
     * @throws IllegalArgumentException if the separator is empty or longer than the limit
     */
    Bytes readUntil(byte[] separator, int limit);

    /**
     * As {@link #readUntil(byte[], int)}, up to and with whichever of the separators ends first.
     *
     * @throws IllegalArgumentException if there are none, or one is empty or longer than the limit
     */
    Bytes readUntil(List<byte[]> separators, int limit);

    /**
     * Waits for the end of the stream and gives all that came before it.
     *
     * @param limit how many bytes that may be at most
     * @throws LimitExceededException if more come; they are still there to be read
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    Bytes readAll(int limit);

    /**
     * Waits for {@code length} bytes and gives a copy of them; they stay there to be read. For
     * formats that begin with a length: one look at it, then one {@link #readExactly} of the whole,
     * so that a cancellation takes all or nothing.
     *
     * @throws EndOfStreamException if the stream ends before
     */
    byte[] peek(int length);

    /**
     * Waits for a line in UTF-8 that ends in {@code \n} or {@code \r\n}, which is left out, and is
     * at most {@value #LINE_LIMIT} bytes long. The last line needs no end.
     *
     * @return null at the end of the stream
     * @throws LimitExceededException if the line is longer
     */
    default @Nullable String readLine() {
        return readLine(LINE_LIMIT);
    }

    /** As {@link #readLine()}, with a limit of one's own, in bytes. */
    @Nullable String readLine(int limit);

    /**
     * All lines that are to come, as {@link #readLine()} gives them (asyncio's {@code async for}).
     * {@code hasNext} waits. To be gone through once.
     */
    default Iterable<String> lines() {
        return () -> new Incoming<>(this::readLine);
    }

    /**
     * Reads all that comes and writes it to {@code target}, without copying, until the stream ends;
     * waits for both. Closes neither. One that is cancelled, or fails, has written what it has read
     * but for the last piece, of at most 256 KiB.
     *
     * @return how many bytes those were
     */
    default long transferTo(ByteSink target) {
        Objects.requireNonNull(target, "the target");
        long sum = 0;
        for (Bytes piece = read(); !piece.isEmpty(); piece = read()) {
            sum += piece.length();
            target.write(piece);
        }
        return sum;
    }

    /**
     * The reading side as a publisher of the JDK's, for one subscriber; copies. A task of {@code
     * group} reads as much as is demanded, at most 64 KiB an element, and calls the subscriber,
     * which must not wait. The end of the stream completes it, a failure of the stream is its
     * error, and cancelling the subscription ends the task; does not close the stream. Subscribing,
     * demanding and cancelling may be done by any thread.
     */
    default Flow.Publisher<ByteBuffer> publisher(Group group) {
        return new StreamPublisher(this, group);
    }

    /**
     * Ends reading: what has not been read is dropped, and nothing more is taken. Whoever reads in
     * another task gets a {@link ConnectionClosedException}. May be called twice.
     */
    @Override
    void close();

    /** Whether it was closed, or has failed. */
    boolean isClosed();

    /**
     * The reading side for code that knows the JDK's streams; copies. Failures are {@link
     * java.io.IOException}s there.
     */
    default InputStream input() {
        return new StreamInput(this);
    }

    /**
     * What {@code more} gives, piece by piece; {@linkplain Bytes#empty nothing} is the end. It is
     * called by the task that reads, when all that it gave before has been read, and may wait. What
     * it throws, a cancellation too, the read throws, and the next read calls it again: so it loses
     * nothing if {@code more} does not. A close by another task shows when {@code more} returns.
     *
     * @param name for messages
     * @throws IllegalStateException off a loop
     */
    static ByteSource of(String name, Supplier<Bytes> more) {
        Objects.requireNonNull(name, "the name");
        return new PulledStream(name, Objects.requireNonNull(more, "the function"));
    }

    /**
     * What a stream of the JDK's gives whose reads hold their thread: {@code System.in}, a file, a
     * pipe. Each read is made on a daemon thread, only while a task waits for it: one thread for
     * each source that is being read. A cancelled wait leaves that read where it is, and what it
     * gives is there for the next one. Closing the source closes {@code input}, which does not end
     * a read that is under way.
     *
     * @param name for messages
     * @throws IllegalStateException off a loop
     */
    static ByteSource over(InputStream input, String name) {
        Objects.requireNonNull(input, "the stream");
        Objects.requireNonNull(name, "the name");
        return new BlockingStream(name, new BlockingInput(input, false), null);
    }
}

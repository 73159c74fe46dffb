package dev.weft.net;

import java.util.Objects;

/**
 * Two streams that are connected to each other: what is written to one is read from the other. In
 * memory, for tests of whatever speaks over a {@link ByteStream}: on any loop, in a simulation too,
 * without sockets, threads or a driver.
 *
 * <pre>{@code
 * try (var pair = StreamPair.inMemory()) {
 *     Weft.group(group -> {
 *         group.start(() -> server(pair.right()));
 *         pair.left().write(Bytes.utf8("hello\n"));
 *         System.out.println(pair.left().readLine());
 *     });
 * }
 * }</pre>
 *
 * <p>Streams in memory keep to the contract of {@link ByteStream}. Where a TCP connection leaves
 * something to the network they are exact:
 *
 * <ul>
 *   <li>What is written has arrived: {@link ByteStream#flush} and {@link ByteStream#close} never
 *       wait. After {@code close} the other side reads what was written, then the end; after {@link
 *       ByteStream#abort} it reads what was written, then gets a {@link ConnectionResetException}.
 *       What the closing side has not read is dropped.
 *   <li>A write to a side that has closed fails at once with a {@link ConnectionResetException},
 *       also one that waits; what the other side wrote before is read all the same. (A TCP
 *       connection may take some more, and loses what was not read when the reset comes.)
 *   <li>Nothing is lost between the sides, and nothing is cut up: what one write wrote, one read
 *       may get, without a copy.
 * </ul>
 *
 * <p>Copies are on the heap. What was written and not read is freed by closing the side that would
 * read it: close both sides, or the pair.
 *
 * <p>Streams in memory are <em>loop-confined</em>, to the loop on which the pair was made; another
 * one is refused ({@link IllegalStateException}). They are those of Trio's {@code
 * memory_stream_pair} and {@code lockstep_stream_pair}.
 *
 * @param left one side
 * @param right the other
 */
public record StreamPair(ByteStream left, ByteStream right) implements AutoCloseable {
    private static final int CAPACITY = 64 * 1024;

    /** A pair of two streams that are connected already. */
    public StreamPair {
        Objects.requireNonNull(left, "the left stream");
        Objects.requireNonNull(right, "the right stream");
    }

    /** As {@link #inMemory(int)}, with 64 KiB in each direction. */
    public static StreamPair inMemory() {
        return inMemory(CAPACITY);
    }

    /**
     * Streams with a buffer in each direction. A write waits while {@code capacity} bytes or more
     * are unread, or as many as the other side waits for if that is more: so there are never more
     * in it than that and one write. A write that is cancelled has written nothing, but for the
     * first pieces of a long copying one.
     *
     * @param capacity in bytes
     * @throws IllegalArgumentException if it is less than 1
     * @throws IllegalStateException off a loop
     */
    public static StreamPair inMemory(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "a capacity of " + capacity + " bytes: at least 1 is needed, or lockstep()");
        }
        return MemoryStream.buffered(capacity);
    }

    /**
     * Streams without a buffer: a write returns when the other side has read all of it. One that
     * waits in {@code readExactly}, {@code readUntil} or {@code readLine} takes in what comes as
     * long as it is not enough, and that counts as read; should it be cancelled, what it took in is
     * there for the next read, and the next write waits for that.
     *
     * <p>A write that is cancelled, or whose side is closed meanwhile, has written nothing if the
     * other side has read nothing of it. If it has read some, the rest stays there to be read, so
     * that a message which is half read does not lose its other half: then all was written, though
     * the write did not return. The next write waits until it was read.
     *
     * @throws IllegalStateException off a loop
     */
    public static StreamPair lockstep() {
        return MemoryStream.lockstep();
    }

    /** Closes both sides. */
    @Override
    public void close() {
        try {
            left.close();
        } finally {
            right.close();
        }
    }
}

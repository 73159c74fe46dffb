package dev.weft.net;

import io.netty.channel.epoll.Epoll;

import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * Streams and events for file descriptors that native code has opened: pipes, terminals, process
 * descriptors. For authors; {@code dev.weft.process} is built on it. Linux only.
 *
 * <p>They are watched by the loop's own epoll, or, where the loop is driven by something else, by
 * one thread that all loops share. A descriptor is made non-blocking by whoever opens it, and
 * belongs to what is made of it here: that closes it.
 *
 * <p><em>Loop-confined</em>: each call needs a loop that one of Netty's drivers drives. The
 * counterpart of asyncio's {@code connect_read_pipe}, {@code connect_write_pipe} and {@code
 * add_reader}.
 */
public final class Descriptors {
    private Descriptors() {}

    /** Whether descriptors can be watched: on Linux, with Netty's native library. Any thread. */
    public static boolean areAvailable() {
        return Epoll.isAvailable();
    }

    /**
     * What can be read from {@code descriptor}, which is closed with it, also when the loop ends.
     *
     * @param name for messages, such as {@code stdout of sort}
     */
    public static ByteSource source(int descriptor, String name) {
        return stream(descriptor, name, false);
    }

    /**
     * What can be written to {@code descriptor}, which is closed with it, also when the loop ends.
     *
     * @param name for messages, such as {@code stdin of sort}
     */
    public static ByteSink sink(int descriptor, String name) {
        return stream(descriptor, name, true);
    }

    private static PipeStream stream(int descriptor, String name, boolean writes) {
        Objects.requireNonNull(name, "the name");
        return new PipeStream(PollingDriver.polling("Descriptors"), descriptor, name, writes);
    }

    /**
     * Calls {@code ready} once, on the loop, as soon as {@code descriptor} is readable. It must not
     * wait. {@link Registration#close} closes the descriptor, whether it was called or not.
     *
     * @throws java.io.UncheckedIOException if it can't be watched; it is closed then
     */
    public static Registration whenReadable(int descriptor, Runnable ready) {
        Objects.requireNonNull(ready, "the callback");
        Descriptor watched =
                new Descriptor(PollingDriver.polling("Descriptors"), descriptor, ready);
        try {
            watched.awaitReadable();
        } catch (UncheckedIOException e) {
            watched.release();
            throw e;
        }
        return watched::release;
    }

    /**
     * Calls {@code ending} when the loop ends, unless it is closed before. It must not wait for
     * tasks.
     *
     * @param operation what needs the loop, for messages
     */
    public static Registration whenLoopEnds(String operation, Runnable ending) {
        Objects.requireNonNull(operation, "the operation");
        Objects.requireNonNull(ending, "the callback");
        PollingDriver driver = PollingDriver.polling(operation);
        driver.atEnd(ending);
        return () -> driver.notAtEnd(ending);
    }

    /** Something to be told of, until it is closed. Loop-confined; may be closed twice. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}

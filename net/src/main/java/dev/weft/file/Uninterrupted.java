package dev.weft.file;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A channel whose calls are made by the thread that asks for them, and which an interrupt does not
 * close: that of the JDK that calls itself asynchronous. A cancelled call interrupts its thread,
 * and a {@code FileChannel} would be closed by that under all who use it.
 */
final class Uninterrupted {
    private final AsynchronousFileChannel channel;

    private Uninterrupted(AsynchronousFileChannel channel) {
        this.channel = channel;
    }

    static AsynchronousFileChannel open(Path path, Set<OpenOption> options) throws IOException {
        return AsynchronousFileChannel.open(path, options, new SameThread());
    }

    static Uninterrupted over(AsynchronousFileChannel channel) {
        return new Uninterrupted(channel);
    }

    /** -1 at the end. */
    int read(ByteBuffer target, long position) throws IOException {
        return get(channel.read(target, position));
    }

    void write(ByteBuffer bytes, long position) throws IOException {
        for (long at = position; bytes.hasRemaining(); ) {
            at += get(channel.write(bytes, at));
        }
    }

    long size() throws IOException {
        return channel.size();
    }

    /** To a smaller size only. */
    void truncate(long size) throws IOException {
        channel.truncate(size);
    }

    void sync() throws IOException {
        channel.force(true);
    }

    void close() throws IOException {
        channel.close();
    }

    /** It is done already. */
    private static int get(Future<Integer> done) throws IOException {
        try {
            return done.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    private static final class SameThread extends AbstractExecutorService {
        @Override
        public void execute(Runnable call) {
            call.run();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return false;
        }
    }
}

package dev.weft.net;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * This process's own standard streams.
 *
 * <pre>{@code
 * try (var in = Stdio.in();
 *         var out = Stdio.out()) {
 *     for (String line : in.lines()) {
 *         out.write(Bytes.utf8(line.toUpperCase(Locale.ROOT) + "\n"));
 *     }
 * }
 * }</pre>
 *
 * <p>Pipes, terminals and files alike are read and written on a daemon thread, one for each stream
 * and only while a read or a write is under way. The loop's epoll does not watch them: that would
 * need them non-blocking, which they would then be for the shell and for all others that share
 * them.
 *
 * <p><em>Loop-confined</em>, on any thread's loop that one of Netty's drivers drives; refused in a
 * simulation. Closing them leaves the process's descriptors open. The counterpart of asyncio's
 * {@code connect_read_pipe(sys.stdin)}.
 */
public final class Stdio {
    private static final BlockingInput IN = new BlockingInput(new StandardInput(), true);
    private static final OutputStream OUT =
            new StandardOutput(FileDescriptor.out) {
                @Override
                void flushOthers() {
                    System.out.flush();
                }
            };
    private static final OutputStream ERR =
            new StandardOutput(FileDescriptor.err) {
                @Override
                void flushOthers() {
                    System.err.flush();
                }
            };

    private Stdio() {}

    /**
     * What comes to {@code System.in}. One source at a time in the whole process, and what has been
     * read ahead is there for the next one. A cancelled wait has taken nothing: the read goes on,
     * and what it gives is kept. One that is still open when its loop ends is closed.
     *
     * @throws IllegalStateException while another one is open, in whatever loop; off a loop; in a
     *     simulation
     */
    public static ByteSource in() {
        PollingDriver driver = PollingDriver.polling("Stdio.in");
        return new BlockingStream("stdin", IN, driver);
    }

    /**
     * The standard output, as the process was started with it. What {@code System.out} has not
     * written yet goes before. A write does not wait for its end, the next one, {@link
     * ByteSink#flush} and {@link ByteSink#close} do: close or flush it before the program ends. If
     * nobody reads any more ({@code program | head -1}), a later write throws {@link
     * ConnectionResetException}. Several may be open; no write gets into the midst of another one
     * of at most {@value ByteSink#PIECE} bytes.
     *
     * @throws IllegalStateException off a loop, or in a simulation
     */
    public static ByteSink out() {
        return sink("stdout", OUT);
    }

    /** The standard error output, as {@link #out}. */
    public static ByteSink err() {
        return sink("stderr", ERR);
    }

    private static ByteSink sink(String name, OutputStream output) {
        var _ = PollingDriver.polling("Stdio." + (output == OUT ? "out" : "err"));
        return new BlockingStream(name, output);
    }

    /** What {@code System.in} is at the time, so that what it has buffered is not lost. */
    private static final class StandardInput extends InputStream {
        @Override
        public int read() throws IOException {
            return System.in.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return System.in.read(target, offset, length);
        }
    }

    /** Other than {@code System.out} this says why it could not write. */
    private abstract static class StandardOutput extends OutputStream {
        private final OutputStream file;

        StandardOutput(FileDescriptor descriptor) {
            this.file = new FileOutputStream(descriptor);
        }

        abstract void flushOthers();

        @Override
        public final void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public final synchronized void write(byte[] bytes, int offset, int length)
                throws IOException {
            flushOthers();
            file.write(bytes, offset, length);
        }
    }
}

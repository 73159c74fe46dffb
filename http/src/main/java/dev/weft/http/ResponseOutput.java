package dev.weft.http;

import java.io.IOException;
import java.io.OutputStream;

/**
 * What {@link ServerExchange#respondStream} gives. Its end is not the body's: a handler that fails
 * or is cancelled may close it on its way out, and what was cut short must not look whole.
 */
final class ResponseOutput extends OutputStream {

    private final BodyOutput out;
    private final boolean discarding;
    private boolean closed;

    /**
     * @param discarding for the answer to HEAD, whose body is not sent
     */
    ResponseOutput(BodyOutput out, boolean discarding) {
        this.out = out;
        this.discarding = discarding;
    }

    @Override
    public void write(int b) throws IOException {
        requireOpen();
        if (!discarding) {
            out.write(b);
        }
    }

    @Override
    public void write(byte[] data, int offset, int length) throws IOException {
        requireOpen();
        if (!discarding) {
            out.write(data, offset, length);
        }
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("the answer's stream is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}

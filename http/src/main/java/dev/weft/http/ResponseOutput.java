package dev.weft.http;

import java.io.IOException;
import java.io.OutputStream;

/**
 * What {@link ServerExchange#respondStream} gives: closing it ends the body, and keeps the
 * connection.
 */
final class ResponseOutput extends OutputStream {

    private final BodyOutput out;
    private final boolean discarding;

    /**
     * @param discarding for the answer to HEAD, whose body is not sent
     */
    ResponseOutput(BodyOutput out, boolean discarding) {
        this.out = out;
        this.discarding = discarding;
    }

    @Override
    public void write(int b) throws IOException {
        if (!discarding) {
            out.write(b);
        }
    }

    @Override
    public void write(byte[] data, int offset, int length) throws IOException {
        if (!discarding) {
            out.write(data, offset, length);
        }
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.finish();
    }
}

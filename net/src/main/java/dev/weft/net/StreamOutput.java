package dev.weft.net;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** The writing side of a stream for the JDK. Closing it closes the stream. */
final class StreamOutput extends OutputStream {
    private final ByteSink stream;

    StreamOutput(ByteSink stream) {
        this.stream = stream;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        try {
            stream.write(bytes, offset, length);
        } catch (NetException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            stream.flush();
        } catch (NetException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            stream.close();
        } catch (NetException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}

package dev.weft.net;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The reading side of a stream for the JDK. Closing it closes the stream. */
final class StreamInput extends InputStream {
    private final ByteSource stream;

    StreamInput(ByteSource stream) {
        this.stream = stream;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        try {
            return stream.read(target, offset, length);
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

package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Undoes {@code gzip} (RFC 1952, any number of members, checksum and length checked) and {@code
 * deflate}, which servers send as zlib (RFC 1950) as the standard says or as bare deflate (RFC
 * 1951). What follows the compressed data, and an end before its end, are errors; a body without a
 * byte is an empty body.
 */
final class InflateInput extends InputStream {

    private final InputStream in;
    private final boolean gzip;
    private final byte[] input = new byte[8192];
    private int at;
    private int end;
    private @Nullable Inflater inflater;
    private @Nullable CRC32 sum;
    private boolean finished;

    InflateInput(InputStream in, boolean gzip) {
        this.in = in;
        this.gzip = gzip;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (finished) {
            return -1;
        }
        if (inflater == null && !begin()) {
            return finish();
        }
        while (true) {
            Inflater now = inflater;
            if (now == null) {
                return -1;
            }
            int n;
            try {
                n = now.inflate(into, offset, length);
            } catch (DataFormatException e) {
                throw new ZipException(e.getMessage() == null ? "corrupt data" : e.getMessage());
            }
            if (n > 0) {
                if (sum != null) {
                    sum.update(into, offset, n);
                }
                return n;
            }
            if (now.finished()) {
                at = end - now.getRemaining();
                if (!gzip || !nextMember(now)) {
                    return finish();
                }
            } else if (now.needsDictionary()) {
                throw new ZipException("it needs a dictionary");
            } else {
                if (!more()) {
                    throw new EOFException("the compressed data is cut off");
                }
                now.setInput(input, at, end - at);
                at = end;
            }
        }
    }

    /** Ends at the end of the body: whatever else is there is not compressed data. */
    private int finish() throws IOException {
        if (more()) {
            throw new ZipException("something follows the compressed data");
        }
        finished = true;
        release();
        return -1;
    }

    private boolean begin() throws IOException {
        if (!more()) {
            return false;
        }
        if (gzip) {
            memberHeader();
            sum = new CRC32();
            inflater = new Inflater(true);
        } else {
            int first = next();
            boolean zlib =
                    (first & 0x0f) == 8 && more() && ((first << 8 | (input[at] & 0xff)) % 31 == 0);
            at--;
            inflater = new Inflater(!zlib);
        }
        feed(inflater);
        return true;
    }

    /** Checks the trailer; true if another member begins. */
    private boolean nextMember(Inflater now) throws IOException {
        long crc = next4();
        long size = next4();
        if (sum == null || crc != sum.getValue()) {
            throw new ZipException("the checksum is wrong");
        }
        if (size != (now.getBytesWritten() & 0xffffffffL)) {
            throw new ZipException("the length is wrong");
        }
        if (!more()) {
            return false;
        }
        memberHeader();
        sum.reset();
        now.reset();
        feed(now);
        return true;
    }

    private void feed(Inflater now) {
        now.setInput(input, at, end - at);
        at = end;
    }

    private void memberHeader() throws IOException {
        if (next() != 0x1f || next() != 0x8b) {
            throw new ZipException("it is not gzip");
        }
        if (next() != 8) {
            throw new ZipException("an unknown method of compression");
        }
        int flags = next();
        for (int i = 0; i < 6; i++) {
            next();
        }
        if ((flags & 0xe0) != 0) {
            throw new ZipException("unknown flags");
        }
        if ((flags & 4) != 0) {
            for (int left = next() | next() << 8; left > 0; left--) {
                next();
            }
        }
        skipText((flags & 8) != 0);
        skipText((flags & 16) != 0);
        if ((flags & 2) != 0) {
            next();
            next();
        }
    }

    private void skipText(boolean present) throws IOException {
        int length = 0;
        while (present && next() != 0) {
            if (++length > 65536) {
                throw new ZipException("an endless name");
            }
        }
    }

    private long next4() throws IOException {
        return next() | next() << 8 | next() << 16 | (long) next() << 24;
    }

    private int next() throws IOException {
        if (!more()) {
            throw new EOFException("the compressed data is cut off");
        }
        return input[at++] & 0xff;
    }

    /** Whether a byte is at {@link #at}; the byte before it is kept. */
    private boolean more() throws IOException {
        if (at < end) {
            return true;
        }
        int keep = end > 0 ? 1 : 0;
        if (keep == 1) {
            input[0] = input[end - 1];
        }
        int n = in.read(input, keep, input.length - keep);
        at = keep;
        end = keep + Math.max(0, n);
        return n > 0;
    }

    private void release() {
        Inflater now = inflater;
        if (now != null) {
            inflater = null;
            now.end();
        }
    }

    /** Frees the native memory. */
    @Override
    public void close() throws IOException {
        finished = true;
        release();
        in.close();
    }
}

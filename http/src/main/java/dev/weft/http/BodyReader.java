package dev.weft.http;

/**
 * A message's body on the wire, delimited as RFC 9112 section 6 says: by its length, by chunks, or
 * by the end of the connection. It never reads a byte beyond the body, and an end that comes too
 * early is an error, never an end.
 */
final class BodyReader {

    static final long CHUNKED = -1;
    static final long UNTIL_CLOSE = -2;

    private static final int MAX_DIGITS = 15;

    private final Wire wire;
    private final HeaderParser parser;
    private final long length;

    /** Bytes to come of the body or of the current chunk. */
    private long left;

    private boolean chunkOpen;
    private boolean done;
    private long count;

    BodyReader(Wire wire, HeaderParser parser, long length) {
        this.wire = wire;
        this.parser = parser;
        this.length = length;
        this.left = Math.max(0, length);
        this.done = length == 0;
        if (length == CHUNKED) {
            parser.begin();
        }
    }

    /** The body's length in bytes, or {@link #CHUNKED} or {@link #UNTIL_CLOSE}. */
    long length() {
        return length;
    }

    /** Bytes of the body read so far, without the framing of chunks. */
    long count() {
        return count;
    }

    /** Whether the whole body was read. */
    boolean isDone() {
        return done;
    }

    /** Whether all that is left is here already, so that reading it waits for nothing. */
    boolean restIsHere() {
        return done || (length > 0 && wire.buffered() >= left);
    }

    /** As {@link java.io.InputStream#read(byte[], int, int)}: -1 at the end of the body. */
    int read(byte[] into, int offset, int max, Deadline deadline) {
        if (max == 0) {
            return 0;
        }
        if (done) {
            return -1;
        }
        if (length == UNTIL_CLOSE) {
            return untilClose(into, offset, max, deadline);
        }
        if (length == CHUNKED && left == 0 && !nextChunk(deadline)) {
            return -1;
        }
        int n = wire.read(into, offset, (int) Math.min(max, left), deadline);
        if (n < 0) {
            throw new Broken(
                    length == CHUNKED
                            ? "the connection ended in the middle of a chunk, after "
                                    + count
                                    + " bytes"
                            : "the connection ended after " + count + " of " + length + " bytes",
                    null);
        }
        left -= n;
        count += n;
        if (left == 0) {
            done = length != CHUNKED || lastChunkIsHere();
        }
        return n;
    }

    private int untilClose(byte[] into, int offset, int max, Deadline deadline) {
        int n = wire.read(into, offset, max, deadline);
        if (n < 0) {
            if (!wire.endedCleanly()) {
                throw new Broken(
                        "the TLS connection was cut off after "
                                + count
                                + " bytes of a body that only its end delimits",
                        null);
            }
            done = true;
            return -1;
        }
        count += n;
        return n;
    }

    /** Reads up to the next chunk's first byte; false at the last chunk, with the trailer read. */
    private boolean nextChunk(Deadline deadline) {
        if (chunkOpen) {
            int stop = parser.line(deadline);
            if (stop != wire.at) {
                throw stop < 0 ? cutOff() : BadMessage.syntax("a chunk longer than its size");
            }
            wire.at = stop + 2;
            chunkOpen = false;
            parser.refund(2);
        }
        int stop = parser.line(deadline);
        if (stop < 0) {
            throw cutOff();
        }
        int digits = size(stop);
        parser.refund(digits + 2);
        wire.at = stop + 2;
        if (left > 0) {
            chunkOpen = true;
            return true;
        }
        parser.fields(deadline);
        done = true;
        return false;
    }

    /**
     * Notices the usual end of a body together with its last bytes, so that the connection is free
     * at once.
     */
    private boolean lastChunkIsHere() {
        byte[] b = wire.bytes;
        int i = wire.at;
        boolean here =
                wire.end - i >= 7
                        && b[i] == '\r'
                        && b[i + 1] == '\n'
                        && b[i + 2] == '0'
                        && b[i + 3] == '\r'
                        && b[i + 4] == '\n'
                        && b[i + 5] == '\r'
                        && b[i + 6] == '\n';
        if (here) {
            wire.at += 7;
        }
        return here;
    }

    private Broken cutOff() {
        return new Broken("the connection ended between chunks, after " + count + " bytes", null);
    }

    /** Sets {@link #left} from the line's size; extensions are checked and skipped. */
    private int size(int stop) {
        byte[] b = wire.bytes;
        long size = 0;
        int i = wire.at;
        int digit;
        while (i < stop && (digit = hex(b[i])) >= 0) {
            if (i - wire.at == MAX_DIGITS) {
                throw BadMessage.syntax("a chunk size of more than " + MAX_DIGITS + " digits");
            }
            size = size << 4 | digit;
            i++;
        }
        int digits = i - wire.at;
        int rest = i;
        while (rest < stop && FieldSyntax.isSpace(b[rest])) {
            rest++;
        }
        if (digits == 0 || (rest < stop && b[rest] != ';') || (rest == stop && rest > i)) {
            throw BadMessage.syntax("a bad chunk size: " + parser.text(wire.at, stop));
        }
        for (; rest < stop; rest++) {
            if ((b[rest] < ' ' && b[rest] >= 0 && b[rest] != '\t') || b[rest] == 0x7f) {
                throw BadMessage.syntax("a control character in a chunk extension");
            }
        }
        left = size;
        return digits;
    }

    private static int hex(byte c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int lower = c | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }
}

package dev.weft.http;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A message's body on its way out, by length or in chunks, behind its header: small ones go out
 * with the header in one piece. A length that was promised is kept, or {@link #finish} and the
 * write that exceeds it say so.
 */
final class BodyOutput extends OutputStream {

    /**
     * The other side answered, or ended, before the body was whole: there is no use in sending
     * more.
     */
    static final class Interrupted extends IOException {
        private static final long serialVersionUID = 1L;

        Interrupted() {
            super("the server answered before the body was sent");
        }
    }

    private static final int SIZE = 16384;

    /** Room for "ffffffff" CR LF in front of a chunk. */
    private static final int PREFIX = 10;

    private final Wire wire;
    private final Deadline deadline;
    private final boolean heedAnswer;
    private final long length;
    private byte[] pending;
    private int used;

    /** Where the data of the chunk that is being filled begins, or -1. */
    private int chunk = -1;

    private long count;
    private boolean interrupted;
    private boolean finished;

    /** For a request. */
    BodyOutput(Wire wire, Deadline deadline, long length, byte[] head) {
        this(wire, deadline, length, head, true);
    }

    /**
     * @param length as promised in the header, -1 for chunks, -2 for whatever the end of the
     *     connection ends
     */
    BodyOutput(Wire wire, Deadline deadline, long length, byte[] head, boolean heedAnswer) {
        this.wire = wire;
        this.deadline = deadline;
        this.length = length;
        this.heedAnswer = heedAnswer;
        int room = length >= 0 ? (int) Math.min(SIZE, head.length + length) : SIZE;
        this.pending = new byte[Math.max(room, head.length + (length == -1 ? 1024 : 0))];
        System.arraycopy(head, 0, pending, 0, head.length);
        this.used = head.length;
    }

    boolean wasInterrupted() {
        return interrupted;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] data, int offset, int count) throws IOException {
        if (finished) {
            throw new IOException("the body is finished");
        }
        if (length >= 0 && this.count + count > length) {
            throw new IOException("it is longer than the " + length + " bytes that were promised");
        }
        this.count += count;
        int done = 0;
        while (done < count) {
            openChunk();
            int room = pending.length - used - (length == -1 ? 2 : 0);
            if (room <= 0) {
                send();
                if (length != -1 && count - done >= SIZE) {
                    put(data, offset + done, count - done);
                    return;
                }
                continue;
            }
            int n = Math.min(room, count - done);
            System.arraycopy(data, offset + done, pending, used, n);
            used += n;
            done += n;
        }
    }

    private void openChunk() throws IOException {
        if (length == -1 && chunk < 0) {
            if (pending.length - used < PREFIX + 3) {
                send();
            }
            used += PREFIX;
            chunk = used;
        }
    }

    /** Writes the chunk's size in front of it, in as many digits as there is room for. */
    private void closeChunk() {
        if (chunk < 0) {
            return;
        }
        int size = used - chunk;
        if (size == 0) {
            used = chunk - PREFIX;
        } else {
            for (int i = 0; i < 8; i++) {
                pending[chunk - 3 - i] = (byte) Character.forDigit(size >>> (4 * i) & 15, 16);
            }
            pending[chunk - 2] = '\r';
            pending[chunk - 1] = '\n';
            pending[used++] = '\r';
            pending[used++] = '\n';
        }
        chunk = -1;
    }

    private void send() throws IOException {
        closeChunk();
        int n = used;
        used = 0;
        put(pending, 0, n);
        if (pending.length < SIZE) {
            pending = new byte[SIZE];
        }
    }

    private void put(byte[] data, int offset, int n) throws IOException {
        if (interrupted || (n > 0 && !wire.write(data, offset, n, deadline, heedAnswer))) {
            interrupted = true;
            throw new Interrupted();
        }
    }

    /** Sends what is buffered, waiting for room if there is none. */
    @Override
    public void flush() throws IOException {
        if (!finished && used > 0) {
            send();
        }
    }

    /**
     * Sends a stream's pieces as they come: whoever streams a body of unknown length may be slow.
     */
    void flushIfStreaming() throws IOException {
        if (length < 0) {
            flush();
        }
    }

    /** Ends the body. */
    void finish() throws IOException {
        if (finished) {
            return;
        }
        if (length >= 0 && count < length) {
            throw new IOException(
                    "it ended after " + count + " of the " + length + " bytes that were promised");
        }
        if (length == -1) {
            closeChunk();
            byte[] last = {'0', '\r', '\n', '\r', '\n'};
            if (pending.length - used < last.length) {
                send();
            }
            System.arraycopy(last, 0, pending, used, last.length);
            used += last.length;
        }
        if (used > 0) {
            send();
        }
        finished = true;
    }
}

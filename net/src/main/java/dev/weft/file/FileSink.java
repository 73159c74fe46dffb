package dev.weft.file;

import dev.weft.WaitList;
import dev.weft.Weft;
import dev.weft.net.ByteSink;
import dev.weft.net.Bytes;

import java.io.ByteArrayOutputStream;
import java.util.Objects;

/**
 * A file as a stream that is written. What is kept back is written at its position, so a cancelled
 * attempt is simply repeated.
 */
final class FileSink implements ByteSink {
    private final OpenFile file;
    private final WaitList guard = new WaitList("ByteSink.write");
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private long position;
    private boolean writing;
    private boolean closed;

    FileSink(OpenFile file, long position) {
        this.file = file;
        this.position = position;
        guard.check();
    }

    @Override
    public void write(Bytes bytes) {
        try (bytes) {
            byte[] copy = bytes.toArray();
            begin();
            add(copy, 0, copy.length);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        begin();
        for (int done = 0; done < length; done += PIECE) {
            add(bytes, offset + done, Math.min(PIECE, length - done));
        }
    }

    /** Only the first step waits. */
    private void add(byte[] bytes, int offset, int length) {
        if (pending.size() >= PIECE) {
            drain();
            requireOpen();
        }
        pending.write(bytes, offset, length);
        file.unwritten().add(this);
    }

    @Override
    public void flush() {
        begin();
        drain();
    }

    private void begin() {
        guard.enter();
        requireOpen();
        if (writing) {
            throw new IllegalStateException(
                    this + " is being written by another task: one writes at a time");
        }
    }

    private void requireOpen() {
        if (isClosed()) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    private void drain() {
        if (pending.size() > 0) {
            writing = true;
            try {
                byte[] all = pending.toByteArray();
                file.put(position, all);
                position += all.length;
                drop();
            } finally {
                writing = false;
                if (closed) {
                    drop();
                }
            }
        }
    }

    private void drop() {
        pending.reset();
        file.unwritten().remove(this);
    }

    /** The file closes. Whoever is writing at the time hears of it. */
    void finish() {
        if (!writing) {
            drain();
        }
    }

    @Override
    public void close() {
        guard.check();
        if (closed) {
            return;
        }
        closed = true;
        if (writing) {
            return;
        }
        if (file.isClosed() && pending.size() > 0) {
            throw new IllegalStateException(
                    this
                            + ": "
                            + pending.size()
                            + " bytes were not written: the file was closed before; close the sink"
                            + " first");
        }
        Weft.shield(OpenFile.CLOSE_LIMIT, this::drain);
    }

    @Override
    public void abort() {
        guard.check();
        closed = true;
        if (!writing) {
            drop();
        }
    }

    @Override
    public boolean isClosed() {
        return closed || file.isClosed();
    }

    @Override
    public String toString() {
        return "ByteSink " + file.path();
    }
}

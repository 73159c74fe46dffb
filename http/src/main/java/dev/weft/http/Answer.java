package dev.weft.http;

import dev.weft.Weft;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * A client's answer with its body as it comes over the wire. It holds the connection until the
 * body's last byte has been read, then gives it back; anything else that ends it (a failure, a
 * cancellation, {@link #close}) closes the connection. A short body that is here already is taken
 * in at once, so that most answers never hold a connection at all.
 */
final class Answer extends InputStream {

    private static final int SHORT = 65536;
    private static final Duration DRAIN = Duration.ofMillis(100);

    final Headers headers;
    final StatusLine line;
    private final Exchange exchange;
    private final Url url;
    private final String method;
    private final BodyReader reader;
    private final boolean keep;
    private @Nullable Connection connection;

    /** The body if it was short and here, from {@link #at} on. */
    private byte @Nullable [] stored;

    private int at;
    private boolean reading;
    private boolean closed;

    Answer(
            Exchange exchange,
            Connection connection,
            StatusLine line,
            Headers headers,
            long length,
            boolean keep) {
        this.exchange = exchange;
        this.url = exchange.url;
        this.method = exchange.method;
        this.connection = connection;
        this.line = line;
        this.headers = headers;
        this.keep = keep;
        this.reader = new BodyReader(connection.wire, connection.parser, length);
        if (reader.isDone()) {
            release();
        } else if (length > 0 && length <= SHORT && reader.restIsHere()) {
            byte[] whole = new byte[(int) length];
            for (int n = 0; n < whole.length; ) {
                n += reader.read(whole, n, whole.length - n, exchange.deadline);
            }
            stored = whole;
            release();
        }
    }

    int status() {
        return line.status();
    }

    /** Of the body as it came, so far. */
    long count() {
        return reader.count();
    }

    /** In bytes, or negative if only its end will tell. */
    long length() {
        return reader.length();
    }

    /** The whole body, if it is here and nothing of it was read; the caller keeps the array. */
    byte @Nullable [] takeStored() {
        byte[] whole = at == 0 && !closed ? stored : null;
        if (whole != null) {
            at = whole.length;
        }
        return whole;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        if (closed) {
            throw failed("the response is closed");
        }
        byte[] whole = stored;
        if (whole != null) {
            int n = Math.min(length, whole.length - at);
            System.arraycopy(whole, at, into, offset, n);
            at += n;
            return n == 0 && length > 0 ? -1 : n;
        }
        Connection from = connection;
        if (from == null) {
            return -1;
        }
        requireOneReader();
        reading = true;
        boolean well = false;
        try {
            from.wire.enter();
            int n = reader.read(into, offset, length, exchange.deadline);
            well = true;
            if (reader.isDone()) {
                release();
            }
            return n;
        } catch (Broken e) {
            throw exchange.broken(e, true);
        } catch (BadMessage e) {
            throw new HttpException.Protocol(
                    method, url.toString(), String.valueOf(e.getMessage()), e.getCause());
        } catch (Deadline.Passed e) {
            throw exchange.timedOut(e);
        } finally {
            reading = false;
            if (!well) {
                closed = true;
                abandon();
            }
        }
    }

    /**
     * Two readers would take bytes from each other, and from the next answer.
     *
     * @throws IllegalStateException while a task waits for bytes
     */
    void requireOneReader() {
        if (reading) {
            throw new IllegalStateException(
                    "the body of "
                            + method
                            + " "
                            + url
                            + " is being read by another task; one task reads a response at a"
                            + " time");
        }
    }

    HttpException failed(String what) {
        return new HttpException.Content(method, url.toString(), what, null);
    }

    /** Translates what a decoder found. */
    HttpException failed(BadMessage e) {
        String what = String.valueOf(e.getMessage());
        return e.status == 413
                ? new HttpException.TooLarge(method, url.toString(), what)
                : new HttpException.Protocol(method, url.toString(), what, e.getCause());
    }

    HttpException tooLarge(long max) {
        return new HttpException.TooLarge(
                method,
                url.toString(),
                "the body is longer than "
                        + max
                        + " bytes: raise maxBodyBytes, or read body() piece by piece");
    }

    HttpException notJson(String what, @Nullable Throwable cause) {
        return new HttpException.Content(method, url.toString(), what, cause);
    }

    private void release() {
        Connection done = connection;
        connection = null;
        if (done != null) {
            if (keep) {
                exchange.client.pool.giveBack(done);
            } else {
                exchange.client.pool.forget(done);
            }
        }
    }

    private void abandon() {
        Connection broken = connection;
        connection = null;
        if (broken != null) {
            exchange.client.pool.forget(broken);
        }
    }

    /**
     * Reads on for a little, so that the connection can be kept; closes it if there is much to
     * come, or if it does not come soon.
     */
    void drainSmall() {
        try {
            if (connection != null && keep && reader.length() <= SHORT) {
                Weft.moveOnAfter(DRAIN, this::drain);
            }
        } finally {
            close();
        }
    }

    private void drain() {
        byte[] waste = new byte[8192];
        int left = SHORT / 4;
        try {
            while (connection != null && left > 0) {
                left -= Math.max(0, read(waste, 0, waste.length));
            }
        } catch (HttpException ignored) {
            // the connection is closed, which is all that matters for a body that nobody wants
        }
    }

    /** Keeps the connection if the rest is here, closes it otherwise. Never waits. */
    @Override
    public void close() {
        if (!closed) {
            if (connection != null) {
                exchange.client.pool.check();
            }
            if (connection != null && !reading && reader.restIsHere()) {
                byte[] waste = new byte[8192];
                while (!reader.isDone()) {
                    reader.read(waste, 0, waste.length, exchange.deadline);
                }
                release();
            }
            closed = true;
            abandon();
        }
    }

    @Override
    public int available() throws IOException {
        byte[] whole = stored;
        return whole == null ? 0 : whole.length - at;
    }
}

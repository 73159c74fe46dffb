package dev.weft.http;

import dev.weft.CancelledError;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A request that came in, and the way to answer it, once. <em>Loop-confined</em>, and of use only
 * until the handler returns.
 *
 * <p>Every read and write may wait and is a cancellation point; a cancelled one breaks the
 * connection. A client that has gone shows as an exception at the next write or read, which the
 * handler should let pass.
 */
public final class ServerExchange {

    private static final byte[] CONTINUE =
            "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerConnection connection;
    private final RequestLine line;
    private final Headers headers;
    private final BodyReader reader;
    private boolean mustContinue;
    private boolean keep;
    private boolean responded;
    private boolean aborted;
    private @Nullable BadMessage requestFailure;
    private @Nullable BodyOutput output;

    ServerExchange(
            ServerConnection connection,
            RequestLine line,
            Headers headers,
            long length,
            boolean keep,
            boolean mustContinue) {
        this.connection = connection;
        this.line = line;
        this.headers = headers;
        this.reader = new BodyReader(connection.wire, connection.parser, length);
        this.keep = keep;
        this.mustContinue = mustContinue;
    }

    // ---- the request

    /** The method, as it was sent. */
    public String method() {
        return line.method();
    }

    /** Path and query as they were sent. */
    public String target() {
        return line.target();
    }

    /** The path, percent-decoded as UTF-8. */
    public String path() {
        int query = line.target().indexOf('?');
        String raw = query < 0 ? line.target() : line.target().substring(0, query);
        return raw.indexOf('%') < 0 ? raw : decode(raw.replace("+", "%2B"));
    }

    /** What follows the question mark, as it was sent; empty if there is none. */
    public String rawQuery() {
        int query = line.target().indexOf('?');
        return query < 0 ? "" : line.target().substring(query + 1);
    }

    /**
     * The first value of that name in the query, decoded; an empty text for a name without a value.
     */
    public Optional<String> query(String name) {
        String raw = rawQuery();
        for (int at = 0; at < raw.length(); ) {
            int and = raw.indexOf('&', at);
            String pair = raw.substring(at, and < 0 ? raw.length() : and);
            int equals = pair.indexOf('=');
            if (decode(equals < 0 ? pair : pair.substring(0, equals)).equals(name)) {
                return Optional.of(equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
            at = and < 0 ? raw.length() : and + 1;
        }
        return Optional.empty();
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException badEscape) {
            return text;
        }
    }

    /** The fields of the request's header. */
    public Headers headers() {
        return headers;
    }

    /** Where the request came from; empty if that isn't a network address. */
    public Optional<InetSocketAddress> remoteAddress() {
        return Optional.ofNullable(connection.wire.remoteAddress());
    }

    /** The body as it comes; what fails is an {@link HttpException}. */
    public InputStream body() {
        return new RequestInput(this);
    }

    /**
     * The whole body.
     *
     * @throws HttpException.TooLarge if it is longer than {@link HttpServerBuilder#maxBodyBytes};
     *     left alone it becomes status 413
     */
    public byte[] bytes() {
        long max = connection.settings.maxBodyBytes;
        if (reader.length() > max) {
            throw failed(BadMessage.tooLarge("a body of more than " + max + " bytes"));
        }
        try {
            byte[] all = body().readNBytes((int) Math.min(Integer.MAX_VALUE - 8, max + 1));
            if (all.length > max) {
                throw failed(BadMessage.tooLarge("a body of more than " + max + " bytes"));
            }
            return all;
        } catch (IOException impossible) {
            throw new IllegalStateException("a request's body throws no IOException", impossible);
        }
    }

    /**
     * The whole body as text, by the charset of its Content-Type, else UTF-8; bounded as {@link
     * #bytes}.
     */
    public String text() {
        return TextOf.bytes(bytes(), headers.value("content-type"));
    }

    int readBody(byte[] into, int offset, int length) {
        try {
            connection.wire.enter();
            if (mustContinue) {
                mustContinue = false;
                if (!responded) {
                    connection.wire.write(CONTINUE, 0, CONTINUE.length, connection.idle, false);
                }
            }
            return reader.read(into, offset, length, connection.idle);
        } catch (BadMessage e) {
            throw failed(e);
        } catch (Broken e) {
            throw failed(BadMessage.corrupt(String.valueOf(e.getMessage()), e.getCause()));
        } catch (Deadline.Passed e) {
            requestFailure = new BadMessage(408, String.valueOf(e.getMessage()), e.getCause());
            throw new HttpException.Timeout(
                    method(), target(), e.kind, String.valueOf(e.getMessage()), e.getCause());
        }
    }

    private HttpException failed(BadMessage e) {
        requestFailure = e;
        keep = false;
        String what = String.valueOf(e.getMessage());
        return e.status == 413
                ? new HttpException.TooLarge(method(), target(), what)
                : new HttpException.Protocol(method(), target(), what, e.getCause());
    }

    // ---- the answer

    /** Answers with a status and no body. */
    public void respond(int status) {
        respond(status, Headers.empty(), new byte[0]);
    }

    /** Answers with text in UTF-8. */
    public void respond(int status, String text) {
        respond(
                status,
                Headers.of("Content-Type", "text/plain; charset=utf-8"),
                text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Answers with a whole body; to HEAD, and with status 204 and 304, only its header is sent.
     *
     * @param fields {@code Connection: close} closes the connection afterwards; the length is the
     *     server's business
     * @throws IllegalStateException if there is an answer already
     */
    public void respond(int status, Headers fields, byte[] body) {
        boolean bodiless = line.method().equals("HEAD") || status == 204 || status == 304;
        byte[] head = begin(status, fields, status == 204 ? -2 : body.length);
        write(head, bodiless ? new byte[0] : body);
    }

    private void write(byte[] head, byte[] body) {
        try {
            var out = new BodyOutput(connection.wire, connection.idle, body.length, head, false);
            out.write(body);
            out.finish();
        } catch (IOException impossible) {
            throw new IllegalStateException("the length is known", impossible);
        }
    }

    /**
     * Begins an answer whose body is written piece by piece; a write waits where the client is
     * slow, {@code flush} sends what is buffered. The body ends when the handler returns, also if
     * the stream was closed before. A handler that fails or is cancelled breaks the connection off,
     * so the client sees that something is missing.
     *
     * @throws IllegalStateException if there is an answer already
     */
    public OutputStream respondStream(int status, Headers fields) {
        boolean bodiless = line.method().equals("HEAD") || status == 204 || status == 304;
        boolean chunked = line.http11();
        keep &= chunked || bodiless;
        byte[] head = begin(status, fields, status == 204 || !chunked ? -2 : -1);
        var out =
                new BodyOutput(
                        connection.wire,
                        connection.idle,
                        bodiless || !chunked ? -2 : -1,
                        head,
                        false);
        output = out;
        return new ResponseOutput(out, bodiless);
    }

    /** Breaks the connection off, in the middle of an answer or before: the client sees a reset. */
    public void abort() {
        aborted = true;
        responded = true;
        keep = false;
        connection.wire.abort();
    }

    /**
     * @param length of the body, -1 for chunks, -2 for no field about it
     */
    private byte[] begin(int status, Headers fields, long length) {
        if (responded) {
            throw new IllegalStateException("there is an answer to " + this + " already");
        }
        if (status < 200 || status > 999) {
            throw new IllegalArgumentException(
                    "a final status is between 200 and 999, not " + status);
        }
        keep &= !fields.listHas("Connection", "close");
        // a body that will not be read to its end takes the connection with it
        keep &= !mustContinue && (reader.isDone() || reader.length() <= ServerConnection.MAX_DRAIN);
        var out = new StringBuilder(160);
        out.append("HTTP/1.1 ").append(status).append(' ').append(Reason.of(status)).append("\r\n");
        if (!fields.contains("Date")) {
            field(out, "Date", connection.date.at(connection.loop.clock().instant()));
        }
        for (Header field : fields) {
            if (!field.name().equalsIgnoreCase("Connection")) {
                RequestHead.checkAllowed(field.name());
                field(out, field.name(), field.value());
            }
        }
        if (length >= 0) {
            field(out, "Content-Length", Long.toString(length));
        } else if (length == -1) {
            field(out, "Transfer-Encoding", "chunked");
        }
        if (!keep) {
            field(out, "Connection", "close");
        } else if (!line.http11()) {
            field(out, "Connection", "keep-alive");
        }
        responded = true;
        return out.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void field(StringBuilder out, String name, String value) {
        out.append(name).append(": ").append(value).append("\r\n");
    }

    // ---- for the connection

    boolean hasResponded() {
        return responded;
    }

    boolean isAborted() {
        return aborted;
    }

    boolean keepsConnection() {
        return keep && !aborted;
    }

    boolean awaitsContinue() {
        return mustContinue;
    }

    BodyReader reader() {
        return reader;
    }

    @Nullable BadMessage requestFailure() {
        return requestFailure;
    }

    /**
     * Ends a streamed answer that the handler left open.
     *
     * @throws CancelledError if cancelled
     */
    void finish() throws IOException {
        if (output != null && !aborted) {
            output.finish();
        }
    }

    @Override
    public String toString() {
        return line.method() + " " + FieldSyntax.visible(line.target());
    }
}

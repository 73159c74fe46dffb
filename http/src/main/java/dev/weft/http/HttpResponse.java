package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A server's answer, there as soon as its header is; the body comes as it is read.
 *
 * <p>The connection is occupied until the body has been read to its end, by {@link #bytes}, {@link
 * #text}, {@link #json}, {@link #discard} or from {@link #body}, or the response is closed; so use
 * {@code try (var response = client.get(url)) {...}} unless one of the former follows at once.
 * Reading waits; cancelling it closes the connection, as every failure does. The request's time
 * limits go on to count. A body that ends before its end, or breaks the rules of its framing or its
 * coding, is an error, never a short body.
 *
 * <p><em>Loop-confined</em>; one task reads at a time.
 */
public final class HttpResponse implements AutoCloseable {

    private static final int PIECE = 16384;

    private final HttpClient client;
    private final Answer answer;
    private final Url url;
    private final List<Hop> history;
    private final @Nullable String redirectFailure;
    private @Nullable ResponseBody body;
    private boolean read;

    HttpResponse(Exchange exchange, Answer answer) {
        this.client = exchange.client;
        this.answer = answer;
        this.url = exchange.url;
        this.redirectFailure = exchange.redirectFailure;
        this.history = exchange.history.isEmpty() ? List.of() : List.copyOf(exchange.history);
    }

    /** The status code, 200 to 999. */
    public int status() {
        return answer.status();
    }

    /** Whether the status is below 400. */
    public boolean ok() {
        return answer.status() < 400;
    }

    /** What the server wrote behind the status; often empty, never of importance. */
    public String reason() {
        return answer.line.reason();
    }

    /** The fields of the header. */
    public Headers headers() {
        return answer.headers;
    }

    /** The URL that gave this answer, after redirects; without user, password and fragment. */
    public URI uri() {
        return url.uri();
    }

    /** The redirects that led here, in order. */
    public List<Hop> history() {
        return history;
    }

    /**
     * Why this answer, a redirect, was not followed though redirects are: where it points, and what
     * is wrong with that, in one line without user and password. Empty for all other answers.
     */
    public Optional<String> redirectFailure() {
        return Optional.ofNullable(redirectFailure);
    }

    /** The type of the body without parameters, in lower case, such as {@code text/html}. */
    public Optional<String> contentType() {
        String type = TextOf.type(answer.headers.value("content-type"));
        return type.isEmpty() ? Optional.empty() : Optional.of(type);
    }

    /** How many bytes of the body came over the wire so far, before decoding. */
    public long rawBytes() {
        return answer.count();
    }

    /**
     * The body, decoded, as it comes: {@code read} waits for bytes. A body in a coding that is not
     * known here comes as it was sent, with the Content-Encoding among {@link #headers} to tell:
     * all or nothing, where several codings were applied. So do {@link #bytes} and the others. What
     * fails is an {@link HttpException}, never an {@link IOException}. Every call gives the same
     * stream; closing it closes the response.
     */
    public InputStream body() {
        ResponseBody stream = body;
        if (stream == null) {
            body = stream = new ResponseBody(answer, decoded());
        }
        return stream;
    }

    private InputStream decoded() {
        List<String> codings = client.decompress ? ContentCoding.of(answer.headers) : List.of();
        if (codings.isEmpty() || !ContentCoding.isKnown(codings)) {
            return answer;
        }
        try {
            return ContentCoding.decode(
                    answer, codings, answer::count, client.maxDecodedRatio, client.maxDecodedBytes);
        } catch (BadMessage e) {
            close();
            throw answer.failed(e);
        }
    }

    /**
     * The whole body, decoded; once.
     *
     * @throws HttpException.TooLarge if it is longer than {@link HttpClientBuilder#maxBodyBytes}
     */
    public byte[] bytes() {
        return bytes(client.maxBodyBytes);
    }

    /**
     * The whole body, decoded, if it has at most {@code max} bytes; once.
     *
     * @throws HttpException.TooLarge if it has more; the connection is closed then
     */
    public byte[] bytes(long max) {
        if (read) {
            throw new IllegalStateException(
                    "the body of "
                            + this
                            + " has been read already: keep what bytes() or text() gave");
        }
        read = true;
        boolean plain =
                body == null
                        && (!client.decompress || !answer.headers.contains("content-encoding"));
        if (plain && answer.length() > max) {
            close();
            throw answer.tooLarge(max);
        }
        byte[] stored = plain ? answer.takeStored() : null;
        return stored != null ? stored : readAll(plain ? answer.length() : -1, max);
    }

    private byte[] readAll(long expected, long max) {
        InputStream in = body();
        byte[] all = new byte[(int) Math.min(expected >= 0 ? expected : PIECE, 1 << 20)];
        int used = 0;
        try {
            while (true) {
                if (used == all.length) {
                    int next = in.read();
                    if (next < 0) {
                        return all;
                    }
                    long size = Math.max(PIECE, all.length * 2L);
                    all = Arrays.copyOf(all, (int) Math.min(Integer.MAX_VALUE - 8L, size));
                    all[used++] = (byte) next;
                }
                int n = in.read(all, used, all.length - used);
                used += Math.max(n, 0);
                if (used > max) {
                    throw answer.tooLarge(max);
                }
                if (n < 0) {
                    return used == all.length ? all : Arrays.copyOf(all, used);
                }
            }
        } catch (IOException impossible) {
            throw new IllegalStateException("a response's body throws no IOException", impossible);
        } finally {
            close();
        }
    }

    /**
     * The whole body as text; once. A byte order mark says the charset, else the Content-Type does,
     * else it is UTF-8; malformed bytes become U+FFFD.
     *
     * @throws HttpException.TooLarge if the body is longer than {@link
     *     HttpClientBuilder#maxBodyBytes}
     */
    public String text() {
        return text(client.maxBodyBytes);
    }

    /** As {@link #text()}, for a body of at most {@code max} bytes. */
    public String text(long max) {
        return TextOf.bytes(bytes(max), answer.headers.value("content-type"));
    }

    /**
     * The body read as JSON by the client's {@link JsonCodec}; once.
     *
     * @throws HttpException.Content if the Content-Type says that it is something else, it isn't
     *     JSON, has another shape, or is {@code null}
     */
    public <T> T json(Class<T> type) {
        Object value = json((Type) type);
        if (value == null) {
            throw answer.notJson("the JSON is null, not a " + type.getSimpleName(), null);
        }
        try {
            return type.cast(value);
        } catch (ClassCastException e) {
            throw answer.notJson("the JsonCodec gave no " + type.getSimpleName(), e);
        }
    }

    /**
     * As {@link #json(Class)} for types with parameters, such as a list of records; null for JSON's
     * {@code null}.
     */
    public @Nullable Object json(Type type) {
        Objects.requireNonNull(type);
        String sent = TextOf.type(answer.headers.value("content-type"));
        if (!sent.isEmpty() && !sent.endsWith("/json") && !sent.endsWith("+json")) {
            close();
            throw answer.notJson(
                    "the answer (status "
                            + status()
                            + ") is "
                            + FieldSyntax.visible(sent)
                            + ", not JSON",
                    null);
        }
        byte[] text = bytes();
        try {
            return client.readJson(text, type);
        } catch (IllegalArgumentException e) {
            throw answer.notJson("the body isn't the JSON that was expected: " + e.getMessage(), e);
        }
    }

    /**
     * Reads what is left and throws it away, so that the connection can be used again; to be done
     * with it at once, {@link #close}.
     */
    public void discard() {
        byte[] waste = new byte[PIECE];
        while (answer.read(waste, 0, waste.length) >= 0) {
            // nobody wants it
        }
        close();
    }

    /**
     * Gives the connection back if the body was read to its end, or its rest is here already;
     * closes it otherwise. Never waits.
     */
    @Override
    public void close() {
        if (body != null) {
            body.close();
        } else {
            answer.close();
        }
    }

    @Override
    public String toString() {
        return status() + " " + url;
    }
}

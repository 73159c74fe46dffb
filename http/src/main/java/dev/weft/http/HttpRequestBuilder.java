package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;

/**
 * Makes an {@link HttpRequest}; started by its factory methods. For one thread; used once or, with
 * other values, again.
 */
public final class HttpRequestBuilder {

    final String method;
    final Url url;
    Headers headers = Headers.empty();
    @Nullable RequestBody body;
    @Nullable Object json;
    @Nullable Duration totalTimeout;
    @Nullable Duration readTimeout;
    @Nullable Boolean followRedirects;

    HttpRequestBuilder(String method, Url url) {
        this.method = method;
        this.url = url;
    }

    /**
     * Adds a field. One that the client would set by itself (User-Agent, Accept, Accept-Encoding,
     * Cookie, Authorization, Host) replaces the client's.
     *
     * @throws IllegalArgumentException for characters that may not stand there, and for the fields
     *     that frame the message (Content-Length, Transfer-Encoding, Connection, Expect, Upgrade,
     *     TE, Trailer)
     */
    public HttpRequestBuilder header(String name, String value) {
        RequestHead.checkAllowed(name);
        headers = headers.and(name, value);
        return this;
    }

    /** Sets the Content-Type of the body. */
    public HttpRequestBuilder contentType(String type) {
        headers = headers.without("Content-Type").and("Content-Type", type);
        return this;
    }

    /**
     * Authenticates with user and password (RFC 7617); dropped when a redirect leads to another
     * origin.
     */
    public HttpRequestBuilder basicAuth(String user, String password) {
        if (user.indexOf(':') >= 0) {
            throw new IllegalArgumentException("the user may hold no colon: " + user);
        }
        headers =
                headers.without("Authorization").and("Authorization", basic(user + ":" + password));
        return this;
    }

    static String basic(String credentials) {
        return "Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends these bytes, which must not change until the request is done. */
    public HttpRequestBuilder body(byte[] bytes) {
        return body(new RequestBody.Bytes(Objects.requireNonNull(bytes)));
    }

    /** Sends the text as UTF-8, as {@code text/plain} unless a Content-Type is set. */
    public HttpRequestBuilder body(String text) {
        defaultType("text/plain; charset=utf-8");
        return body(new RequestBody.Bytes(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Sends what the stream gives, in chunks, once: such a request is never repeated. The stream is
     * not closed.
     */
    public HttpRequestBuilder body(InputStream stream) {
        return body(new RequestBody.Stream(Objects.requireNonNull(stream), -1));
    }

    /**
     * As {@link #body(InputStream)} with a Content-Length.
     *
     * @param length in bytes; if the stream gives fewer or more, the request fails with {@link
     *     HttpException.RequestBody}
     */
    public HttpRequestBuilder body(InputStream stream, long length) {
        return body(new RequestBody.Stream(Objects.requireNonNull(stream), checkLength(length)));
    }

    /** Sends what the producer writes, in chunks. */
    public HttpRequestBuilder body(BodyProducer producer) {
        return body(new RequestBody.Produced(Objects.requireNonNull(producer), -1));
    }

    /** As {@link #body(BodyProducer)} with a Content-Length in bytes. */
    public HttpRequestBuilder body(BodyProducer producer, long length) {
        return body(
                new RequestBody.Produced(Objects.requireNonNull(producer), checkLength(length)));
    }

    /** Sends the fields as a form, {@code application/x-www-form-urlencoded} in UTF-8. */
    public HttpRequestBuilder form(Map<String, String> fields) {
        var text = new StringBuilder();
        for (Map.Entry<String, String> field : fields.entrySet()) {
            text.append(text.isEmpty() ? "" : "&")
                    .append(URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8))
                    .append('=')
                    .append(URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8));
        }
        defaultType("application/x-www-form-urlencoded");
        return body(new RequestBody.Bytes(text.toString().getBytes(StandardCharsets.US_ASCII)));
    }

    /**
     * Sends the value as JSON, written by the client's {@link JsonCodec} when the request is sent.
     */
    public HttpRequestBuilder json(Object value) {
        defaultType("application/json");
        body = null;
        json = Objects.requireNonNull(value);
        return this;
    }

    /**
     * Limits the whole request, instead of the client's {@link HttpClientBuilder#totalTimeout};
     * zero is no limit.
     */
    public HttpRequestBuilder timeout(Duration total) {
        totalTimeout = HttpClientBuilder.checkLimit(total);
        return this;
    }

    /**
     * Limits each wait in which no byte moves, instead of the client's {@link
     * HttpClientBuilder#readTimeout}.
     */
    public HttpRequestBuilder readTimeout(Duration idle) {
        readTimeout = HttpClientBuilder.checkLimit(idle);
        return this;
    }

    /**
     * Whether to follow redirects, instead of the client's {@link
     * HttpClientBuilder#followRedirects}.
     */
    public HttpRequestBuilder followRedirects(boolean follow) {
        followRedirects = follow;
        return this;
    }

    /** The request. */
    public HttpRequest build() {
        return new HttpRequest(this);
    }

    private HttpRequestBuilder body(RequestBody newBody) {
        body = newBody;
        json = null;
        return this;
    }

    private void defaultType(String type) {
        if (!headers.contains("Content-Type")) {
            headers = headers.and("Content-Type", type);
        }
    }

    private static long checkLength(long length) {
        if (length < 0) {
            throw new IllegalArgumentException("a length of " + length);
        }
        return length;
    }
}

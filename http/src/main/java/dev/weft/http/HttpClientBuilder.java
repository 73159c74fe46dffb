package dev.weft.http;

import dev.weft.net.TlsOptions;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Objects;

/** Makes an {@link HttpClient}; every setting has a default. For one thread. */
public final class HttpClientBuilder {

    int maxConnections = 100;
    int maxConnectionsPerHost;
    Duration idleTimeout = Duration.ofSeconds(15);
    @Nullable Duration totalTimeout = Duration.ofMinutes(5);
    Duration connectTimeout = Duration.ofSeconds(10);
    @Nullable Duration readTimeout;
    boolean followRedirects = true;
    int maxRedirects = 10;
    @Nullable CookieJar cookies;
    @Nullable TlsOptions tls;
    String userAgent = "weft";
    Headers headers = Headers.empty();
    long maxBodyBytes = 1 << 20;
    int maxDecodedRatio = 100;
    long maxDecodedBytes = 1 << 30;
    boolean decompress = true;
    @Nullable JsonCodec json;

    HttpClientBuilder() {}

    /**
     * How many connections may be open at once, in use and idle; 100 by default. More requests
     * wait, first come first served.
     */
    public HttpClientBuilder maxConnections(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("at least one connection, not " + limit);
        }
        maxConnections = limit;
        return this;
    }

    /** How many of them to one scheme, host and port; 0, the default, sets no limit of its own. */
    public HttpClientBuilder maxConnectionsPerHost(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("a limit of " + limit);
        }
        maxConnectionsPerHost = limit;
        return this;
    }

    /** How long an unused connection is kept; 15 seconds by default, zero keeps none. */
    public HttpClientBuilder idleTimeout(Duration limit) {
        idleTimeout = checkLimit(limit);
        return this;
    }

    /**
     * How long a request may take in all, up to the last byte of its body; 5 minutes by default,
     * zero is no limit.
     */
    public HttpClientBuilder totalTimeout(Duration limit) {
        totalTimeout = orNone(limit);
        return this;
    }

    /** How long making one connection may take: name, TCP and TLS; 10 seconds by default. */
    public HttpClientBuilder connectTimeout(Duration limit) {
        Duration checked = orNone(limit);
        if (checked == null) {
            throw new IllegalArgumentException(
                    "making a connection needs a limit; give a long one instead of none");
        }
        connectTimeout = checked;
        return this;
    }

    /**
     * How long a request may wait without a byte moving in either direction; zero, the default, is
     * no limit.
     */
    public HttpClientBuilder readTimeout(Duration limit) {
        readTimeout = orNone(limit);
        return this;
    }

    /**
     * Whether redirects are followed, as by default; where one can't be, the redirect is the
     * response and {@link HttpResponse#redirectFailure} says why. A HEAD request follows them only
     * if it says so itself.
     */
    public HttpClientBuilder followRedirects(boolean follow) {
        followRedirects = follow;
        return this;
    }

    /**
     * How many redirects one request follows; 10 by default. One more is {@link
     * HttpException.Redirect}.
     */
    public HttpClientBuilder maxRedirects(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("a limit of " + limit);
        }
        maxRedirects = limit;
        return this;
    }

    /** Where cookies are kept; in the client's memory by default. */
    public HttpClientBuilder cookies(CookieJar jar) {
        cookies = Objects.requireNonNull(jar);
        return this;
    }

    /**
     * How https is secured; by default chain and name are verified against the JDK's certificate
     * authorities.
     */
    public HttpClientBuilder tls(TlsOptions options) {
        tls = Objects.requireNonNull(options);
        return this;
    }

    /** The User-Agent field; {@code weft} by default. */
    public HttpClientBuilder userAgent(String product) {
        FieldSyntax.checkValue("User-Agent", product);
        userAgent = product;
        return this;
    }

    /**
     * A field for every request that doesn't set it itself; see {@link HttpRequestBuilder#header}.
     */
    public HttpClientBuilder header(String name, String value) {
        RequestHead.checkAllowed(name);
        headers = headers.and(name, value);
        return this;
    }

    /**
     * How long a body {@code bytes()}, {@code text()} and {@code json()} take, decoded; 1 MiB by
     * default.
     */
    public HttpClientBuilder maxBodyBytes(long limit) {
        maxBodyBytes = positive(limit);
        return this;
    }

    /** By how much a body may inflate, beyond the first MiB; 100 times by default. */
    public HttpClientBuilder maxDecodedRatio(int times) {
        maxDecodedRatio = (int) positive(times);
        return this;
    }

    /** How long a compressed body may become; 1 GiB by default. */
    public HttpClientBuilder maxDecodedBytes(long limit) {
        maxDecodedBytes = positive(limit);
        return this;
    }

    /**
     * Whether to ask for compressed bodies and decode them (gzip, deflate, br, zstd), as by
     * default. A body in another coding, which nobody asked for, is handed out as it came; see
     * {@link HttpResponse#body}.
     */
    public HttpClientBuilder decompress(boolean decode) {
        decompress = decode;
        return this;
    }

    /**
     * How JSON is read and written; by default {@link JsonCodec#installed} when it is first needed.
     */
    public HttpClientBuilder json(JsonCodec codec) {
        json = Objects.requireNonNull(codec);
        return this;
    }

    /**
     * The client, which belongs to the running loop.
     *
     * @throws IllegalStateException off a loop
     */
    public HttpClient build() {
        return new HttpClient(this);
    }

    static Duration checkLimit(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("a limit of " + limit);
        }
        return limit;
    }

    static @Nullable Duration orNone(Duration limit) {
        return checkLimit(limit).isZero() ? null : limit;
    }

    private static long positive(long limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("a limit of " + limit);
        }
        return limit;
    }
}

package dev.weft.http;

import dev.weft.Loop;
import dev.weft.Weft;
import dev.weft.net.ConnectOptions;
import dev.weft.net.TcpStream;
import dev.weft.net.TlsOptions;

import org.jspecify.annotations.Nullable;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Asks servers over HTTP/1.1, keeping connections open for the next request (aiohttp's {@code
 * ClientSession}). One per program is usual; make it inside a task and close it.
 *
 * <p>Up to 100 connections at once by default; further requests wait, first come first served,
 * where a task whose host is at its own limit holds up nobody else. Redirects are followed, cookies
 * kept in memory, gzip, deflate, br and zstd decoded. A connection is used again only if the last
 * answer on it was read whole and nothing followed it; where the server has closed it meanwhile, a
 * request with an idempotent method and a body that can be sent again is sent once more on a new
 * connection. Proxies are not supported, and {@code HTTP_PROXY} and its like are not heeded.
 *
 * <p>Every wait is a cancellation point. Cancelling a request, in whatever state it is, closes its
 * connection; nothing else is affected. Limits: 10 s to connect, 5 minutes for a request and its
 * body, a status or header line of 8 KiB, 128 header fields of 32 KiB together; {@link
 * HttpClientBuilder} has the ones that can be set.
 *
 * <p><em>Loop-confined.</em>
 */
public final class HttpClient implements AutoCloseable {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final int LONG_JSON = 65536;

    final Loop loop;
    final ConnectionPool pool;
    final Duration connectTimeout;
    final @Nullable Duration totalTimeout;
    final @Nullable Duration readTimeout;
    final boolean followRedirects;
    final int maxRedirects;
    final long maxBodyBytes;
    final int maxDecodedRatio;
    final long maxDecodedBytes;
    final boolean decompress;
    final Headers headers;
    final String[] defaults;
    private final @Nullable TlsOptions tls;
    private @Nullable CookieJar cookies;
    private final @Nullable JsonCodec json;
    private @Nullable JsonCodec warmJson;

    HttpClient(HttpClientBuilder from) {
        loop = Loop.current();
        pool =
                new ConnectionPool(
                        loop, from.maxConnections, from.maxConnectionsPerHost, from.idleTimeout);
        connectTimeout = from.connectTimeout;
        totalTimeout = from.totalTimeout;
        readTimeout = from.readTimeout;
        followRedirects = from.followRedirects;
        maxRedirects = from.maxRedirects;
        maxBodyBytes = from.maxBodyBytes;
        maxDecodedRatio = from.maxDecodedRatio;
        maxDecodedBytes = from.maxDecodedBytes;
        decompress = from.decompress;
        headers = from.headers;
        defaults =
                decompress
                        ? new String[] {
                            "User-Agent",
                            from.userAgent,
                            "Accept",
                            "*/*",
                            "Accept-Encoding",
                            ContentCoding.ACCEPTED
                        }
                        : new String[] {"User-Agent", from.userAgent, "Accept", "*/*"};
        cookies = from.cookies;
        tls = from.tls;
        json = from.json;
    }

    /** A client with the defaults, which belongs to the running loop. */
    public static HttpClient create() {
        return builder().build();
    }

    /** A client with other settings. */
    public static HttpClientBuilder builder() {
        return new HttpClientBuilder();
    }

    /**
     * Gets a URL; {@link #send} with {@link HttpRequest#get}.
     *
     * @throws HttpException if there is no answer
     */
    public HttpResponse get(String url) {
        return send(HttpRequest.get(url).build());
    }

    /**
     * Sends the request and waits for the answer's header; redirects have been followed by then.
     * The body is read from the response, which must be read whole or closed: until then it
     * occupies its connection.
     *
     * @throws HttpException if there is no answer, saying why
     * @throws dev.weft.CancelledError if cancelled; the connection is closed then
     */
    public HttpResponse send(HttpRequest request) {
        return new Exchange(this, request).run();
    }

    /**
     * Closes all connections and waits for that, at most 5 seconds. Requests that run fail with
     * {@link HttpException.Closed}, new ones too. Calling it again does nothing.
     */
    @Override
    public void close() {
        if (!pool.isClosed()) {
            pool.close(CLOSE_LIMIT);
        }
    }

    /** How many connections are open, in use or idle. */
    public int openConnections() {
        return pool.open();
    }

    /** How many connections are open and unused. */
    public int idleConnections() {
        return pool.idle();
    }

    Wire connect(Url url, Duration limit) {
        ConnectOptions options = ConnectOptions.of(url.host(), url.port()).connectTimeout(limit);
        if (url.secure()) {
            options = options.tls(tlsOptions());
        }
        try (TcpStream stream = TcpStream.connect(options)) {
            return Wire.attach(stream.detach(), url.secure());
        }
    }

    private TlsOptions tlsOptions() {
        return tls != null ? tls : TlsOptions.client();
    }

    byte[] writeJson(Object value) {
        return codec().write(value);
    }

    /**
     * Long texts are read outside the loop; a value to write isn't, since other tasks may hold it.
     */
    @Nullable Object readJson(byte[] text, Type type) {
        JsonCodec codec = codec();
        return text.length <= LONG_JSON
                ? codec.read(text, type)
                : Weft.offload(() -> codec.read(text, type));
    }

    /**
     * A library's first use takes long, half a second even: that is no time to hold the loop up.
     */
    private JsonCodec codec() {
        JsonCodec warm = warmJson;
        if (warm == null) {
            warmJson = warm = Weft.offload(this::warm);
        }
        return warm;
    }

    private JsonCodec warm() {
        JsonCodec codec = json == null ? JsonCodec.installed() : json;
        codec.read(codec.write(Map.of("a", List.of(1, "b"))), Object.class);
        return codec;
    }

    /** The value of the Cookie field; empty for none. */
    String cookiesFor(Url url) {
        CookieJar jar = cookies;
        if (jar == null
                || jar == NoCookies.INSTANCE
                || (jar instanceof MemoryCookieJar memory && memory.isEmpty())) {
            return "";
        }
        var field = new StringBuilder();
        for (Cookie cookie : jar.matching(url.uri(), now())) {
            field.append(field.isEmpty() ? "" : "; ")
                    .append(cookie.name())
                    .append('=')
                    .append(cookie.value());
        }
        String value = field.toString();
        FieldSyntax.checkValue("Cookie", value);
        return value;
    }

    void receiveCookies(Url url, Headers received) {
        if (!received.contains("set-cookie") || cookies == NoCookies.INSTANCE) {
            return;
        }
        CookieJar jar = cookies;
        if (jar == null) {
            cookies = jar = CookieJar.inMemory();
        }
        List<String> values = received.all("set-cookie");
        for (String value : values) {
            jar.receive(url.uri(), value, now());
        }
    }

    private Instant now() {
        return loop.clock().instant();
    }
}

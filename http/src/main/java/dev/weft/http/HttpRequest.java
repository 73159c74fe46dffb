package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.time.Duration;

/**
 * What to ask of which URL. Immutable; any thread, and may be sent many times, unless its body is a
 * stream, which is read once.
 *
 * <p>The URL is normalised as browsers do it (RFC 3986): scheme and host in lower case,
 * international names as ASCII, characters that may not stand in a URL percent-encoded, dot
 * segments removed, the fragment dropped. User and password in it become Basic authentication.
 */
public final class HttpRequest {

    final String method;
    final Url url;
    final Headers headers;
    final @Nullable RequestBody body;
    final @Nullable Object json;
    final @Nullable Duration totalTimeout;
    final @Nullable Duration readTimeout;
    final @Nullable Boolean followRedirects;

    HttpRequest(HttpRequestBuilder from) {
        this.method = from.method;
        this.url = from.url;
        this.headers = from.headers;
        this.body = from.body;
        this.json = from.json;
        this.totalTimeout = from.totalTimeout;
        this.readTimeout = from.readTimeout;
        this.followRedirects = from.followRedirects;
    }

    /**
     * A GET request.
     *
     * @throws HttpException.InvalidUrl if the URL can't be asked
     */
    public static HttpRequestBuilder get(String url) {
        return of("GET", url);
    }

    /** A HEAD request; like {@link #get}. Redirects are followed only if asked for. */
    public static HttpRequestBuilder head(String url) {
        return of("HEAD", url).followRedirects(false);
    }

    /** A POST request; like {@link #get}. */
    public static HttpRequestBuilder post(String url) {
        return of("POST", url);
    }

    /** A PUT request; like {@link #get}. */
    public static HttpRequestBuilder put(String url) {
        return of("PUT", url);
    }

    /** A PATCH request; like {@link #get}. */
    public static HttpRequestBuilder patch(String url) {
        return of("PATCH", url);
    }

    /** A DELETE request; like {@link #get}. */
    public static HttpRequestBuilder delete(String url) {
        return of("DELETE", url);
    }

    /** An OPTIONS request; like {@link #get}. */
    public static HttpRequestBuilder options(String url) {
        return of("OPTIONS", url);
    }

    /**
     * A request with any method but CONNECT; methods are case-sensitive.
     *
     * @throws HttpException.InvalidUrl if the URL can't be asked
     * @throws IllegalArgumentException if the method isn't a token, or is CONNECT
     */
    public static HttpRequestBuilder of(String method, String url) {
        if (!FieldSyntax.isToken(method)) {
            throw new IllegalArgumentException(
                    "not a method: \"" + FieldSyntax.visible(method) + "\"");
        }
        if (method.equals("CONNECT")) {
            throw new IllegalArgumentException(
                    "CONNECT makes a tunnel and is no request of a client");
        }
        try {
            return new HttpRequestBuilder(method, Url.parse(url));
        } catch (Url.Malformed e) {
            throw new HttpException.InvalidUrl(
                    method, FieldSyntax.visible(url), String.valueOf(e.getMessage()));
        }
    }

    /** The method. */
    public String method() {
        return method;
    }

    /** The URL, normalised, without user, password and fragment. */
    public URI uri() {
        return url.uri();
    }

    /** The fields that were set; the client adds its own when it sends. */
    public Headers headers() {
        return headers;
    }

    @Override
    public String toString() {
        return method + " " + url;
    }
}

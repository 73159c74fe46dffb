package dev.weft.http;

import java.net.URI;
import java.time.Instant;
import java.util.List;

/**
 * Where a client keeps the cookies that servers set. Called by the client's tasks on its loop; must
 * not wait.
 */
public interface CookieJar {

    /**
     * Takes the value of one {@code Set-Cookie} field that came with the answer of a URL; ignores
     * what is not valid.
     */
    void receive(URI from, String setCookie, Instant now);

    /** The cookies to send to a URL, in that order. */
    List<Cookie> matching(URI to, Instant now);

    /**
     * A jar in memory by the rules of RFC 6265: at most 50 cookies a domain and 3,000 in all (the
     * oldest goes first), 4 KiB each. Loop-confined.
     */
    static CookieJar inMemory() {
        return new MemoryCookieJar();
    }

    /** Keeps nothing. */
    static CookieJar none() {
        return NoCookies.INSTANCE;
    }
}

package dev.weft.http;

import java.net.URI;
import java.time.Instant;
import java.util.List;

/** The jar that keeps nothing. */
enum NoCookies implements CookieJar {
    INSTANCE;

    @Override
    public void receive(URI from, String setCookie, Instant now) {}

    @Override
    public List<Cookie> matching(URI to, Instant now) {
        return List.of();
    }
}

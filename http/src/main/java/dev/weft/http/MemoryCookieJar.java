package dev.weft.http;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Cookies in memory, by domain, each domain's in the order in which they were first set. */
final class MemoryCookieJar implements CookieJar {

    static final int MAX_PER_DOMAIN = 50;
    static final int MAX = 3000;

    private record Key(String name, String path) {}

    private final Map<String, LinkedHashMap<Key, Cookie>> byDomain = new LinkedHashMap<>();
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    @Override
    public void receive(URI from, String setCookie, Instant now) {
        Cookie cookie = Cookie.parse(from, setCookie, now).orElse(null);
        if (cookie == null) {
            return;
        }
        LinkedHashMap<Key, Cookie> cookies =
                byDomain.computeIfAbsent(cookie.domain(), _ -> new LinkedHashMap<>());
        var key = new Key(cookie.name(), cookie.path());
        if (!cookie.expires().isAfter(now)) {
            if (cookies.remove(key) != null) {
                size--;
            }
        } else if (cookies.put(key, cookie) == null) {
            size++;
            if (cookies.size() > MAX_PER_DOMAIN) {
                removeOldest(cookies);
            }
        }
        if (cookies.isEmpty()) {
            byDomain.remove(cookie.domain());
        } else if (size > MAX) {
            removeOldest(byDomain.values().iterator().next());
            byDomain.values().removeIf(Map::isEmpty);
        }
    }

    private void removeOldest(Map<Key, Cookie> cookies) {
        Iterator<Cookie> oldest = cookies.values().iterator();
        oldest.next();
        oldest.remove();
        size--;
    }

    @Override
    public List<Cookie> matching(URI to, Instant now) {
        var found = new ArrayList<Cookie>();
        String domain = Cookie.hostOf(to);
        while (true) {
            LinkedHashMap<Key, Cookie> cookies = byDomain.get(domain);
            if (cookies != null) {
                int before = cookies.size();
                cookies.values().removeIf(cookie -> !cookie.expires().isAfter(now));
                size -= before - cookies.size();
                for (Cookie cookie : cookies.values()) {
                    if (cookie.matches(to, now)) {
                        found.add(cookie);
                    }
                }
            }
            int dot = domain.indexOf('.');
            if (dot < 0) {
                break;
            }
            domain = domain.substring(dot + 1);
        }
        found.sort(Comparator.comparingInt((Cookie cookie) -> cookie.path().length()).reversed());
        return found;
    }
}

package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A cookie as a server set it (RFC 6265 section 5.3). Any thread.
 *
 * @param domain in lower case, without a leading dot
 * @param hostOnly whether it goes to that very host only, not to hosts below it
 * @param path the path it goes to, with everything below
 * @param secure whether it goes over https only
 * @param httpOnly whether scripts of a browser may not see it; kept, without effect here
 * @param expires when it ends; {@link Instant#MAX} for one that lives as long as the jar
 */
public record Cookie(
        String name,
        String value,
        String domain,
        boolean hostOnly,
        String path,
        boolean secure,
        boolean httpOnly,
        Instant expires) {

    /** Longer ones are ignored (RFC 6265 section 6.1). */
    static final int MAX_LENGTH = 4096;

    /**
     * Reads the value of a {@code Set-Cookie} field that came from a URL; empty if the cookie must
     * be ignored: no name, a control character, another site's domain, an address or a whole
     * top-level domain as its domain, or a {@code __Secure-} or {@code __Host-} name without what
     * it promises. There is no list of public suffixes here: {@code co.uk} passes.
     */
    public static Optional<Cookie> parse(URI from, String setCookie, Instant now) {
        if (setCookie.length() > MAX_LENGTH || hasControl(setCookie)) {
            return Optional.empty();
        }
        String host = hostOf(from);
        int semicolon = setCookie.indexOf(';');
        String pair = semicolon < 0 ? setCookie : setCookie.substring(0, semicolon);
        int equals = pair.indexOf('=');
        if (equals < 0 || host.isEmpty()) {
            return Optional.empty();
        }
        String name = pair.substring(0, equals).strip();
        String value = pair.substring(equals + 1).strip();
        var attributes = new Attributes();
        for (int at = semicolon; at >= 0; ) {
            int next = setCookie.indexOf(';', at + 1);
            attributes.take(setCookie.substring(at + 1, next < 0 ? setCookie.length() : next), now);
            at = next;
        }
        String domain = attributes.domain;
        boolean hostOnly = domain.isEmpty() || domain.equals(host);
        if (!domain.isEmpty() && !mayCover(domain, host)) {
            return Optional.empty();
        }
        hostOnly = domain.isEmpty() || (hostOnly && isAddress(host));
        String path = attributes.path.startsWith("/") ? attributes.path : defaultPath(from);
        boolean fromSecure = "https".equalsIgnoreCase(from.getScheme());
        boolean refused =
                name.isEmpty()
                        || (attributes.secure && !fromSecure)
                        || (startsWith(name, "__Secure-") && !attributes.secure)
                        || (startsWith(name, "__Host-")
                                && (!attributes.secure
                                        || !hostOnly
                                        || !attributes.path.equals("/")));
        if (refused) {
            return Optional.empty();
        }
        return Optional.of(
                new Cookie(
                        name,
                        value,
                        hostOnly ? host : domain,
                        hostOnly,
                        path,
                        attributes.secure,
                        attributes.httpOnly,
                        attributes.expires()));
    }

    /** What the attributes behind the first semicolon say; the last of a name counts. */
    private static final class Attributes {
        String domain = "";
        String path = "";
        boolean secure;
        boolean httpOnly;
        private @Nullable Instant expiresAt;
        private @Nullable Instant maxAge;

        void take(String attribute, Instant now) {
            int equals = attribute.indexOf('=');
            String name =
                    (equals < 0 ? attribute : attribute.substring(0, equals))
                            .strip()
                            .toLowerCase(Locale.ROOT);
            String value = equals < 0 ? "" : attribute.substring(equals + 1).strip();
            switch (name) {
                case "domain" -> {
                    String bare = value.startsWith(".") ? value.substring(1) : value;
                    domain = bare.toLowerCase(Locale.ROOT);
                }
                case "path" -> path = value;
                case "secure" -> secure = true;
                case "httponly" -> httpOnly = true;
                case "expires" -> {
                    Instant date = CookieDate.parse(value);
                    expiresAt = date == null ? expiresAt : date;
                }
                case "max-age" -> {
                    Instant end = afterSeconds(value, now);
                    maxAge = end == null ? maxAge : end;
                }
                default -> {
                    // SameSite and what is yet to come mean nothing to a client without pages
                }
            }
        }

        Instant expires() {
            return maxAge != null ? maxAge : expiresAt != null ? expiresAt : Instant.MAX;
        }

        private static @Nullable Instant afterSeconds(String text, Instant now) {
            boolean negative = text.startsWith("-");
            int from = negative ? 1 : 0;
            if (from == text.length()) {
                return null;
            }
            long seconds = 0;
            for (int i = from; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c < '0' || c > '9') {
                    return null;
                }
                seconds = Math.min(seconds * 10 + c - '0', Duration.ofDays(400).toSeconds());
            }
            return negative || seconds == 0 ? Instant.MIN : now.plusSeconds(seconds);
        }
    }

    /** Whether the cookie goes with a request for that URL then. */
    public boolean matches(URI to, Instant now) {
        String host = hostOf(to);
        if (!expires.isAfter(now) || (secure && !"https".equalsIgnoreCase(to.getScheme()))) {
            return false;
        }
        if (hostOnly ? !host.equals(domain) : !covers(domain, host)) {
            return false;
        }
        String asked = to.getRawPath() == null || to.getRawPath().isEmpty() ? "/" : to.getRawPath();
        return asked.startsWith(path)
                && (asked.length() == path.length()
                        || path.endsWith("/")
                        || asked.charAt(path.length()) == '/');
    }

    private static boolean mayCover(String domain, String host) {
        return covers(domain, host) && (domain.indexOf('.') > 0 || domain.equals(host));
    }

    private static boolean covers(String domain, String host) {
        return host.equals(domain)
                || (host.endsWith(domain)
                        && host.charAt(host.length() - domain.length() - 1) == '.'
                        && !isAddress(host));
    }

    private static boolean isAddress(String host) {
        char last = host.charAt(host.length() - 1);
        return host.indexOf(':') >= 0 || (last >= '0' && last <= '9');
    }

    private static String defaultPath(URI from) {
        String path = from.getRawPath();
        int slash = path == null || !path.startsWith("/") ? 0 : path.lastIndexOf('/');
        return slash <= 0 || path == null ? "/" : path.substring(0, slash);
    }

    private static boolean startsWith(String name, String prefix) {
        return name.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    private static boolean hasControl(String text) {
        for (int i = 0; i < text.length(); i++) {
            if ((text.charAt(i) < ' ' && text.charAt(i) != '\t') || text.charAt(i) == 0x7f) {
                return true;
            }
        }
        return false;
    }

    /** {@link URI#getHost} is null for names with an underscore, which DNS and browsers allow. */
    static String hostOf(URI uri) {
        String host = uri.getHost();
        if (host == null) {
            String authority = uri.getRawAuthority();
            if (authority == null) {
                return "";
            }
            String rest = authority.substring(authority.lastIndexOf('@') + 1);
            int colon = rest.lastIndexOf(':');
            host = colon < 0 ? rest : rest.substring(0, colon);
        }
        String bare =
                host.startsWith("[") && host.endsWith("]")
                        ? host.substring(1, host.length() - 1)
                        : host;
        return bare.toLowerCase(Locale.ROOT);
    }
}

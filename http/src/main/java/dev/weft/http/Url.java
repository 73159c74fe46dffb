package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.net.IDN;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * An absolute http or https URL, taken apart and normalised (RFC 3986 sections 3, 5.2 and 6.2):
 * scheme and host in lower case, the host as ASCII (IDNA) and without brackets, the default port
 * filled in, dot segments removed, an empty path "/", the fragment dropped. What may not stand in a
 * URL is percent-encoded as UTF-8, as browsers do; escapes that are there stay as they are, since
 * signed URLs depend on their spelling. Control characters and back-slashes in the authority are
 * refused.
 *
 * @param userInfo still percent-encoded; null if there is none
 * @param target path and query as sent in the request line
 */
record Url(boolean secure, String host, int port, @Nullable String userInfo, String target) {

    /** Says why a text is no URL; the caller adds method and text. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String why) {
            super(why, null, false, false);
        }
    }

    private static final String ESCAPED = " \"<>\\^`{|}";

    static Url parse(String text) throws Malformed {
        String input = cleaned(text);
        int colon = schemeEnd(input);
        if (colon < 0) {
            throw new Malformed("not an absolute URL (it has no http:// or https:// in front)");
        }
        String scheme = input.substring(0, colon).toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("https");
        if (!secure && !scheme.equals("http")) {
            throw new Malformed("only http and https can be asked, not " + scheme);
        }
        if (!input.startsWith("//", colon + 1)) {
            throw new Malformed("after \"" + scheme + ":\" must come \"//\" and a host");
        }
        return fromAuthority(secure, input, colon + 3);
    }

    /** The URL that a reference (a Location header, mostly) means here; RFC 3986 section 5.2.2. */
    Url resolve(String reference) throws Malformed {
        String input = cleaned(reference);
        if (schemeEnd(input) >= 0) {
            return parse(input);
        }
        if (input.startsWith("//")) {
            return fromAuthority(secure, input, 2);
        }
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        String merged;
        if (input.isEmpty()) {
            merged = target;
        } else if (input.charAt(0) == '/') {
            merged = input;
        } else if (input.charAt(0) == '?') {
            merged = path + input;
        } else {
            merged = path.substring(0, path.lastIndexOf('/') + 1) + input;
        }
        return new Url(secure, host, port, userInfo, target(merged, 0));
    }

    private static Url fromAuthority(boolean secure, String input, int from) throws Malformed {
        int end = from;
        while (end < input.length() && "/?#".indexOf(input.charAt(end)) < 0) {
            end++;
        }
        String authority = input.substring(from, end);
        if (authority.indexOf('\\') >= 0) {
            throw new Malformed("a back-slash before the path");
        }
        int at = authority.lastIndexOf('@');
        String userInfo = at < 0 ? null : authority.substring(0, at);
        String hostAndPort = authority.substring(at + 1);
        if (hostAndPort.startsWith("[") && hostAndPort.indexOf(']') < 0) {
            throw new Malformed(
                    "an IPv6 address without its closing bracket: "
                            + FieldSyntax.visible(hostAndPort));
        }
        int portColon =
                hostAndPort.startsWith("[")
                        ? hostAndPort.indexOf(':', Math.max(0, hostAndPort.indexOf(']')))
                        : hostAndPort.indexOf(':');
        String rawHost = portColon < 0 ? hostAndPort : hostAndPort.substring(0, portColon);
        int port = portColon < 0 ? 0 : port(hostAndPort.substring(portColon + 1));
        if (port == 0) {
            port = secure ? 443 : 80;
        }
        return new Url(secure, host(rawHost), port, userInfo, target(input, end));
    }

    private static String cleaned(String text) throws Malformed {
        String input = text.strip();
        int hash = input.indexOf('#');
        if (hash >= 0) {
            input = input.substring(0, hash);
        }
        for (int i = 0; i < input.length(); i++) {
            char c = input.charAt(i);
            if (c < ' ' || c == 0x7f) {
                throw new Malformed("a control character at " + i);
            }
        }
        return input;
    }

    private static int schemeEnd(String input) {
        for (int i = 0; i < input.length(); i++) {
            char c = input.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (c == ':') {
                return i == 0 ? -1 : i;
            }
            if (!letter && (i == 0 || ((c < '0' || c > '9') && c != '+' && c != '-' && c != '.'))) {
                return -1;
            }
        }
        return -1;
    }

    private static int port(String digits) throws Malformed {
        if (digits.isEmpty()) {
            return 0;
        }
        int port = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9' || (port = port * 10 + c - '0') > 65535) {
                throw new Malformed(
                        "a bad port: "
                                + FieldSyntax.visible(digits)
                                + (digits.indexOf(':') < 0
                                        ? ""
                                        : " (an IPv6 address stands in brackets)"));
            }
        }
        if (port == 0) {
            throw new Malformed("port 0 can't be asked");
        }
        return port;
    }

    private static String host(String raw) throws Malformed {
        if (raw.isEmpty()) {
            throw new Malformed("it has no host");
        }
        if (raw.charAt(0) == '[') {
            return ipv6(raw);
        }
        String decoded = raw.indexOf('%') < 0 ? raw : decode(raw);
        boolean plain = true;
        for (int i = 0; i < decoded.length(); i++) {
            char c = decoded.charAt(i);
            if (c > 0x7e) {
                plain = false;
            } else if (c <= ' ' || "\"#%/:<>?@[\\]^`{|}".indexOf(c) >= 0) {
                throw new Malformed("a bad character in the host: " + FieldSyntax.visible(decoded));
            }
        }
        String ascii = decoded;
        if (!plain) {
            try {
                ascii = IDN.toASCII(decoded, 0);
            } catch (IllegalArgumentException e) {
                throw new Malformed(
                        "a host that is no internationalised name: "
                                + FieldSyntax.visible(decoded));
            }
        }
        ascii = ascii.toLowerCase(Locale.ROOT);
        checkLabels(ascii);
        return ascii;
    }

    private static void checkLabels(String host) throws Malformed {
        int length = host.endsWith(".") ? host.length() - 1 : host.length();
        if (length == 0 || length > 253) {
            throw new Malformed("a host of " + length + " characters");
        }
        for (int start = 0; start <= length; ) {
            int dot = host.indexOf('.', start);
            int end = dot < 0 || dot > length ? length : dot;
            if (end == start || end - start > 63) {
                throw new Malformed(
                        "a host with a part that is empty or longer than 63: "
                                + FieldSyntax.visible(host));
            }
            start = end + 1;
        }
    }

    /**
     * Eight groups of up to four hex digits, one run of zeros as "::", perhaps ending as IPv4; no
     * zone.
     */
    private static String ipv6(String raw) throws Malformed {
        if (!raw.endsWith("]")) {
            throw new Malformed("a bad IPv6 address: " + FieldSyntax.visible(raw));
        }
        String address = raw.substring(1, raw.length() - 1).toLowerCase(Locale.ROOT);
        int groups = 0;
        boolean gap = false;
        int i = 0;
        if (address.startsWith("::")) {
            gap = true;
            i = 2;
        }
        while (i < address.length()) {
            int end = i;
            while (end < address.length() && isHex(address.charAt(end))) {
                end++;
            }
            if (end < address.length() && address.charAt(end) == '.') {
                groups += ipv4(address, i) ? 2 : 100;
                i = address.length();
                break;
            }
            if (end == i || end - i > 4) {
                groups = 100;
                break;
            }
            groups++;
            i = end;
            if (i < address.length()) {
                if (address.charAt(i) != ':' || i + 1 == address.length()) {
                    groups = 100;
                    break;
                }
                i++;
                if (address.charAt(i) == ':') {
                    groups += gap ? 100 : 0;
                    gap = true;
                    i++;
                }
            }
        }
        if (gap ? groups > 7 : groups != 8) {
            throw new Malformed("a bad IPv6 address: " + FieldSyntax.visible(raw));
        }
        return address;
    }

    private static boolean ipv4(String text, int from) {
        String[] parts = text.substring(from).split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty()
                    || part.length() > 3
                    || (part.length() > 1 && part.charAt(0) == '0')) {
                return false;
            }
            int n = 0;
            for (int i = 0; i < part.length(); i++) {
                char c = part.charAt(i);
                if (c < '0' || c > '9') {
                    return false;
                }
                n = n * 10 + c - '0';
            }
            if (n > 255) {
                return false;
            }
        }
        return true;
    }

    /** Path and query from there on: escaped where needed, dot segments removed from the path. */
    private static String target(String input, int from) {
        int query = input.indexOf('?', from);
        String path = input.substring(from, query < 0 ? input.length() : query);
        String clean = removeDotSegments(escape(path.isEmpty() ? "/" : path));
        return query < 0 ? clean : clean + escape(input.substring(query));
    }

    private static String escape(String text) {
        int i = 0;
        while (i < text.length() && isFine(text, i)) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        var out = new StringBuilder(text.length() + 16).append(text, 0, i);
        while (i < text.length()) {
            if (isFine(text, i)) {
                out.append(text.charAt(i++));
            } else {
                int codePoint = text.codePointAt(i);
                i += Character.charCount(codePoint);
                for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
                    out.append('%').append(hex(b >> 4)).append(hex(b));
                }
            }
        }
        return out.toString();
    }

    private static char hex(int nibble) {
        return "0123456789ABCDEF".charAt(nibble & 15);
    }

    /** Of ASCII; there are other digits. */
    private static boolean isHex(char c) {
        return c < 128 && Character.digit(c, 16) >= 0;
    }

    private static boolean isFine(String text, int at) {
        char c = text.charAt(at);
        if (c == '%') {
            return at + 2 < text.length()
                    && isHex(text.charAt(at + 1))
                    && isHex(text.charAt(at + 2));
        }
        return c > ' ' && c < 0x7f && ESCAPED.indexOf(c) < 0;
    }

    /** RFC 3986 section 5.2.4; "%2e" counts as a dot, as in browsers. */
    private static String removeDotSegments(String path) {
        String rooted = path.charAt(0) == '/' ? path : "/" + path;
        if (!rooted.contains("/.") && !rooted.contains("/%2")) {
            return rooted;
        }
        var out = new StringBuilder(rooted.length());
        for (int at = 0; at < rooted.length(); ) {
            int next = rooted.indexOf('/', at + 1);
            int end = next < 0 ? rooted.length() : next;
            String segment = rooted.substring(at + 1, end);
            String plain =
                    segment.contains("%2")
                            ? segment.replace("%2e", ".").replace("%2E", ".")
                            : segment;
            if (plain.equals("..")) {
                out.setLength(Math.max(0, out.lastIndexOf("/")));
            }
            if (!plain.equals("..") && !plain.equals(".")) {
                out.append('/').append(segment);
            } else if (next < 0) {
                out.append('/');
            }
            at = end;
        }
        return out.toString();
    }

    private static String decode(String text) throws Malformed {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Malformed(
                    "a bad percent sign in the host or user: " + FieldSyntax.visible(text));
        }
    }

    boolean sameOrigin(Url other) {
        return secure == other.secure && port == other.port && host.equals(other.host);
    }

    /** What the Host field says (RFC 9110 section 7.2). */
    String authority() {
        String name = host.indexOf(':') < 0 ? host : "[" + host + "]";
        return port == (secure ? 443 : 80) ? name : name + ":" + port;
    }

    /** The user information, decoded, as "user:password"; null if there is none. */
    @Nullable String credentials() throws Malformed {
        if (userInfo == null || userInfo.isEmpty()) {
            return null;
        }
        String decoded = decode(userInfo);
        return decoded.indexOf(':') < 0 ? decoded + ":" : decoded;
    }

    /** {@link URI} refuses brackets in a path, which browsers and servers let pass. */
    URI uri() {
        String text = toString();
        return URI.create(
                target.indexOf('[') < 0 && target.indexOf(']') < 0
                        ? text
                        : text.substring(0, text.length() - target.length())
                                + target.replace("[", "%5B").replace("]", "%5D"));
    }

    /** Without user and password: it goes into messages. */
    @Override
    public String toString() {
        return (secure ? "https://" : "http://") + authority() + target;
    }
}

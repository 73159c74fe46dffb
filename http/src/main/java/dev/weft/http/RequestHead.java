package dev.weft.http;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/** What a request's header looks like on the wire. */
final class RequestHead {

    private RequestHead() {}

    /**
     * Framing is the client's business alone: a field of the caller's that contradicts it is how
     * requests get smuggled.
     */
    static void checkAllowed(String name) {
        if (FramingFields.NAMES.contains(name)) {
            throw new IllegalArgumentException("the client sets the field " + name + " itself");
        }
    }

    private static final class FramingFields {
        static final Set<String> NAMES = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

        static {
            NAMES.addAll(
                    Set.of(
                            "Content-Length",
                            "Transfer-Encoding",
                            "Connection",
                            "Keep-Alive",
                            "Proxy-Connection",
                            "Expect",
                            "Upgrade",
                            "TE",
                            "Trailer"));
        }
    }

    /**
     * @param headers the request's own fields
     * @param defaults fields of the client: names and values in turn, left out where {@code
     *     headers} has the name
     * @param cookies the value of the Cookie field, empty for none
     * @param length of the body, -1 for chunks, -2 for no body
     */
    static byte[] encode(
            String method,
            Url url,
            Headers headers,
            String[] defaults,
            String cookies,
            long length) {
        var out = new StringBuilder(256);
        out.append(method).append(' ').append(url.target()).append(" HTTP/1.1\r\n");
        boolean none = headers.size() == 0;
        if (none || !headers.contains("host")) {
            field(out, "Host", url.authority());
        }
        for (int i = 0; i < defaults.length; i += 2) {
            if (none || !headers.contains(defaults[i])) {
                field(out, defaults[i], defaults[i + 1]);
            }
        }
        for (int i = 0; i < headers.size(); i++) {
            field(out, headers.nameAt(i), headers.valueAt(i));
        }
        if (!cookies.isEmpty()) {
            field(out, "Cookie", cookies);
        }
        if (length >= 0) {
            field(out, "Content-Length", Long.toString(length));
        } else if (length == -1) {
            field(out, "Transfer-Encoding", "chunked");
        } else if (method.equals("POST") || method.equals("PUT") || method.equals("PATCH")) {
            field(out, "Content-Length", "0");
        }
        return out.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void field(StringBuilder out, String name, String value) {
        out.append(name).append(": ").append(value).append("\r\n");
    }
}

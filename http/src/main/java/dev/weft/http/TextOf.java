package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Bytes as text: a byte order mark says the charset, else the Content-Type does, else (or if nobody
 * knows that charset) it is UTF-8; what isn't valid becomes U+FFFD.
 */
final class TextOf {

    private TextOf() {}

    static String bytes(byte[] bytes, @Nullable String contentType) {
        int n = bytes.length;
        if (n >= 3
                && bytes[0] == (byte) 0xef
                && bytes[1] == (byte) 0xbb
                && bytes[2] == (byte) 0xbf) {
            return new String(bytes, 3, n - 3, StandardCharsets.UTF_8);
        }
        if (n >= 2 && bytes[0] == (byte) 0xfe && bytes[1] == (byte) 0xff) {
            return new String(bytes, 2, n - 2, StandardCharsets.UTF_16BE);
        }
        if (n >= 2 && bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xfe) {
            return new String(bytes, 2, n - 2, StandardCharsets.UTF_16LE);
        }
        return new String(bytes, charset(contentType));
    }

    static Charset charset(@Nullable String contentType) {
        String name = contentType == null ? "" : parameter(contentType, "charset");
        try {
            return name.isEmpty() ? StandardCharsets.UTF_8 : Charset.forName(name);
        } catch (IllegalArgumentException unknown) {
            return StandardCharsets.UTF_8;
        }
    }

    /** The type without parameters, in lower case; empty if there is none. */
    static String type(@Nullable String contentType) {
        if (contentType == null) {
            return "";
        }
        int semicolon = contentType.indexOf(';');
        String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
        return type.strip().toLowerCase(Locale.ROOT);
    }

    /** RFC 9110 section 5.6.6, a token or a quoted string; empty if it isn't there. */
    private static String parameter(String field, String wanted) {
        int i = field.indexOf(';');
        while (i >= 0 && i < field.length()) {
            int equals = field.indexOf('=', i);
            int next = field.indexOf(';', i + 1);
            if (equals < 0) {
                return "";
            }
            if (next >= 0 && next < equals) {
                i = next;
                continue;
            }
            String name = field.substring(i + 1, equals).strip();
            var value = new StringBuilder();
            int at = equals + 1;
            if (at < field.length() && field.charAt(at) == '"') {
                for (at++; at < field.length() && field.charAt(at) != '"'; at++) {
                    if (field.charAt(at) == '\\' && at + 1 < field.length()) {
                        at++;
                    }
                    value.append(field.charAt(at));
                }
                i = field.indexOf(';', at);
            } else {
                value.append(field, at, next < 0 ? field.length() : next);
                i = next;
            }
            if (name.equalsIgnoreCase(wanted)) {
                return value.toString().strip();
            }
        }
        return "";
    }
}

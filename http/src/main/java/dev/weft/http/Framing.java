package dev.weft.http;

import org.jspecify.annotations.Nullable;

/**
 * How long a message's body is and whether the connection outlives it (RFC 9112 sections 6.3 and
 * 9.3). A length that is said several times, in fields or in one field's list, is accepted in a
 * response if all are equal, and refused in a request.
 */
final class Framing {

    private static final long NONE = -3;

    private Framing() {}

    /** A length, {@link BodyReader#CHUNKED} or {@link BodyReader#UNTIL_CLOSE}. */
    static long ofResponse(Headers headers, boolean http11, int status, boolean toHead) {
        long length = declared(headers, http11, true);
        if (toHead || status < 200 || status == 204 || status == 304) {
            return 0;
        }
        return length == NONE ? BodyReader.UNTIL_CLOSE : length;
    }

    /** A length or {@link BodyReader#CHUNKED}. */
    static long ofRequest(Headers headers, boolean http11) {
        long length = declared(headers, http11, false);
        return length == NONE ? 0 : length;
    }

    private static long declared(Headers headers, boolean http11, boolean repeatable) {
        long length = NONE;
        String transfer = null;
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.nameAt(i);
            if (name.length() == 14 && name.equalsIgnoreCase("content-length")) {
                length = lengths(headers.valueAt(i), length, repeatable);
            } else if (name.length() == 17 && name.equalsIgnoreCase("transfer-encoding")) {
                if (transfer != null) {
                    throw BadMessage.syntax("two Transfer-Encoding fields");
                }
                transfer = headers.valueAt(i);
            }
        }
        return transfer == null ? length : transferCoding(transfer, length, http11);
    }

    private static long transferCoding(String transfer, long length, boolean http11) {
        if (length != NONE) {
            throw BadMessage.syntax("both Content-Length and Transfer-Encoding");
        }
        if (!http11) {
            throw BadMessage.syntax("Transfer-Encoding in an HTTP/1.0 message");
        }
        if (!transfer.equalsIgnoreCase("chunked")) {
            throw new BadMessage(
                    501,
                    "a transfer coding other than chunked: " + FieldSyntax.visible(transfer),
                    null);
        }
        return BodyReader.CHUNKED;
    }

    /** Those of one field: a list, though there is no sense in one (RFC 9112 section 6.3, 5). */
    private static long lengths(String value, long before, boolean repeatable) {
        long length = before;
        int from = 0;
        for (int comma = value.indexOf(','); comma >= 0; comma = value.indexOf(',', from)) {
            length = length(value.substring(from, comma).strip(), length, repeatable);
            from = comma + 1;
        }
        return length(from == 0 ? value : value.substring(from).strip(), length, repeatable);
    }

    private static long length(String value, long before, boolean repeatable) {
        long length = 0;
        int n = value.length();
        boolean bad = n == 0 || n > 18;
        for (int i = 0; i < n && !bad; i++) {
            char c = value.charAt(i);
            bad = c < '0' || c > '9';
            length = length * 10 + c - '0';
        }
        if (bad) {
            throw BadMessage.syntax("a bad Content-Length: " + FieldSyntax.visible(value));
        }
        if (before != NONE && (before != length || !repeatable)) {
            throw BadMessage.syntax(
                    before == length
                            ? "more than one Content-Length"
                            : "Content-Length " + before + " and " + length);
        }
        return length;
    }

    /** Whether the sender means to keep the connection. */
    static boolean keepsAlive(Headers headers, boolean http11) {
        @Nullable String connection = headers.value("connection");
        if (connection == null) {
            return http11;
        }
        return http11
                ? !headers.listHas("connection", "close")
                : headers.listHas("connection", "keep-alive");
    }
}

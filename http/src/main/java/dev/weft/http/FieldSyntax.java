package dev.weft.http;

/** What a method, a field's name and its value may be made of (RFC 9110 sections 5.5 and 5.6.2). */
final class FieldSyntax {

    private static final boolean[] TOKEN = new boolean[128];

    static {
        String punctuation = "!#$%&'*+-.^_`|~";
        for (int i = 0; i < punctuation.length(); i++) {
            TOKEN[punctuation.charAt(i)] = true;
        }
        for (int c = '0'; c <= '9'; c++) {
            TOKEN[c] = true;
        }
        for (int c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = true;
            TOKEN[c - 'a' + 'A'] = true;
        }
    }

    private FieldSyntax() {}

    static boolean isTokenChar(int c) {
        return c >= 0 && c < 128 && TOKEN[c];
    }

    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isTokenChar(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    static void checkName(String name) {
        if (!isToken(name)) {
            throw new IllegalArgumentException(
                    "not a name of a header field: \"" + visible(name) + "\"");
        }
    }

    /**
     * Latin-1 without control characters: anything else could end the line, or would change on the
     * wire.
     */
    static void checkValue(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                throw new IllegalArgumentException(
                        "the value of header field "
                                + name
                                + " holds U+"
                                + Integer.toHexString(0x10000 | c).substring(1)
                                + " at "
                                + i);
            }
        }
    }

    static boolean listHas(String list, String token) {
        int end = list.length();
        for (int at = 0; at < end; ) {
            int comma = list.indexOf(',', at);
            int stop = comma < 0 ? end : comma;
            int from = at;
            int to = stop;
            while (from < to && isSpace(list.charAt(from))) {
                from++;
            }
            while (to > from && isSpace(list.charAt(to - 1))) {
                to--;
            }
            if (to - from == token.length()
                    && list.regionMatches(true, from, token, 0, token.length())) {
                return true;
            }
            at = stop + 1;
        }
        return false;
    }

    static boolean isSpace(int c) {
        return c == ' ' || c == '\t';
    }

    /** The text with control characters shown as such, at most 120 characters: for messages. */
    static String visible(String text) {
        int n = Math.min(text.length(), 120);
        var out = new StringBuilder(n + 16);
        for (int i = 0; i < n; i++) {
            char c = text.charAt(i);
            if (c == '\r') {
                out.append("\\r");
            } else if (c == '\n') {
                out.append("\\n");
            } else if (c == '\t') {
                out.append("\\t");
            } else if (c < ' ' || (c >= 0x7f && c < 0xa0)) {
                out.append("\\x")
                        .append(Character.forDigit(c >> 4, 16))
                        .append(Character.forDigit(c & 15, 16));
            } else {
                out.append(c);
            }
        }
        return n < text.length() ? out.append("...").toString() : out.toString();
    }
}

package dev.weft.http;

/** The first line of a request (RFC 9112 section 3); the target is in origin form, or "*". */
record RequestLine(String method, String target, boolean http11) {

    /** Reads the line at the wire's position; the caller has made it present up to {@code stop}. */
    static RequestLine parse(Wire wire, HeaderParser parser, int stop) {
        byte[] b = wire.bytes;
        int at = wire.at;
        int methodEnd = at;
        while (methodEnd < stop && FieldSyntax.isTokenChar(b[methodEnd])) {
            methodEnd++;
        }
        int targetEnd = methodEnd + 1;
        while (targetEnd < stop && b[targetEnd] > ' ' && b[targetEnd] < 0x7f) {
            targetEnd++;
        }
        boolean known =
                methodEnd > at
                        && methodEnd < stop
                        && b[methodEnd] == ' '
                        && targetEnd > methodEnd + 1
                        && stop - targetEnd == 9
                        && b[targetEnd] == ' '
                        && b[targetEnd + 1] == 'H'
                        && b[targetEnd + 2] == 'T'
                        && b[targetEnd + 3] == 'T'
                        && b[targetEnd + 4] == 'P'
                        && b[targetEnd + 5] == '/'
                        && b[targetEnd + 7] == '.'
                        && b[targetEnd + 6] >= '0'
                        && b[targetEnd + 6] <= '9'
                        && b[targetEnd + 8] >= '0'
                        && b[targetEnd + 8] <= '9';
        if (!known) {
            throw BadMessage.syntax("not a request line: " + parser.text(at, stop));
        }
        if (b[targetEnd + 6] != '1') {
            throw new BadMessage(505, "not HTTP/1: " + parser.text(at, stop), null);
        }
        String method = parser.latin1(at, methodEnd);
        String target = originForm(method, parser.latin1(methodEnd + 1, targetEnd));
        var line = new RequestLine(method, target, b[targetEnd + 8] != '0');
        wire.at = stop + 2;
        return line;
    }

    private static String originForm(String method, String target) {
        if (target.charAt(0) == '/' || (target.equals("*") && method.equals("OPTIONS"))) {
            return target;
        }
        if (method.equals("CONNECT")) {
            throw new BadMessage(501, "this is no proxy", null);
        }
        try {
            return Url.parse(target).target();
        } catch (Url.Malformed e) {
            throw BadMessage.syntax("a bad request target: " + FieldSyntax.visible(target));
        }
    }
}

package dev.weft.http;

/** The first line of an answer (RFC 9112 section 4); {@code http11} is false for HTTP/1.0. */
record StatusLine(boolean http11, int status, String reason) {

    /** Reads the line at the wire's position; the caller has made it present up to {@code stop}. */
    static StatusLine parse(Wire wire, HeaderParser parser, int stop) {
        byte[] b = wire.bytes;
        int at = wire.at;
        boolean known =
                stop - at >= 12
                        && b[at] == 'H'
                        && b[at + 1] == 'T'
                        && b[at + 2] == 'T'
                        && b[at + 3] == 'P'
                        && b[at + 4] == '/'
                        && b[at + 5] == '1'
                        && b[at + 6] == '.'
                        && isDigit(b[at + 7])
                        && b[at + 8] == ' '
                        && isDigit(b[at + 9])
                        && b[at + 9] != '0'
                        && isDigit(b[at + 10])
                        && isDigit(b[at + 11])
                        && (stop == at + 12 || b[at + 12] == ' ');
        if (!known) {
            throw BadMessage.syntax(
                    "not the status line of an HTTP/1 answer: " + parser.text(at, stop));
        }
        for (int i = at + 12; i < stop; i++) {
            if ((b[i] < ' ' && b[i] >= 0 && b[i] != '\t') || b[i] == 0x7f) {
                throw BadMessage.syntax(
                        "a control character in the status line: " + parser.text(at, stop));
            }
        }
        int status = (b[at + 9] - '0') * 100 + (b[at + 10] - '0') * 10 + b[at + 11] - '0';
        String reason =
                status == 200 && stop == at + 15 && b[at + 13] == 'O' && b[at + 14] == 'K'
                        ? "OK"
                        : parser.latin1(Math.min(stop, at + 13), stop);
        var line = new StatusLine(b[at + 7] != '0', status, reason);
        wire.at = stop + 2;
        return line;
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }
}

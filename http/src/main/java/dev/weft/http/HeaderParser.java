package dev.weft.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads start lines and header fields off a wire as RFC 9112 writes them, and nothing that is only
 * nearly so: lines end in CRLF, no space before the colon, no folded lines, no control characters;
 * a line has at most 8 KiB, a header 32 KiB and 128 fields. What is lenient somewhere is what
 * request smuggling lives on.
 */
final class HeaderParser {

    static final int MAX_HEADER = 32 * 1024;
    static final int MAX_FIELDS = 128;

    private final Wire wire;
    private int budget;
    private String[] fields = new String[32];
    private int used;

    HeaderParser(Wire wire) {
        this.wire = wire;
    }

    void begin() {
        budget = MAX_HEADER;
        used = 0;
    }

    /**
     * Makes a whole line present in the wire's window, from {@link Wire#at} on, and takes it off
     * the budget.
     *
     * @return the index behind its last byte, where CRLF begins; -1 if the stream ended before its
     *     first byte
     */
    int line(Deadline deadline) {
        int scanned = 0;
        while (true) {
            byte[] b = wire.bytes;
            for (int i = wire.at + scanned; i < wire.end; i++) {
                if (b[i] == '\n') {
                    if (i == wire.at || b[i - 1] != '\r') {
                        throw BadMessage.syntax("a line that ends in LF without CR");
                    }
                    int length = i - 1 - wire.at;
                    if (length > Wire.MAX_LINE) {
                        throw BadMessage.headerTooLarge(
                                "a line of more than " + Wire.MAX_LINE + " bytes");
                    }
                    budget -= length + 2;
                    if (budget < 0) {
                        throw BadMessage.headerTooLarge(
                                "a header of more than " + MAX_HEADER + " bytes");
                    }
                    return i - 1;
                }
            }
            scanned = wire.end - wire.at;
            if (scanned > Wire.MAX_LINE + 1) {
                throw BadMessage.headerTooLarge("a line of more than " + Wire.MAX_LINE + " bytes");
            }
            if (!wire.fill(deadline)) {
                if (scanned == 0) {
                    return -1;
                }
                throw new Broken("the connection ended in the middle of a header", null);
            }
        }
    }

    /**
     * Gives bytes back to the budget: the sizes and ends of chunks cost nothing, their extensions
     * do.
     */
    void refund(int bytes) {
        budget += bytes;
    }

    /** The fields up to the empty line. */
    Headers fields(Deadline deadline) {
        while (true) {
            int stop = line(deadline);
            if (stop < 0) {
                throw new Broken("the connection ended in the middle of a header", null);
            }
            int start = wire.at;
            if (start == stop) {
                wire.at = stop + 2;
                return used == 0 ? Headers.empty() : new Headers(Arrays.copyOf(fields, used), used);
            }
            field(start, stop);
            wire.at = stop + 2;
        }
    }

    private void field(int start, int stop) {
        byte[] b = wire.bytes;
        int colon = start;
        while (colon < stop && FieldSyntax.isTokenChar(b[colon])) {
            colon++;
        }
        if (colon == start || colon == stop || b[colon] != ':') {
            throw BadMessage.syntax(
                    FieldSyntax.isSpace(b[start])
                            ? "a folded header line"
                            : "a bad header line: " + text(start, stop));
        }
        int from = colon + 1;
        while (from < stop && FieldSyntax.isSpace(b[from])) {
            from++;
        }
        int to = stop;
        while (to > from && FieldSyntax.isSpace(b[to - 1])) {
            to--;
        }
        for (int i = from; i < to; i++) {
            if ((b[i] < ' ' && b[i] >= 0 && b[i] != '\t') || b[i] == 0x7f) {
                throw BadMessage.syntax(
                        "a control character in a header line: " + text(start, stop));
            }
        }
        if (used == 2 * MAX_FIELDS) {
            throw BadMessage.headerTooLarge("more than " + MAX_FIELDS + " header fields");
        }
        if (used == fields.length) {
            fields = Arrays.copyOf(fields, used * 2);
        }
        fields[used++] = latin1(start, colon);
        fields[used++] = latin1(from, to);
    }

    String latin1(int from, int to) {
        return from == to
                ? ""
                : new String(wire.bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** For messages. */
    String text(int from, int to) {
        return FieldSyntax.visible(latin1(from, Math.min(to, from + 200)));
    }
}

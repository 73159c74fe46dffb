package dev.weft.cli;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;

/**
 * Text from elsewhere made fit for a terminal: one line, no control characters, no wider than its
 * column.
 */
final class TerminalText {
    private static final String ELLIPSIS = "…";
    private static final int STAND_IN = '·';

    /**
     * First and last of the ranges that terminals show two columns wide (Unicode Annex 11,
     * roughly).
     */
    private static final int[] WIDE = {
        0x1100, 0x115f, 0x2e80, 0x303e, 0x3040, 0xa4cf, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe30,
                0xfe6f,
        0xff00, 0xff60, 0xffe0, 0xffe6, 0x1f300, 0x1f64f, 0x1f680, 0x1f6ff, 0x1f900, 0x1f9ff,
                0x20000, 0x3fffd
    };

    private TerminalText() {}

    /**
     * Decodes the first bytes of a body. What is malformed is replaced; a character cut off by the
     * end is left out.
     */
    static String decode(ByteBuffer bytes, Charset charset) {
        var decoder =
                charset.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE);
        var chars = CharBuffer.allocate((int) (bytes.remaining() * decoder.maxCharsPerByte()) + 1);
        decoder.decode(bytes, chars, false);
        return chars.flip().toString();
    }

    /**
     * On one line: runs of white space become one space, what would move the cursor a stand-in,
     * what is invisible nothing.
     */
    static String clean(String text) {
        var clean = new StringBuilder(text.length());
        boolean space = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                space = !clean.isEmpty();
                continue;
            }
            int kind = Character.getType(c);
            if (kind == Character.FORMAT) {
                continue;
            }
            if (space) {
                clean.append(' ');
                space = false;
            }
            boolean control =
                    kind == Character.CONTROL
                            || kind == Character.SURROGATE
                            || kind == Character.PRIVATE_USE
                            || kind == Character.UNASSIGNED;
            clean.appendCodePoint(control ? STAND_IN : c);
        }
        return clean.toString();
    }

    /**
     * Cut to a number of columns, with an ellipsis if something is missing. Expects {@linkplain
     * #clean clean} text.
     */
    static String cut(String text, int columns) {
        int used = 0;
        int fits = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            used += width(c);
            if (used > columns) {
                return columns < 1 ? "" : text.substring(0, fits) + ELLIPSIS;
            }
            i += Character.charCount(c);
            if (used < columns) {
                fits = i;
            }
        }
        return text;
    }

    /**
     * What fits of a message that goes from the general to the particular, as {@code "a.example:80:
     * cannot connect: refused"} does: its end is kept, without the words before one of its colons.
     */
    static String cutToEnd(String text, int columns) {
        String rest = text;
        for (int colon = 0; width(rest) > columns; ) {
            colon = text.indexOf(": ", colon);
            if (colon < 0) {
                return cut(rest, columns);
            }
            colon += 2;
            rest = ELLIPSIS + " " + text.substring(colon);
        }
        return rest;
    }

    /** {@linkplain #cut Cut}, then filled up with spaces to exactly that number of columns. */
    static String fit(String text, int columns) {
        String cut = cut(text, columns);
        return cut + " ".repeat(Math.max(0, columns - width(cut)));
    }

    static int width(String text) {
        return text.codePoints().map(TerminalText::width).sum();
    }

    private static int width(int c) {
        if (c < 0x300) {
            return 1;
        }
        int kind = Character.getType(c);
        if (kind == Character.NON_SPACING_MARK || kind == Character.ENCLOSING_MARK) {
            return 0;
        }
        return isWide(c) ? 2 : 1;
    }

    private static boolean isWide(int c) {
        for (int i = 0; i < WIDE.length; i += 2) {
            if (c >= WIDE[i] && c <= WIDE[i + 1]) {
                return true;
            }
        }
        return false;
    }
}

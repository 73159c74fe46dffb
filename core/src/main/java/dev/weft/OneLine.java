package dev.weft;

/**
 * A name or a reason that a user chose, as it stands in messages and trees: on one line, harmless
 * to a terminal, and not too long.
 */
final class OneLine {
    private static final int LONGEST = 120;
    private static final String CUT = "...";

    private OneLine() {}

    /** With escapes as in Java's source for what would end the line or control the terminal. */
    static String of(String text) {
        return isFine(text) ? text : escaped(text);
    }

    private static boolean isFine(String text) {
        if (text.length() > LONGEST) {
            return false;
        }
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (!isFine(c)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFine(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    false;
            default -> true;
        };
    }

    private static String escaped(String text) {
        StringBuilder s = new StringBuilder();
        int end = 0; // of what fits with something behind it
        for (int i = 0; i < text.length() && s.length() <= LONGEST; ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            append(s, c);
            end = s.length() <= LONGEST - CUT.length() ? s.length() : end;
        }
        if (s.length() > LONGEST) {
            s.setLength(end);
            s.append(CUT);
        }
        return s.toString();
    }

    private static void append(StringBuilder s, int c) {
        switch (c) {
            case '\n' -> s.append("\\n");
            case '\r' -> s.append("\\r");
            case '\t' -> s.append("\\t");
            default -> {
                if (isFine(c)) {
                    s.appendCodePoint(c);
                } else if (Character.isBmpCodePoint(c)) {
                    s.append(String.format("\\u%04x", c));
                } else {
                    s.append(String.format("\\u{%x}", c));
                }
            }
        }
    }
}

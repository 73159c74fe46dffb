package dev.weft.process;

import java.util.List;
import java.util.Objects;

/** A program and its arguments: what they may be, and how messages show them. */
final class Words {
    private static final int SHOWN = 200;

    private Words() {}

    static List<String> checked(List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            Objects.requireNonNull(words.get(i), i == 0 ? "the program" : "argument " + i);
        }
        List<String> copy = List.copyOf(words);
        if (copy.isEmpty() || copy.getFirst().isBlank()) {
            throw new IllegalArgumentException(
                    "there is no program in " + copy + ": the first word names it");
        }
        for (int i = 0; i < copy.size(); i++) {
            requireNoNul(copy.get(i), i == 0 ? "the program" : "argument " + i);
        }
        return copy;
    }

    static void requireNoNul(String text, String what) {
        int at = text.indexOf('\0');
        if (at >= 0) {
            throw new IllegalArgumentException(
                    what
                            + " has a NUL character at "
                            + at
                            + ", which no process can be given; pass binary data through stdin or a"
                            + " file: "
                            + quoted(cut(text)));
        }
    }

    /** As one would type it, cut where it is long. */
    static String shown(List<String> words) {
        StringBuilder line = new StringBuilder();
        for (String word : words) {
            if (line.length() > SHOWN) {
                break;
            }
            line.append(line.isEmpty() ? "" : " ").append(quoted(cut(word)));
        }
        return cut(line.toString());
    }

    private static String cut(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    private static String quoted(String word) {
        String plain = word.replaceAll("\\p{Cntrl}+", " ");
        return plain.matches("[\\w@%+=:,./-]+") ? plain : "'" + plain.replace("'", "'\\''") + "'";
    }
}

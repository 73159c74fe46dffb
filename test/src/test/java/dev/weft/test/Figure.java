package dev.weft.test;

import java.util.List;
import java.util.Locale;

/**
 * One measure of the kit.
 *
 * @param wanted what is to be reached
 * @param measured what was reached, or how much was in the way; what that was, on the next lines
 */
record Figure(String id, String wanted, String measured, boolean isReached) {
    /** Reached if there is nothing in the way. */
    static Figure of(String id, String wanted, String measured, List<String> problems) {
        return problems.isEmpty()
                ? new Figure(id, wanted, measured, true)
                : new Figure(
                        id,
                        wanted,
                        problems.size() + " wrong\n" + String.join("\n", problems),
                        false);
    }

    static String number(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%,.1f ms", nanos / 1e6);
    }

    /** A row, and below it what was in the way. */
    @Override
    public String toString() {
        String[] parts = measured.split("\n", 2);
        String row =
                String.format(
                        "%-3s | %-69s | %-38s | %s",
                        id, wanted, parts[0], isReached ? "ok" : "MISSED");
        return parts.length == 1 ? row : row + "\n" + parts[1];
    }
}

package dev.weft.cli;

import java.util.Locale;

/**
 * The rows of standard output. They are printed as results come, so the columns are settled
 * beforehand.
 */
final class Table {
    private static final int STATUS = 6;
    private static final int SIZE = 6;
    private static final int TIME = 7;
    private static final int GAP = 2;
    private static final int FIXED = STATUS + SIZE + TIME + 4 * GAP;

    private final int urlWidth;
    private final int textWidth;

    /**
     * @param width of the terminal in columns
     * @param longestUrl of those to come, or {@link Integer#MAX_VALUE} where nobody knows
     */
    Table(int width, int longestUrl) {
        int rest = Math.max(24, width - FIXED);
        urlWidth = Math.min(Math.max(longestUrl, 3), rest / 2);
        textWidth = rest - urlWidth;
    }

    String header() {
        return row("STATUS", "SIZE", "TIME", "URL", "FIRST CHARACTERS, OR WHAT WENT WRONG");
    }

    String row(FetchRecord record) {
        return row(
                record.status() == null ? "-" : record.status().toString(),
                ByteSizes.text(record.bytes()),
                String.format(Locale.ROOT, "%.3f", record.millis() / 1000.0),
                TerminalText.clean(record.url()),
                text(record));
    }

    private String text(FetchRecord record) {
        String error = record.error();
        if (error == null) {
            return TerminalText.clean(record.head());
        }
        String tries = record.attempts() > 1 ? " after " + record.attempts() + " attempts" : "";
        String what = record.outcome().label() + tries + ": ";
        return what + TerminalText.cutToEnd(TerminalText.clean(error), textWidth - what.length());
    }

    private String row(String status, String size, String time, String url, String text) {
        String row =
                TerminalText.fit(status, STATUS)
                        + gap(size, SIZE)
                        + gap(time, TIME)
                        + " ".repeat(GAP)
                        + TerminalText.fit(url, urlWidth)
                        + " ".repeat(GAP)
                        + TerminalText.cut(text, textWidth);
        return row.stripTrailing() + "\n";
    }

    private static String gap(String number, int width) {
        return " ".repeat(GAP + Math.max(0, width - number.length())) + number;
    }
}

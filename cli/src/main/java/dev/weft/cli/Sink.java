package dev.weft.cli;

import org.jspecify.annotations.Nullable;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Where results go: JSON lines to a file, rows to standard output, the progress line to a terminal.
 * Blocks its thread, and is used by one at a time.
 *
 * <p>Where rows and progress line share a terminal, rows wait for the next progress line: it is
 * wiped, they are printed, it is drawn again below them. URLs that were not begun have no row.
 *
 * <p>Where JSON lines go to a file, rows that can't be printed are given up: the file is written
 * on, and {@link #finish} throws.
 */
final class Sink {
    private static final String WIPE = "\r\033[K";
    private static final String NO_WRAP = "\033[?7l";
    private static final String WRAP = "\033[?7h";

    /** One stream and its name in messages. */
    record Stream(String name, OutputStream bytes) {
        void write(CharSequence text) {
            if (!text.isEmpty()) {
                try {
                    bytes.write(text.toString().getBytes(StandardCharsets.UTF_8));
                    bytes.flush();
                } catch (IOException e) {
                    throw new OutputFailure(name, e);
                }
            }
        }
    }

    private final @Nullable Stream json;
    private final Stream out;
    private final @Nullable Table table;
    private final boolean shared;
    private final StringBuilder rows = new StringBuilder();
    private @Nullable Stream progress;
    private @Nullable OutputFailure lost;

    /**
     * @param json null for no JSON lines
     * @param out takes rows and summary
     * @param table null for no rows
     * @param progress the terminal of the progress line, null for none
     * @param shared whether {@code out} is that terminal, too
     */
    Sink(
            @Nullable Stream json,
            Stream out,
            @Nullable Table table,
            @Nullable Stream progress,
            boolean shared) {
        this.json = json;
        this.out = out;
        this.table = table;
        this.progress = progress;
        this.shared = shared;
        if (table != null) {
            rows.append(table.header());
        }
    }

    /**
     * For this process: rows or, with {@code "-"}, JSON lines on standard output; the progress line
     * only where nothing else would break into it.
     *
     * @param json the file for JSON lines, {@code "-"} for standard output, or null; what it had is
     *     lost
     * @param longestUrl of those to come, or null for no rows
     */
    static Sink open(@Nullable String json, @Nullable Integer longestUrl) throws BadInput {
        var terminal = Terminal.detect();
        var out = new Stream("standard output", new FileOutputStream(FileDescriptor.out));
        var err = new Stream("standard error", new FileOutputStream(FileDescriptor.err));
        var progress = terminal.canRedraw() ? err : null;
        if ("-".equals(json)) {
            return new Sink(out, err, null, terminal.output() ? null : progress, false);
        }
        var table = longestUrl == null ? null : new Table(terminal.width(), longestUrl);
        return new Sink(file(json), out, table, progress, terminal.output());
    }

    private static @Nullable Stream file(@Nullable String json) throws BadInput {
        try {
            return json == null ? null : new Stream(json, new FileOutputStream(json));
        } catch (IOException e) {
            throw new BadInput("cannot write " + e.getMessage());
        }
    }

    boolean showsProgress() {
        return progress != null;
    }

    /** Whether rows or words could not be printed. */
    boolean hasLostTable() {
        return lost != null;
    }

    /** Prints words that come before all rows. */
    void say(String words) {
        print(words);
    }

    void write(List<FetchRecord> records) {
        if (json != null) {
            var lines = new StringBuilder();
            records.forEach(record -> lines.append(JsonLine.of(record)));
            json.write(lines);
        }
        if (table != null) {
            records.stream()
                    .filter(FetchRecord::isBegun)
                    .forEach(record -> rows.append(table.row(record)));
            if (progress == null || !shared) {
                writeRows();
            }
        }
    }

    /** Draws the progress line anew. */
    void show(String line) {
        if (progress != null) {
            if (shared && !rows.isEmpty()) {
                draw(WIPE);
                writeRows();
            }
            draw("\r" + NO_WRAP + line + "\033[K" + WRAP);
        }
    }

    /** Wipes the progress line and prints what is left and the last words. */
    void finish(String words) {
        wipe();
        writeRows();
        print(words);
        if (lost != null) {
            throw lost;
        }
    }

    /** Wipes the progress line. */
    void wipe() {
        draw(WIPE);
    }

    private void writeRows() {
        print(rows);
        rows.setLength(0);
    }

    private void print(CharSequence text) {
        if (lost != null) {
            return;
        }
        try {
            out.write(text);
        } catch (OutputFailure e) {
            lost = e;
            if (json == null) {
                throw e;
            }
        }
    }

    private void draw(String text) {
        try {
            if (progress != null) {
                progress.write(text);
            }
        } catch (OutputFailure e) {
            progress = null; // the terminal has gone, and nothing is lost with it
        }
    }
}

package dev.weft.cli;

import dev.weft.Weft;
import dev.weft.sync.Semaphore;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Takes the records of all tasks to the {@link Sink} and counts them. Loop-confined until the loop
 * has ended.
 *
 * <p>Writing blocks, so it is done off the loop; what comes while a write is under way goes with
 * the next, all at once.
 */
final class Journal {
    private static final int LATE = 1024;

    private final Sink sink;
    private final Consumer<? super FetchRecord> each;
    private final Tally tally = new Tally();
    private final Semaphore writing = new Semaphore(1);
    private List<FetchRecord> pending = new ArrayList<>();

    /**
     * Records on their way: written wholly or, where a cancellation came before the write, not at
     * all.
     */
    private static final class Batch {
        private final List<FetchRecord> records;
        private boolean begun;

        Batch(List<FetchRecord> records) {
            this.records = records;
        }

        void write(Sink sink) {
            begun = true;
            sink.write(records);
        }
    }

    /**
     * @param each sees every record
     */
    Journal(Sink sink, Consumer<? super FetchRecord> each) {
        this.sink = sink;
        this.each = each;
    }

    Tally tally() {
        return tally;
    }

    /**
     * Returns when the record has been written. Cancelled, it is written with a later one or by
     * {@link #flush}.
     */
    void write(FetchRecord record) {
        add(record);
        try (var _ = writing.acquire()) {
            if (pending.isEmpty()) {
                return;
            }
            var batch = new Batch(pending);
            pending = new ArrayList<>();
            try {
                Weft.offload(() -> batch.write(sink));
            } finally {
                if (!batch.begun) {
                    pending.addAll(0, batch.records);
                }
            }
        }
    }

    /** Leaves the record to a later {@link #write} or to {@link #flush}; never waits. */
    void add(FetchRecord record) {
        tally.add(record);
        each.accept(record);
        pending.add(record);
    }

    /** Draws the progress line anew. */
    void show(String line) {
        try (var _ = writing.acquire()) {
            Weft.offload(() -> sink.show(line));
        }
    }

    /** As {@link #add}, writing from time to time. Not on the loop. */
    void addLate(FetchRecord record) {
        add(record);
        if (pending.size() >= LATE) {
            flush();
        }
    }

    /** Writes what is pending. Not on the loop. */
    void flush() {
        var last = pending;
        pending = new ArrayList<>();
        if (!last.isEmpty()) {
            sink.write(last);
        }
    }
}

package dev.weft.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Map;

/** Counts what has happened so far. Not thread-safe. */
final class Tally {
    private final Map<FetchOutcome, Long> counts = new EnumMap<>(FetchOutcome.class);
    private long done;
    private long bytes;
    private long millis;

    void add(FetchRecord record) {
        counts.merge(record.outcome(), 1L, Long::sum);
        done++;
        bytes += record.bytes();
        millis += record.millis();
    }

    long done() {
        return done;
    }

    long failed() {
        return done - count(FetchOutcome.OK);
    }

    long count(FetchOutcome outcome) {
        return counts.getOrDefault(outcome, 0L);
    }

    /** How long it would have taken with one after another. */
    Duration oneByOne() {
        return Duration.ofMillis(millis);
    }

    /** One line: how many in what time, and what became of them. */
    String summary(Duration elapsed) {
        var parts = new ArrayList<String>();
        counts.forEach((outcome, count) -> parts.add(count + " " + outcome.label()));
        return done
                + (done == 1 ? " URL in " : " URLs in ")
                + Durations.text(elapsed)
                + ", "
                + ByteSizes.text(bytes)
                + (bytes < 1024 ? " bytes" : "B")
                + (parts.isEmpty() ? "" : ": " + String.join(", ", parts));
    }
}

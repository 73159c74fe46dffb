package dev.weft;

import java.time.Duration;

/** Arithmetic of durations that neither overflows nor goes negative. */
final class Durations {
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private Durations() {}

    /** Nanoseconds, at least 0 and at most 146 years. */
    static long nanos(Duration d) {
        if (d.isNegative()) {
            return 0;
        }
        return d.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : d.toNanos();
    }

    static long after(long now, Duration d) {
        return now + nanos(d);
    }

    /** As a person writes it: {@code 1.5s}, {@code 200ms}. */
    static String show(Duration d) {
        return d.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    }
}

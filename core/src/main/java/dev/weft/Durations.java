package dev.weft;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/** Arithmetic of durations that neither overflows nor goes negative. */
final class Durations {
    /** 146 years: a time so far from now still compares. */
    static final long LONGEST_NANOS = Long.MAX_VALUE / 2;

    private static final Duration LONGEST = Duration.ofNanos(LONGEST_NANOS);

    private Durations() {}

    /** Nanoseconds, at least 0 and at most 146 years. */
    static long nanos(Duration d) {
        if (d.isNegative()) {
            return 0;
        }
        return d.compareTo(LONGEST) > 0 ? LONGEST_NANOS : d.toNanos();
    }

    static long after(long now, Duration d) {
        return now + nanos(d);
    }

    /** From now to an instant of the loop's clock. */
    static Duration until(Loop loop, Instant deadline) {
        Objects.requireNonNull(deadline, "the deadline");
        return Duration.between(loop.clock().instant(), deadline);
    }

    /** As a person writes it: {@code 1.5s}, {@code 200ms}. */
    static String show(Duration d) {
        return d.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    }
}

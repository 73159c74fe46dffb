package dev.weft;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/** Arithmetic of durations that neither overflows nor goes negative, and how they are shown. */
final class Durations {
    /** 146 years: a time so far from now still compares. */
    static final long LONGEST_NANOS = Long.MAX_VALUE / 2;

    private static final Duration LONGEST = Duration.ofNanos(LONGEST_NANOS);
    private static final Duration CENTURY = Duration.ofDays(36_525);
    private static final long SECOND = 1_000_000_000;
    private static final MathContext THREE_FIGURES = new MathContext(3, RoundingMode.HALF_UP);

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

    /** Whether it is so long that it is no limit. */
    static boolean isEndless(Duration d) {
        return d.compareTo(CENTURY) >= 0;
    }

    /**
     * As a person writes it, in three figures or two units: {@code 200ms}, {@code 1.25s}, {@code
     * 2m30s}, {@code 3d4h}; {@code never} from a century on.
     */
    static String show(Duration d) {
        if (isEndless(d)) {
            return "never";
        }
        if (!d.isNegative()) {
            return figures(d.toNanos());
        }
        boolean isLong = d.compareTo(CENTURY.negated()) < 0;
        return "-" + figures((isLong ? CENTURY : d.negated()).toNanos());
    }

    private static String figures(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        if (nanos < 1_000) {
            return nanos + "ns";
        }
        BigDecimal figures = BigDecimal.valueOf(nanos).round(THREE_FIGURES);
        if (figures.longValue() < SECOND) {
            return figures.movePointLeft(6).stripTrailingZeros().toPlainString() + "ms";
        }
        if (figures.longValue() < 60 * SECOND) {
            return figures.movePointLeft(9).stripTrailingZeros().toPlainString() + "s";
        }
        long seconds = (nanos + SECOND / 2) / SECOND;
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        if (hours == 0) {
            return minutes + "m" + rest(seconds % 60, "s");
        }
        if (days == 0) {
            return hours + "h" + rest(minutes % 60, "m");
        }
        return days + "d" + (days < 100 ? rest(hours % 24, "h") : "");
    }

    private static String rest(long n, String unit) {
        return n == 0 ? "" : n + unit;
    }

    /** {@code timeout of 5s}. */
    static String limited(String what, Duration limit) {
        return isEndless(limit) ? what + " without limit" : what + " of " + show(limit);
    }
}

package dev.weft.cli;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before a further attempt: twice as long each time, from a quarter of a second to
 * ten, of which the later half is drawn by lot, so that those who failed together do not come back
 * together.
 */
final class Backoff {
    private static final long FIRST_NANOS = Duration.ofMillis(250).toNanos();
    private static final long LONGEST_NANOS = Duration.ofSeconds(10).toNanos();

    private Backoff() {}

    /**
     * @param failed how many attempts have failed, at least 1
     */
    static Duration after(int failed, RandomGenerator random) {
        long full = Math.min(LONGEST_NANOS, FIRST_NANOS << Math.min(failed - 1, 10));
        return Duration.ofNanos(full / 2 + random.nextLong(full / 2 + 1));
    }
}

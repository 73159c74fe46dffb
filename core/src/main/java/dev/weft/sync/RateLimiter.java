package dev.weft.sync;

import dev.weft.Loop;
import dev.weft.WaitList;
import dev.weft.Weft;

import java.time.Duration;
import java.util.Objects;

/**
 * Limits how often something is done. First come, first served: a large request is not overtaken by
 * small ones. On the loop's clock.
 *
 * <p><em>Loop-confined</em>. A cancelled {@link #acquire} has taken nothing.
 */
public final class RateLimiter {
    private final RateMeter meter;

    /** Behind the first, who waits for time to pass, the others wait for their turn. */
    private final WaitList turn = new WaitList("RateLimiter.acquire");

    private boolean taken;

    private RateLimiter(RateMeter meter) {
        this.meter = meter;
    }

    /**
     * A token bucket without bursts: the permits come evenly spaced.
     *
     * @param permits how many there are in each period, at least 1
     */
    public static RateLimiter tokenBucket(int permits, Duration period) {
        return tokenBucket(permits, period, 1);
    }

    /**
     * A token bucket. It is full at first; in the long run it gives {@code permits} in each {@code
     * period}, and after a pause up to {@code burst} at once, so that a window of one period may
     * see {@code permits + burst} of them.
     *
     * @throws IllegalArgumentException if a number is less than 1 or the period not positive
     */
    public static RateLimiter tokenBucket(int permits, Duration period, int burst) {
        check(permits, period);
        if (burst < 1) {
            throw new IllegalArgumentException("a burst of " + burst + " is less than 1");
        }
        return new RateLimiter(new TokenBucket((double) permits / nanos(period), burst));
    }

    /**
     * At most {@code permits} in any window of that length, wherever it begins: what a strict quota
     * asks for. Remembers the instants at which permits were taken in the last window.
     *
     * @throws IllegalArgumentException if {@code permits} is less than 1 or the window not positive
     */
    public static RateLimiter slidingWindow(int permits, Duration window) {
        check(permits, window);
        return new RateLimiter(new SlidingWindow(permits, nanos(window)));
    }

    private static void check(int permits, Duration period) {
        Objects.requireNonNull(period, "the period");
        if (permits < 1) {
            throw new IllegalArgumentException("a limit of " + permits + " is less than 1");
        }
        if (!period.isPositive()) {
            throw new IllegalArgumentException("a period of " + period + " is not positive");
        }
    }

    private static long nanos(Duration d) {
        try {
            return d.toNanos();
        } catch (ArithmeticException tooLong) {
            return Long.MAX_VALUE / 4;
        }
    }

    /** Takes one permit, waiting until there is one. */
    public void acquire() {
        acquire(1);
    }

    /**
     * Takes {@code n} permits at once, waiting until there are so many.
     *
     * @throws IllegalArgumentException if {@code n} is less than 1, or more than there can ever be
     *     at once
     */
    public void acquire(int n) {
        require(n);
        turn.enter();
        if (!taken && meter.take(n, now()) == 0) {
            return;
        }
        if (taken) {
            turn.await();
        } else {
            taken = true;
        }
        try {
            for (long wait; (wait = meter.take(n, now())) > 0; ) {
                Weft.sleep(Duration.ofNanos(wait));
            }
        } finally {
            if (!turn.wakeFirst(null)) {
                taken = false;
            }
        }
    }

    /** Takes {@code n} permits if there are so many now and nobody waits for any. Never waits. */
    public boolean tryAcquire(int n) {
        require(n);
        turn.check();
        return !taken && meter.take(n, now()) == 0;
    }

    private void require(int n) {
        if (n < 1 || n > meter.most()) {
            throw new IllegalArgumentException(
                    "cannot acquire " + n + " at once: it is 1 to " + meter.most());
        }
    }

    private static long now() {
        return Loop.current().nanoTime();
    }

    /** How many tasks wait. */
    public int waiting() {
        return turn.size() + (taken ? 1 : 0);
    }

    @Override
    public String toString() {
        return "RateLimiter[" + meter + ", waiting=" + waiting() + "]";
    }
}

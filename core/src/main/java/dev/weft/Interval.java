package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;

/**
 * Ticks that come a period apart, without drift: the time a tick's work takes does not move the
 * next one (Tokio's {@code interval}).
 *
 * <p>{@code for (long n : Interval.every(period))} ticks until the loop is left or the task
 * cancelled. <em>Loop-confined</em>: its time begins with the first {@link #tick}, and it belongs
 * to that loop. A cancelled tick has not been taken: the next call gives it.
 */
public final class Interval implements Iterable<Long> {
    /** As in Tokio: what comes less late than this is no missed tick. */
    private static final long ON_TIME_NANOS = 5_000_000;

    /** What becomes of the ticks that nobody took in time. */
    public enum Missed {
        /** They come one after the other, at once, until the interval has caught up. */
        BURST,
        /** They are dropped, and the next comes a whole period after the late one. */
        DELAY,
        /** They are dropped, and the next comes when one would have come anyway. */
        SKIP
    }

    private final long period;
    private final long start;
    private final Missed missed;
    private @Nullable Loop loop;
    private long next;
    private long number;

    private Interval(long period, long start, Missed missed) {
        this.period = period;
        this.start = start;
        this.missed = missed;
    }

    /**
     * An interval whose first tick comes at once, and which skips what was missed.
     *
     * @throws IllegalArgumentException if the period is not positive
     */
    public static Interval every(Duration period) {
        Objects.requireNonNull(period, "the period");
        if (!period.isPositive()) {
            throw new IllegalArgumentException(
                    "the period of an interval is positive, not " + Durations.show(period));
        }
        return new Interval(Durations.nanos(period), 0, Missed.SKIP);
    }

    /** The same, not begun, with its first tick so long after the first call of {@link #tick}. */
    public Interval startingIn(Duration delay) {
        Objects.requireNonNull(delay, "the delay");
        return new Interval(period, Durations.nanos(delay), missed);
    }

    /** The same, not begun, with another policy. */
    public Interval missed(Missed policy) {
        return new Interval(period, start, Objects.requireNonNull(policy, "the policy"));
    }

    /**
     * Waits for the next tick; one that is due is given at once.
     *
     * @return its number, from 0; those skipped are left out
     * @throws IllegalStateException off the loop, or on another loop than before
     */
    public long tick() {
        LoopTask<?> task = LoopTask.current();
        Loop here = task.loop;
        if (loop == null) {
            task.checkCancelled();
            loop = here;
            next = here.nanoTime() + start;
        } else if (loop != here) {
            throw new IllegalStateException(
                    "Interval.tick called on " + here + ", but it belongs to " + loop);
        }
        long due = next;
        long wait = due - here.nanoTime();
        if (wait > 0) {
            Weft.sleep(Duration.ofNanos(wait));
        } else {
            task.enterWait();
        }
        if (due != next) {
            throw new IllegalStateException("Interval.tick called in two tasks at once");
        }
        long given = number;
        long late = here.nanoTime() - due;
        if (late <= ON_TIME_NANOS || missed == Missed.BURST) {
            next = due + period;
            number = given + 1;
        } else if (missed == Missed.DELAY) {
            next = due + late + period;
            number = given + 1;
        } else {
            long periods = late / period + 1;
            next = due + periods * period;
            number = given + periods;
        }
        return given;
    }

    /** Endless; {@code next} waits for a tick. */
    @Override
    public Iterator<Long> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Long next() {
                return tick();
            }
        };
    }
}

package dev.weft.http;

import dev.weft.Loop;
import dev.weft.WaitList;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * The time limits of one exchange, on the loop's clock: each of its waits runs under whichever ends
 * first, the whole's deadline or the limit for waiting idle. A wait is a scope of {@link
 * Weft#timeout}, so a deadline or a cancellation from outside wins as it does everywhere.
 */
final class Deadline {

    /**
     * A limit passed while waiting; the exchange turns it into the exception that names the
     * request.
     */
    static final class Passed extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final TimeoutKind kind;

        Passed(TimeoutKind kind, String what, @Nullable Throwable cause) {
            super(what, cause, false, false);
            this.kind = kind;
        }
    }

    private static final Duration CENTURY = Duration.ofDays(36_525);

    private final Loop loop;
    private final @Nullable Duration total;
    private final @Nullable Duration idle;
    private final long endsAt;

    /** Null stands for no limit. */
    Deadline(Loop loop, @Nullable Duration total, @Nullable Duration idle) {
        this.loop = loop;
        this.total = total;
        this.idle = idle;
        this.endsAt = total == null ? 0 : loop.nanoTime() + nanos(total);
    }

    /**
     * Parks in the list, whose {@link WaitList#enter} went before, at most as long as the limits
     * allow.
     */
    @Nullable Object await(WaitList list, boolean counted) {
        Duration limit = counted ? idle : null;
        TimeoutKind kind = TimeoutKind.READ;
        if (total != null) {
            long left = endsAt - loop.nanoTime();
            if (limit == null || left < nanos(limit)) {
                limit = left > 0 ? Duration.ofNanos(left) : Duration.ZERO;
                kind = TimeoutKind.TOTAL;
            }
        }
        if (limit == null) {
            return list.await();
        }
        try {
            return Weft.timeout(limit, list::await);
        } catch (TimeoutException e) {
            throw passed(kind, e);
        }
    }

    /** A century is as good as for ever, and can be counted in nanoseconds. */
    static long nanos(Duration limit) {
        return limit.compareTo(CENTURY) < 0 ? limit.toNanos() : CENTURY.toNanos();
    }

    /** What is left of the whole, at most {@code limit}. */
    Duration atMost(Duration limit) {
        if (total == null) {
            return limit;
        }
        long left = Math.max(0, endsAt - loop.nanoTime());
        return left < nanos(limit) ? Duration.ofNanos(left) : limit;
    }

    /** Whether the whole's deadline has passed. */
    boolean isOver() {
        return total != null && endsAt - loop.nanoTime() <= 0;
    }

    private static String text(@Nullable Duration limit) {
        long millis = limit == null ? 0 : limit.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    Passed passed(TimeoutKind kind, @Nullable Throwable cause) {
        return kind == TimeoutKind.READ
                ? new Passed(kind, "no byte moved for " + text(idle), cause)
                : new Passed(kind, "not done within " + text(total), cause);
    }
}

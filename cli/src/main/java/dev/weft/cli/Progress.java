package dev.weft.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * The line that says how far we are: bar, rate over the last seconds, errors, time left. Not
 * thread-safe.
 */
final class Progress {
    private static final long WINDOW_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int BAR = 24;

    private record Sample(long nanos, long done) {}

    private final OptionalLong total;
    private final Deque<Sample> samples = new ArrayDeque<>();

    /**
     * @param total how many there are, where that is known
     */
    Progress(OptionalLong total, long now) {
        this.total = total;
        samples.add(new Sample(now, 0));
    }

    /** The line at this time; {@code now} never goes back. */
    String line(long now, Tally tally) {
        long done = tally.done();
        samples.addLast(new Sample(now, done));
        while (samples.size() > 2 && now - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
        double seconds = Math.max(1, now - samples.getFirst().nanos()) / 1e9;
        double rate = (done - samples.getFirst().done()) / seconds;
        String tail = " " + rate(rate) + "/s, " + errors(tally.failed());
        if (total.isEmpty()) {
            return done + " done," + tail;
        }
        long all = Math.max(total.getAsLong(), done);
        double share = all == 0 ? 1 : (double) done / all;
        int filled = (int) (share * BAR);
        return "["
                + "#".repeat(filled)
                + ".".repeat(BAR - filled)
                + "] "
                + (int) (share * 100)
                + "% "
                + done
                + "/"
                + all
                + ","
                + tail
                + (rate > 0 && done < all
                        ? ", " + Durations.text(seconds((all - done) / rate)) + " left"
                        : "");
    }

    private static Duration seconds(double seconds) {
        return Duration.ofSeconds((long) Math.ceil(Math.min(seconds, 1e8)));
    }

    private static String rate(double rate) {
        return String.format(Locale.ROOT, rate < 10 ? "%.1f" : "%.0f", rate);
    }

    private static String errors(long failed) {
        return failed == 1 ? "1 error" : failed + " errors";
    }
}

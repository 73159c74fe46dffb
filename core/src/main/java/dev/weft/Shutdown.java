package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * While a program is to end and does not, tells which tasks it waits for: after the grace, and then
 * whenever it has lasted twice as long, or an hour longer. Loop-confined.
 */
final class Shutdown extends Timer {
    private static final long SHORTEST_NANOS = 1_000_000_000L;
    private static final long LONGEST_NANOS = 3_600_000_000_000L;
    private static final int MOST_TASKS = 8;

    private final Loop loop;
    private @Nullable String why;
    private long began;
    private long interval;

    Shutdown(Loop loop) {
        this.loop = loop;
    }

    /** The program is to end from now on. */
    void begin(String reason) {
        if (why == null) {
            began = loop.nanoTime();
            interval = Math.max(SHORTEST_NANOS, loop.graceNanos);
            loop.timers.set(this, began + interval);
        }
        why = reason;
    }

    /** It has ended, or goes on after what {@code reason} asked for; null: whatever that was. */
    void end(@Nullable String reason) {
        if (reason == null || reason.equals(why)) {
            why = null;
            loop.timers.cancel(this);
        }
    }

    @Override
    void fire() {
        loop.inSystemTask(this::report);
    }

    private void report() {
        String reason = why;
        if (reason == null) {
            return;
        }
        long now = loop.nanoTime();
        boolean isFirst = now - began < 2 * interval;
        List<LoopTask<?>> culprits = new ArrayList<>();
        for (Task<?> t : TreeReader.tasks(loop)) {
            LoopTask<?> task = (LoopTask<?>) t;
            // who joins waits for others; who ignores its cancellation is reported for that
            if ((!task.isJoining() || task.worker() != null)
                    && !task.isToldSince(now - interval / 2)) {
                culprits.add(task);
            }
        }
        Duration since = Duration.ofNanos(now - began);
        int n = Math.min(culprits.size(), MOST_TASKS);
        for (LoopTask<?> task : culprits.subList(0, n)) {
            loop.reports.stillRunning(task, since, reason, culprits.size());
        }
        if (!isFirst) {
            interval = Math.min(LONGEST_NANOS, interval * 2);
        }
        loop.timers.set(this, now + interval);
    }
}

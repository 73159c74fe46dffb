package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Notices, while it lasts, a step that holds up its loop: code that computes or blocks the carrier,
 * or a task that waits while it cannot leave the carrier (inside a class initialiser or a native
 * frame). One daemon thread for all loops, which only reads a counter of each.
 */
final class Watchdog implements Runnable {
    private static final long LIMIT_NANOS = Settings.slowStep().toNanos();
    private static final Map<Loop, Watched> LOOPS = new ConcurrentHashMap<>();
    private static @Nullable Thread thread;

    private static final class Watched {
        long step;
        long since;
        boolean reported;
    }

    private Watchdog() {}

    static synchronized void watch(Loop loop) {
        if (LIMIT_NANOS == 0) {
            return;
        }
        LOOPS.put(loop, new Watched());
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("weft-watchdog").start(new Watchdog());
        }
    }

    static void forget(Loop loop) {
        LOOPS.remove(loop);
    }

    private static synchronized boolean retire() {
        if (LOOPS.isEmpty()) {
            thread = null;
            return true;
        }
        return false;
    }

    @Override
    public void run() {
        do {
            LockSupport.parkNanos(LIMIT_NANOS / 2);
            LOOPS.forEach(Watchdog::look);
        } while (!LOOPS.isEmpty() || !retire());
    }

    private static void look(Loop loop, Watched seen) {
        long step = loop.stepNow();
        long now = System.nanoTime();
        if (step != seen.step || (step & 1) == 0) {
            seen.step = step;
            seen.since = now;
            seen.reported = false;
        } else if (!seen.reported && now - seen.since >= LIMIT_NANOS) {
            seen.reported = true;
            report(loop, step, now - seen.since);
        }
    }

    private static void report(Loop loop, long step, long nanos) {
        LoopTask<?> task = loop.runningTaskRacily();
        Thread culprit = task == null ? loop.carrier() : task.thread;
        Thread.State state = culprit.getState();
        StackTraceElement[] stack = culprit.getStackTrace();
        if (loop.stepNow() != step) {
            return;
        }
        String who = task == null ? "a task" : "task '" + task.name() + "'";
        boolean pinned =
                task != null
                        && (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING);
        String message =
                pinned
                        ? who
                                + " waits while it is pinned to the carrier of "
                                + loop
                                + " (a class initialiser or a native frame is on its stack), so no"
                                + " other task can run; move the wait out of there"
                        : who
                                + " has held up "
                                + loop
                                + " for "
                                + nanos / 1_000_000
                                + " ms in one step; move blocking calls to Weft.offload, or give"
                                + " way with Weft.checkpoint";
        Reports.log(Level.WARNING, message, new Reports.Stack("it is here", stack));
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Notices, while it lasts, a step that holds up its loop: code that computes or blocks the carrier,
 * or a task that waits while it cannot leave the carrier (inside a class initialiser or a native
 * frame). One daemon thread for all loops, which only reads a counter of each.
 */
final class Watchdog implements Runnable {
    private static final Map<Loop, StepWatch> LOOPS = new ConcurrentHashMap<>();
    private static @Nullable Thread thread;

    private Watchdog() {}

    static synchronized void watch(Loop loop) {
        long limit = loop.slowStepNanos;
        if (limit == 0) {
            return;
        }
        LOOPS.put(loop, new StepWatch(limit, Math.max(1, limit / 4)));
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("weft-watchdog").start(new Watchdog());
        } else {
            LockSupport.unpark(thread); // it may have to look more often from now on
        }
    }

    /** Between two looks: as short as the strictest loop wants it. */
    private static long interval() {
        long shortest = Long.MAX_VALUE;
        for (StepWatch watch : LOOPS.values()) {
            shortest = Math.min(shortest, watch.interval);
        }
        return shortest == Long.MAX_VALUE ? 1 : shortest;
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
            LockSupport.parkNanos(interval());
            LOOPS.forEach(Watchdog::look);
        } while (!LOOPS.isEmpty() || !retire());
    }

    private static void look(Loop loop, StepWatch watch) {
        long step = loop.stepNow();
        LongSupplier cpu = () -> cpuOf(loop.carrier());
        if (!watch.isSuspicious(step, System.nanoTime(), cpu)) {
            return;
        }
        LoopTask<?> task = loop.runningFromOutside();
        Thread culprit = task == null ? loop.carrier() : task.thread;
        Thread.State state = culprit.getState();
        StackTraceElement[] stack = culprit.getStackTrace();
        if (loop.stepNow() != step) {
            return;
        }
        boolean waits = task != null && state != Thread.State.RUNNABLE;
        boolean blocks = waits || (stack.length > 0 && stack[0].isNativeMethod());
        if (!watch.isToBlame(blocks, cpu)) {
            return;
        }
        String who = task == null ? loop.whoRunsBesidesTasks() : loop.describeForReport(task);
        String message =
                waits
                        ? who
                                + " waits while it is pinned to the carrier of "
                                + loop
                                + " by "
                                + pinnedBy(stack)
                                + ", so no other task can run; move the wait out of there"
                        : who
                                + " has held up "
                                + loop
                                + " for "
                                + Durations.show(Duration.ofNanos(watch.lasted()))
                                + " in one step; move blocking calls to Weft.offload, or give"
                                + " way with Weft.checkpoint";
        Reports.log(Level.WARNING, message, new Reports.Stack("it is here", stack));
        if (Settings.slowStepFails()) {
            fail(loop, new SlowStepException(message, stack));
        }
    }

    private static void fail(Loop loop, SlowStepException failure) {
        try {
            loop.handIn(() -> loop.condemn(failure, "a step held up the loop"));
        } catch (RejectedExecutionException theLoopHasEnded) {
            return;
        }
    }

    /** What keeps a waiting task on its carrier. */
    static String pinnedBy(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (frame.getMethodName().equals("<clinit>")) {
                return "the class initialiser of " + frame.getClassName();
            }
        }
        for (StackTraceElement frame : stack) {
            if (frame.isNativeMethod() && !Frames.isMachinery(frame)) {
                return "the native frame " + Frames.show(frame);
            }
        }
        return "a class initialiser or a native frame on its stack";
    }

    /** In nanoseconds; -1 if this JVM does not tell. */
    private static long cpuOf(Thread carrier) {
        try {
            return ManagementFactory.getThreadMXBean().getThreadCpuTime(carrier.threadId());
        } catch (UnsupportedOperationException | LinkageError e) {
            return -1;
        }
    }
}

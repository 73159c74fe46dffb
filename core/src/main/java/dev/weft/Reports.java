package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a loop has to tell whoever runs it, through the logger {@code dev.weft}. Loop-confined; logs
 * in the system task.
 */
final class Reports {
    private static final long UNOBSERVED_NANOS = 1_000_000_000L;

    private final Loop loop;
    private final Set<Unobserved> unobserved = new LinkedHashSet<>();

    /** A failure nobody has waited for yet. */
    private final class Unobserved extends Timer {
        final LoopTask<?> task;

        Unobserved(LoopTask<?> task) {
            this.task = task;
        }

        @Override
        void fire() {
            loop.post(this::report);
        }

        void report() {
            if (unobserved.remove(this) && !task.observed) {
                log(
                        Level.ERROR,
                        "task '"
                                + task.name()
                                + "' failed and nobody awaits it; await it, or handle the failure"
                                + " inside it",
                        task.failure());
            }
        }
    }

    Reports(Loop loop) {
        this.loop = loop;
    }

    /** Reports the failure in a second, unless somebody has begun to wait for the task by then. */
    void failureUnobserved(LoopTask<?> task) {
        Unobserved entry = new Unobserved(task);
        unobserved.add(entry);
        loop.timers.set(entry, loop.nanoTime() + UNOBSERVED_NANOS);
    }

    /** The program ends: reports at once what would have been reported later. */
    void flush() {
        for (Unobserved entry : Set.copyOf(unobserved)) {
            loop.timers.cancel(entry);
            entry.report();
        }
    }

    void notSuppressed(Throwable failure, String where) {
        log(
                Level.ERROR,
                "a further failure in " + where + ", whose first failure cannot suppress it",
                failure);
    }

    void cancellationIgnored(Delivery d) {
        loop.post(
                () -> {
                    LoopTask<?> task = d.task;
                    if (task.isDone()) {
                        return;
                    }
                    Thread worker = d.stuck == null ? null : d.stuck.get();
                    if (worker == null && task.isJoining()) {
                        return;
                    }
                    Thread holding = worker == null ? task.thread : worker;
                    Stack still =
                            new Stack(
                                    "still running here, in '"
                                            + (worker == null ? task.name() : worker.getName())
                                            + "'",
                                    holding.getStackTrace());
                    if (d.delivered != null) {
                        still.addSuppressed(
                                new Stack(
                                        "the cancellation was delivered here",
                                        d.delivered.getStackTrace()));
                    }
                    log(
                            Level.WARNING,
                            "task '"
                                    + task.name()
                                    + "' was cancelled ("
                                    + d.request.reason()
                                    + ") and has not unwound in "
                                    + Durations.show(java.time.Duration.ofNanos(loop.graceNanos))
                                    + "; from now on every wait of it throws",
                            still);
                });
    }

    void unexpected(String where, Throwable thrown) {
        later(Level.ERROR, "unexpected failure: " + where, thrown);
    }

    void tooLate(Runnable command) {
        log(
                Level.WARNING,
                "handed to " + loop + " as it ended, and not run: " + command.getClass().getName(),
                null);
    }

    void outlived(String names) {
        log(
                Level.WARNING,
                "virtual threads outlived "
                        + loop
                        + " and go on with the JDK's scheduler: "
                        + names,
                null);
    }

    private void later(Level level, String message, @Nullable Throwable thrown) {
        if (Thread.currentThread().isVirtual()) {
            log(level, message, thrown);
        } else {
            loop.post(() -> log(level, message, thrown));
        }
    }

    /** Never throws: whoever reports has something else to do. */
    static void log(Level level, String message, @Nullable Throwable thrown) {
        try {
            System.getLogger("dev.weft").log(level, message, thrown);
        } catch (Throwable broken) {
            try {
                System.err.println(
                        message + ": " + thrown + " (and the logger failed: " + broken + ")");
            } catch (Throwable nothingLeft) {
                return;
            }
        }
    }

    /** A stack of another task, in the shape that loggers print. */
    static final class Stack extends Exception {
        private static final long serialVersionUID = 1L;

        Stack(String message, StackTraceElement[] frames) {
            super(message, null, true, true);
            setStackTrace(frames);
        }
    }
}

package dev.weft;

import dev.weft.LoopFailure.Kind;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * What a loop has to tell whoever runs it, through its exception handler, which by default logs to
 * {@code dev.weft}. Loop-confined; calls the handler in the system task.
 */
final class Reports {
    private static final long UNOBSERVED_NANOS = 1_000_000_000L;

    private final Loop loop;
    private final Set<Unobserved> unobserved = new LinkedHashSet<>();
    private final ArrayDeque<LoopFailure> untold = new ArrayDeque<>();
    volatile @Nullable Consumer<? super LoopFailure> handler;

    /** A failure nobody has waited for yet. */
    private final class Unobserved extends Timer {
        final LoopTask<?> task;

        Unobserved(LoopTask<?> task) {
            this.task = task;
        }

        @Override
        void fire() {
            loop.inSystemTask(this::report);
        }

        void report() {
            if (unobserved.remove(this) && !task.observed) {
                tell(
                        Kind.UNOBSERVED,
                        loop.describeForReport(task)
                                + " failed and nobody awaits it; await it, or handle the failure"
                                + " inside it",
                        task.describe(),
                        task,
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
        tell(
                Kind.FURTHER,
                "a further failure in " + where + ", whose first failure cannot suppress it",
                where,
                loop.currentTask(),
                failure);
    }

    void cancellationIgnored(Delivery d) {
        loop.inSystemTask(() -> reportIgnored(d));
    }

    private void reportIgnored(Delivery d) {
        LoopTask<?> task = d.task;
        if (task.isDone()) {
            return;
        }
        Thread worker = d.stuck == null ? null : d.stuck.get();
        if (worker == null && task.isJoining()) {
            return;
        }
        Stack still = stillRunning(task, worker);
        if (d.delivered != null) {
            still.addSuppressed(
                    new Stack("the cancellation was delivered here", d.delivered.getStackTrace()));
        }
        tell(
                Kind.CANCELLATION_IGNORED,
                loop.describeForReport(task)
                        + " was cancelled ("
                        + OneLine.of(d.request.reason())
                        + ") and has not unwound in "
                        + Durations.show(Duration.ofNanos(loop.graceNanos))
                        + "; from now on every wait of it throws",
                task.describe(),
                task,
                still);
    }

    /** The program was to end {@code since}, and the task has not. */
    void stillRunning(LoopTask<?> task, Duration since, String why, int ofHowMany) {
        Thread worker = task.worker();
        String obstacle = task.obstacle();
        tell(
                Kind.STILL_RUNNING,
                "task '"
                        + task.path()
                        + "' still runs "
                        + Durations.show(since)
                        + " after its program was to end ("
                        + OneLine.of(why)
                        + ")"
                        + (worker != null
                                ? ": it waits for thread '" + OneLine.of(worker.getName()) + "'"
                                : obstacle.isEmpty() ? "" : ": " + obstacle)
                        + (ofHowMany == 1 ? "" : "; one of " + ofHowMany),
                task.path(),
                task,
                stillRunning(task, worker));
    }

    private static Stack stillRunning(LoopTask<?> task, @Nullable Thread worker) {
        return new Stack(
                "still running here, in '"
                        + OneLine.of(worker == null ? task.name() : worker.getName())
                        + "'",
                (worker == null ? task.thread : worker).getStackTrace());
    }

    void unexpected(String where, Throwable thrown) {
        tell(Kind.UNEXPECTED, "unexpected failure: " + where, where, null, thrown);
    }

    void brokenInvariants(List<String> broken) {
        tell(
                Kind.UNEXPECTED,
                loop + " has ended and left behind: " + String.join(", ", broken),
                loop.toString(),
                null,
                null);
    }

    void deadlock(String report) {
        tell(Kind.DEADLOCK, report, loop.toString(), null, null);
    }

    /** On any thread. */
    void fromOutside(String where, Throwable thrown) {
        HandOver report =
                new HandOver() {
                    @Override
                    public void run() {
                        unexpected(where, thrown);
                    }

                    @Override
                    public void tooLate() {
                        handle(
                                new LoopFailure(
                                        Kind.UNEXPECTED,
                                        "unexpected failure: " + where,
                                        loop,
                                        where,
                                        null,
                                        thrown));
                    }
                };
        try {
            loop.handIn(report);
        } catch (RejectedExecutionException hasEnded) {
            report.tooLate();
        }
    }

    /** An abandoned call still runs as the loop ends. */
    void abandoned(String call, Thread worker) {
        tell(
                Kind.OUTLIVED,
                "abandoned "
                        + call
                        + " outlives "
                        + loop
                        + " on thread '"
                        + OneLine.of(worker.getName())
                        + "'",
                call,
                null,
                new Stack("still running here", worker.getStackTrace()));
    }

    void outlived(String names) {
        tell(
                Kind.OUTLIVED,
                "virtual threads outlived "
                        + loop
                        + " and go on with the JDK's scheduler: "
                        + names,
                names,
                null,
                null);
    }

    /** On any thread, of work that came when the loop had no time left. */
    void notRun(Runnable command) {
        String what = command.getClass().getName();
        handle(
                new LoopFailure(
                        Kind.NOT_RUN,
                        "handed to " + loop + " as it ended, and not run: " + what,
                        loop,
                        what,
                        null,
                        null));
    }

    /** On the loop, the bare carrier included. */
    private void tell(
            Kind kind,
            String message,
            String place,
            @Nullable LoopTask<?> task,
            @Nullable Throwable failure) {
        untold.add(new LoopFailure(kind, message, loop, place, task, failure));
        loop.inSystemTask(this::tellAll);
    }

    /** In the system task; when the loop has ended, on what was its carrier. */
    void tellAll() {
        LoopFailure failure;
        while ((failure = untold.poll()) != null) {
            handle(failure);
        }
    }

    private void handle(LoopFailure failure) {
        Consumer<? super LoopFailure> h = handler;
        if (h == null) {
            failure.log();
            return;
        }
        try {
            h.accept(failure);
        } catch (Throwable broken) {
            failure.log();
            log(Level.ERROR, "the exception handler of " + loop + " failed", broken);
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

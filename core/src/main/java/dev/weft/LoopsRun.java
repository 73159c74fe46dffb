package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;

/** One program on several loops: {@link Loops#run}. For the thread that called it. */
final class LoopsRun<T extends @Nullable Object> {
    private final Loops loops;
    private final @Nullable Boolean wantsSignals;
    private final List<TaskFuture<T>> bodies = new ArrayList<>();

    /** In the order in which they ended. */
    private final LinkedBlockingQueue<TaskFuture<T>> ended = new LinkedBlockingQueue<>();

    /** Cancelling once more would cut clean-up short. */
    private volatile boolean stopping;

    LoopsRun(Loops loops, @Nullable Boolean wantsSignals) {
        this.loops = loops;
        this.wantsSignals = wantsSignals;
    }

    List<T> run(LoopsBody<T, ?> body) {
        for (int i = 0; i < loops.size(); i++) {
            bodies.add(new TaskFuture<>(loops.get(i), "main", () -> body.run(loops)));
        }
        Signals signals = Signals.install(wantsSignals, this::stop);
        Outcome<T> worst = null;
        try {
            for (int i = 0; i < loops.size(); i++) {
                TaskFuture<T> future = bodies.get(i);
                var _ = future.whenComplete((value, failure) -> ended.add(future));
                loops.get(i).handOver(future);
            }
            for (int left = loops.size(); left > 0; left--) {
                worst = worse(worst, endOf(next()));
            }
        } finally {
            signals.close();
        }
        if (worst != null) {
            var _ = Programs.result(worst, signals);
        }
        List<T> values = new ArrayList<>();
        for (TaskFuture<T> future : bodies) {
            values.add(future.join());
        }
        return values;
    }

    private TaskFuture<T> next() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return ended.take();
                } catch (InterruptedException e) {
                    interrupted = true;
                    stop("the thread that called Loops.run was interrupted");
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Outcome<T> endOf(TaskFuture<T> future) {
        Outcome<T> end = future.outcome();
        return end != null ? end : new Outcome.Failure<>(future.exceptionNow());
    }

    /** What to throw of two ends; null for none. A failure goes before a cancellation. */
    private @Nullable Outcome<T> worse(@Nullable Outcome<T> worst, Outcome<T> end) {
        if (end instanceof Outcome.Success<T>) {
            return worst;
        }
        if (worst == null) {
            if (!stopping) {
                stop(
                        "another loop's program "
                                + (end instanceof Outcome.Failure<T> ? "failed" : "was cancelled"));
            }
            return end;
        }
        if (end instanceof Outcome.Failure<T> next) {
            if (!(worst instanceof Outcome.Failure<T> first)) {
                return end;
            }
            if (first.cause() != next.cause()) {
                first.cause().addSuppressed(next.cause());
            }
        }
        return worst;
    }

    private void stop(String reason) {
        stopping = true;
        for (int i = 0; i < bodies.size(); i++) {
            loops.get(i).stopAll(reason, bodies.get(i));
        }
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;

/**
 * How a task ends, for other threads; or a body handed over by another thread, which becomes a task
 * on the loop. Cancelling it cancels the task.
 */
final class TaskFuture<T extends @Nullable Object> extends CompletableFuture<T>
        implements HandOver, Ending<T> {
    private final Loop loop;
    private final @Nullable String name;
    private final @Nullable Body<? extends T, ?> body;
    private final TaskLocal.@Nullable Binding locals;
    private @Nullable LoopTask<T> task;
    private @Nullable Outcome<T> outcome;

    /** Why to stop, if somebody asked before the task began. */
    private @Nullable String early;

    /** For {@link Task#toFuture}. */
    TaskFuture(LoopTask<T> task) {
        this.loop = task.loop;
        this.name = null;
        this.body = null;
        this.locals = null;
        this.task = task;
    }

    /** For {@link Loop#submit} and {@link Runner}. */
    TaskFuture(Loop loop, @Nullable String name, Body<? extends T, ?> body) {
        this.loop = loop;
        this.name = name;
        this.body = body;
        this.locals = TaskLocal.here();
    }

    /** Whether it is for users, not a runner's own. */
    boolean isExported() {
        return name == null;
    }

    @Override
    public void run() {
        LoopTask<T> t = task;
        Body<? extends T, ?> b = body;
        if (b != null) {
            if (isDone()) {
                return; // cancelled before it was a task: then it is none
            }
            if (loop.isEnding()) {
                tooLate();
                return;
            }
            try {
                t = loop.rootGroup().start(name, LoopTask.ORDINARY, b);
            } catch (Throwable notStarted) { // no memory for it, say
                ended(new Outcome.Failure<>(notStarted));
                return;
            }
            t.inherit(locals);
            task = t;
            loop.guests += name == null ? 0 : 1;
            String reason = early;
            if (reason != null) {
                t.cancel(reason, "another thread");
            }
        }
        if (t != null) {
            t.tell(this);
        }
    }

    @Override
    public void tooLate() {
        LoopTask<T> t = task;
        if (t == null) {
            completeExceptionally(new RejectedExecutionException(loop + " has ended"));
        } else if (t.isDone()) {
            ended(t.ending());
        } else {
            ended(new Outcome.Failure<>(loop.died()));
        }
    }

    @Override
    public void ended(Outcome<T> end) {
        outcome = end;
        loop.guests -= name == null || task == null ? 0 : 1;
        if (end instanceof Outcome.Success<T> success) {
            complete(success.value());
        } else if (end instanceof Outcome.Failure<T> failure) {
            completeExceptionally(failure.cause());
        } else if (end instanceof Outcome.Cancelled<T> cancelled) {
            completeExceptionally(new CancellationException(cancelled.reason()));
        }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean isCancelled = super.cancel(mayInterruptIfRunning);
        if (isCancelled) {
            request("its future was cancelled");
        }
        return isCancelled;
    }

    /** Asks the task to stop; the future goes on until it has. */
    private void request(String reason) {
        String by = Thread.currentThread().getName();
        try {
            loop.post(
                    () -> {
                        if (!requestEarly(reason) && task != null) {
                            task.cancel(reason, by);
                        }
                    });
        } catch (RejectedExecutionException loopHasEnded) {
            return; // and the task before it
        }
    }

    /** On the loop: asks the task to stop as soon as it begins, if it has not. */
    boolean requestEarly(String reason) {
        if (task == null) {
            early = reason;
            return true;
        }
        return false;
    }

    // ---- for Loop.call and Runner, which let nobody else complete the future

    /**
     * Waits on a thread that is no task, and says how it ended; null if the loop ended first. An
     * interrupt cancels the task, with this reason; then it waits on.
     */
    @Nullable Outcome<T> join(String ifInterrupted) {
        boolean interrupted = false;
        while (!isDone()) {
            try {
                var _ = get();
            } catch (InterruptedException e) {
                interrupted = true;
                request(ifInterrupted);
            } catch (ExecutionException | CancellationException hasEnded) {
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return outcome;
    }

    /** How its task ended, when it is done; null if there was none. */
    @Nullable Outcome<T> outcome() {
        return outcome;
    }

    T callFromThread() {
        var _ = join("the thread that called Loop.call was interrupted");
        return value("thread '" + Thread.currentThread().getName() + "'");
    }

    /** Waits in a task of another loop. A cancellation cancels the task here; then it waits on. */
    T callFromTask(LoopTask<?> caller) {
        WaitList done = WaitList.external("Loop.call");
        var _ = whenComplete((value, failure) -> caller.loop.handIn(() -> done.wakeAll(null)));
        CancelledError cancelled = null;
        while (!isDone()) {
            try {
                done.await();
            } catch (CancelledError e) {
                cancelled = e;
                request(e.reason());
                while (!isDone()) {
                    done.awaitUncancellable();
                }
            }
        }
        if (cancelled != null) {
            if (outcome instanceof Outcome.Cancelled<T>) {
                throw cancelled;
            }
            caller.redeliver(cancelled.request());
        }
        return value(caller.describe());
    }

    private T value(String who) {
        Outcome<T> end = outcome;
        if (end instanceof Outcome.Success<T> success) {
            return success.value();
        }
        if (end instanceof Outcome.Failure<T> failure) {
            throw Throwing.sneaky(AwaitedAt.mark(failure.cause(), who));
        }
        if (end instanceof Outcome.Cancelled<T> cancelled) {
            throw new CancellationException(
                    "a call of " + loop + " was cancelled: " + cancelled.reason());
        }
        throw new RejectedExecutionException(loop + " has ended");
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;

/** One task's wait for a stage that completes anywhere. */
final class Stages {
    private final Loop loop;
    private final Thread waiter;
    private final WaitList done = new WaitList("Weft.await of a stage");
    private boolean calling = true;
    private boolean completed;
    private @Nullable Object value;
    private @Nullable Throwable failure;

    private Stages(Loop loop) {
        this.loop = loop;
        this.waiter = Thread.currentThread();
    }

    static <T extends @Nullable Object> T await(CompletionStage<? extends T> stage) {
        Stages wait = new Stages(Loop.current());
        wait.done.enter();
        var _ = stage.whenComplete(wait::complete);
        wait.calling = false;
        if (!wait.completed) {
            wait.done.await();
        }
        Throwable failure = wait.failure;
        if (failure != null) {
            throw Throwing.sneaky(unwrap(failure));
        }
        return Erased.value(wait.value);
    }

    private void complete(@Nullable Object v, @Nullable Throwable f) {
        if (Thread.currentThread() == waiter && calling) {
            set(v, f);
            return;
        }
        try {
            loop.post(
                    () -> {
                        set(v, f);
                        done.wakeAll(null);
                    });
        } catch (RejectedExecutionException theLoopHasEnded) {
            return; // and with it the task that waited
        }
    }

    private void set(@Nullable Object v, @Nullable Throwable f) {
        completed = true;
        value = v;
        failure = f;
    }

    private static Throwable unwrap(Throwable t) {
        Throwable cause = t.getCause();
        return (t instanceof CompletionException || t instanceof ExecutionException)
                        && cause != null
                ? cause
                : t;
    }
}

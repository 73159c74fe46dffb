package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;

/**
 * The wait of one loop's tasks for a stage that completes anywhere. One per stage and loop, since a
 * stage never forgets whom it has to tell: a thousand waits that were cancelled cost it no more
 * than one.
 */
final class Stages {
    private final Loop loop;
    private final WaitList done = WaitList.external("Weft.await of a stage");

    /** The thread that is asking the stage to tell us, which it may do at once. */
    private volatile @Nullable Thread asking;

    private boolean asked;
    private boolean completed;
    private @Nullable Object value;
    private @Nullable Throwable failure;

    Stages(Loop loop) {
        this.loop = loop;
    }

    static <T extends @Nullable Object> T await(CompletionStage<? extends T> stage) {
        return Erased.value(Loop.current().stageOf(stage).waitFor(stage));
    }

    private @Nullable Object waitFor(CompletionStage<?> stage) {
        done.enter();
        if (!isCompleted(stage)) {
            done.await();
        }
        return result();
    }

    private boolean isCompleted(CompletionStage<?> stage) {
        if (!asked) {
            asking = Thread.currentThread();
            var _ = stage.whenComplete(this::complete);
            asking = null;
            asked = true;
        }
        return completed;
    }

    private @Nullable Object result() {
        Throwable failed = failure;
        if (failed != null) {
            throw Throwing.sneaky(unwrap(failed));
        }
        return value;
    }

    private void complete(@Nullable Object v, @Nullable Throwable f) {
        if (Thread.currentThread() == asking) {
            set(v, f);
            return;
        }
        try {
            loop.handIn(
                    () -> {
                        set(v, f);
                        done.wakeAll(null);
                    });
        } catch (RejectedExecutionException theLoopHasEnded) {
            return; // and with it the tasks that waited
        }
    }

    private void set(@Nullable Object v, @Nullable Throwable f) {
        completed = true;
        value = v;
        failure = f;
    }

    /** A stage's completion, for selects. */
    static final class Awaiting<T extends @Nullable Object> extends Source<T> {
        private final CompletionStage<? extends T> stage;

        Awaiting(CompletionStage<? extends T> stage) {
            this.stage = stage;
        }

        private Stages here() {
            return Loop.current().stageOf(stage);
        }

        @Override
        protected WaitList waiters() {
            return here().done;
        }

        @Override
        protected boolean isReady() {
            return here().isCompleted(stage);
        }

        @Override
        protected T take() {
            return Erased.value(here().result());
        }

        @Override
        protected T received(@Nullable Object handedOver) {
            return take();
        }
    }

    private static Throwable unwrap(Throwable t) {
        Throwable cause = t.getCause();
        return (t instanceof CompletionException || t instanceof ExecutionException)
                        && cause != null
                ? cause
                : t;
    }
}

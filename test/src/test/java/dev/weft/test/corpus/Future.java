package dev.weft.test.corpus;

import dev.weft.WaitList;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;

/**
 * A future as asyncio has it, for the bugs that live in it: between its end and the next step of
 * the task that awaits it, a cancellation still hits the task, and what the future holds is lost.
 * Weft's own waits don't work like that.
 */
final class Future<T> {
    private final WaitList waiters = new WaitList("Future.await");
    private boolean awaited;
    private boolean ended;
    private @Nullable T value;

    /** Ends it; the task that awaits it becomes ready. */
    void setResult(@Nullable T result) {
        ended = true;
        value = result;
        waiters.wakeAll(null);
    }

    /** Whether the task that awaited it was cancelled before it had ended. */
    boolean isCancelled() {
        return awaited && !ended && waiters.isEmpty();
    }

    boolean isDone() {
        return ended || isCancelled();
    }

    @Nullable T await() {
        if (!ended) {
            waiters.enter();
            awaited = true;
            waiters.await();
            Weft.checkCancelled();
        }
        return value;
    }
}

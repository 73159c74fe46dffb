package dev.weft.test.corpus;

import dev.weft.Action;
import dev.weft.Group;
import dev.weft.Task;
import dev.weft.Weft;

import java.time.Duration;

/** The part that all of asyncio's versions of wait_for have in common until 3.12. */
final class WaitFor {
    private static final Duration LIMIT = Duration.ofMillis(5);

    /** What differs: how it waits, and what it does when that is cancelled. */
    interface Wait {
        /** Until the waiter ends: when the task has ended, or the time is over. */
        void await(Task<?> inner, Future<Void> waiter);
    }

    private WaitFor() {}

    /** Runs {@code body} in a task of the group, for 5 ms at most. */
    static void call(Group g, Action<?> body, Wait wait) {
        Future<Void> waiter = new Future<>();
        Task<?> inner = g.start("inner", body);
        inner.whenDone(_ -> waiter.setResult(null));
        Task<?> timer =
                g.start(
                        "timer",
                        () -> {
                            Weft.sleep(LIMIT);
                            waiter.setResult(null);
                        });
        try {
            wait.await(inner, waiter);
        } finally {
            timer.cancel("not needed any more");
        }
        if (inner.isDone()) {
            inner.await();
        } else {
            inner.cancel("the time is over");
        }
    }
}

package dev.weft.test.corpus;

import dev.weft.Action;
import dev.weft.CancelledError;
import dev.weft.Group;
import dev.weft.Scope;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.test.Sim;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * asyncio's TaskGroup until 3.13: a child that fails cancels the parent, and the group takes the
 * cancellation that arrives for that one, although a timeout around it asked for one too.
 */
final class GroupSwallowsTimeout extends Bug {
    GroupSwallowsTimeout() {
        super("python/cpython#116720, #155433");
    }

    private static final class ChildFailed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A group of one child, whose body waits for an hour. */
    private static void oldTaskGroup(Group tasks, Action<RuntimeException> child) {
        boolean[] aborting = new boolean[1];
        Weft.moveOnAfter(
                Duration.ofHours(2),
                () -> {
                    Scope parent = Scope.current();
                    Task<?> task =
                            tasks.start(
                                    "child",
                                    () -> {
                                        try {
                                            child.run();
                                        } catch (ChildFailed e) {
                                            aborting[0] = true;
                                            parent.cancel("a child failed");
                                        }
                                    });
                    try {
                        Weft.sleep(Duration.ofHours(1));
                    } catch (CancelledError e) {
                        if (!aborting[0]) {
                            task.cancel("the group was cancelled");
                            throw e;
                        }
                    }
                });
        throw new ChildFailed();
    }

    @Override
    public void broken(Sim sim) {
        Weft.group(
                g ->
                        endsInTime(
                                () ->
                                        oldTaskGroup(
                                                g,
                                                () -> {
                                                    sleepAWhile(sim, 3);
                                                    throw new ChildFailed();
                                                })));
    }

    @Override
    public void fixed(Sim sim) {
        endsInTime(
                () ->
                        Weft.group(
                                g -> {
                                    g.start(
                                            "child",
                                            () -> {
                                                sleepAWhile(sim, 3);
                                                throw new ChildFailed();
                                            });
                                    Weft.sleep(Duration.ofHours(1));
                                }));
    }

    /** Tries again and again, for 5 ms. */
    private static void endsInTime(Action<RuntimeException> attempt) {
        try {
            Weft.timeout(
                    millis(5),
                    () -> {
                        for (int i = 0; i < 8; i++) {
                            try {
                                attempt.run();
                            } catch (ChildFailed e) {
                                Weft.sleep(millis(1));
                            }
                        }
                        throw new AssertionError("the timeout never expired");
                    });
        } catch (TimeoutException e) {
            // as it should be
        }
    }
}

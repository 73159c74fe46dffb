package dev.weft.test.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CancelledError;
import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.test.Sim;

import java.util.concurrent.TimeoutException;

/**
 * asyncio's wait_for from 3.9 to 3.11, the repair of the one before: cancelled when the inner task
 * has ended, it gives the result, and the caller never hears that it was cancelled.
 */
final class WaitForSwallowsCancellation extends Bug {
    WaitForSwallowsCancellation() {
        super("bpo-42130");
    }

    @Override
    public void broken(Sim sim) {
        Weft.group(
                g -> {
                    Task<?> worker =
                            g.start(
                                    "worker",
                                    () -> {
                                        for (int i = 0; i < 10; i++) {
                                            WaitFor.call(
                                                    g,
                                                    () -> Weft.sleep(millis(1)),
                                                    (inner, waiter) -> {
                                                        try {
                                                            waiter.await();
                                                        } catch (CancelledError e) {
                                                            if (!inner.isDone()) {
                                                                inner.cancel("the wait for it was");
                                                                throw e;
                                                            }
                                                        }
                                                    });
                                        }
                                    });
                    requireToEnd(sim, worker);
                });
    }

    @Override
    public void fixed(Sim sim) {
        Weft.group(
                g -> {
                    Task<?> worker =
                            g.start(
                                    "worker",
                                    () -> {
                                        for (int i = 0; i < 10; i++) {
                                            try {
                                                Weft.timeout(
                                                        millis(5), () -> Weft.sleep(millis(1)));
                                            } catch (TimeoutException e) {
                                                // then the next
                                            }
                                        }
                                        Weft.checkpoint();
                                    });
                    requireToEnd(sim, worker);
                });
    }

    private static void requireToEnd(Sim sim, Task<?> worker) {
        sleepAWhile(sim, 4);
        if (worker.cancel("not wanted any more")) {
            assertThat(worker.outcome()).isInstanceOf(Outcome.Cancelled.class);
        }
    }
}

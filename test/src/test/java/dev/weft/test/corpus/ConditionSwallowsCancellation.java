package dev.weft.test.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CancelledError;
import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.sync.Condition;
import dev.weft.sync.Lock;
import dev.weft.test.Sim;

/**
 * asyncio's Condition until 3.7, the repair of the one before: it tries for its lock until it has
 * it, and forgets that it was cancelled meanwhile.
 */
final class ConditionSwallowsCancellation extends Bug {
    ConditionSwallowsCancellation() {
        super("bpo-32841");
    }

    private static void waitWithout(Lock lock, Future<Void> signal) {
        lock.release();
        try {
            signal.await();
        } finally {
            boolean has = false;
            while (!has) {
                try {
                    lock.acquire();
                    has = true;
                } catch (CancelledError again) {
                    // the lock comes first
                }
            }
        }
    }

    @Override
    public void broken(Sim sim) {
        Lock lock = new Lock();
        Future<Void> signal = new Future<>();
        Weft.group(
                g -> {
                    Task<?> waiter =
                            g.start(
                                    "waiter",
                                    () -> {
                                        lock.acquire();
                                        waitWithout(lock, signal);
                                        lock.release();
                                        Weft.sleep(millis(10));
                                    });
                    settle();
                    try (var _ = lock.acquire()) {
                        signal.setResult(null);
                        sleepAWhile(sim, 2);
                        waiter.cancel("not wanted any more");
                    }
                    assertThat(waiter.outcome()).isInstanceOf(Outcome.Cancelled.class);
                });
    }

    @Override
    public void fixed(Sim sim) {
        Condition signal = new Condition();
        Weft.group(
                g -> {
                    Task<?> waiter =
                            g.start(
                                    "waiter",
                                    () -> {
                                        try (var _ = signal.lock().acquire()) {
                                            signal.await();
                                        }
                                        Weft.sleep(millis(10));
                                    });
                    settle();
                    try (var _ = signal.lock().acquire()) {
                        signal.signal();
                        sleepAWhile(sim, 2);
                        waiter.cancel("not wanted any more");
                    }
                    assertThat(waiter.outcome()).isInstanceOf(Outcome.Cancelled.class);
                });
    }
}

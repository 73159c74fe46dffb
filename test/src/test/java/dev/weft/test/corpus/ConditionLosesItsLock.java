package dev.weft.test.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.sync.Condition;
import dev.weft.sync.Lock;
import dev.weft.test.Sim;

/**
 * asyncio's Condition until 3.4: cancelled while it takes the lock again, {@code wait} ends without
 * it, and whoever called releases a lock that somebody else holds.
 */
final class ConditionLosesItsLock extends Bug {
    ConditionLosesItsLock() {
        super("bpo-22970", "waiter");
    }

    /** Waits for what was given, without the lock. */
    private static void waitWithout(Lock lock, Future<Void> signal) {
        lock.release();
        try {
            signal.await();
        } finally {
            lock.acquire();
        }
    }

    @Override
    public void broken(Sim sim) {
        Lock lock = new Lock();
        Future<Void> signal = new Future<>();
        Weft.group(
                g -> {
                    g.start(
                            "waiter",
                            () -> {
                                lock.acquire();
                                try {
                                    waitWithout(lock, signal);
                                } finally {
                                    lock.release();
                                }
                            });
                    settle();
                    try (var _ = lock.acquire()) {
                        signal.setResult(null);
                        Weft.sleep(millis(1));
                        assertThat(lock.owner()).contains(Task.current());
                    }
                });
    }

    @Override
    public void fixed(Sim sim) {
        Condition signal = new Condition();
        Weft.group(
                g -> {
                    g.start(
                            "waiter",
                            () -> {
                                signal.lock().acquire();
                                try {
                                    signal.await();
                                } finally {
                                    signal.lock().release();
                                }
                            });
                    settle();
                    try (var _ = signal.lock().acquire()) {
                        signal.signal();
                        Weft.sleep(millis(1));
                        assertThat(signal.lock().owner()).contains(Task.current());
                    }
                });
    }
}

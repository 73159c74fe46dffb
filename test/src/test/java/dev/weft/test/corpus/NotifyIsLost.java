package dev.weft.test.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.sync.Condition;
import dev.weft.sync.Lock;
import dev.weft.test.Sim;

import java.util.ArrayDeque;

/**
 * asyncio's Condition until 3.12: whom {@code notify} has woken may be cancelled before it has the
 * lock again. The notification is used up, and another waiter sleeps on beside the item.
 */
final class NotifyIsLost extends Bug {
    NotifyIsLost() {
        super("gh-112202", "impatient");
    }

    private static final class OldCondition {
        private final ArrayDeque<Future<Void>> waiters = new ArrayDeque<>();
        private final Lock lock;

        OldCondition(Lock lock) {
            this.lock = lock;
        }

        void await() {
            lock.release();
            Future<Void> signal = new Future<>();
            waiters.add(signal);
            try {
                signal.await();
            } finally {
                waiters.remove(signal);
                Weft.shield(millis(1_000), lock::acquire);
            }
        }

        void signal() {
            waiters.stream().filter(w -> !w.isDone()).findFirst().ifPresent(w -> w.setResult(null));
        }
    }

    @Override
    public void broken(Sim sim) {
        Lock lock = new Lock();
        OldCondition filled = new OldCondition(lock);
        int[] items = new int[1];
        Weft.group(
                g -> {
                    for (String name : new String[] {"impatient", "patient"}) {
                        g.start(
                                name,
                                () -> {
                                    lock.acquire();
                                    try {
                                        while (items[0] == 0) {
                                            filled.await();
                                        }
                                        items[0]--;
                                    } finally {
                                        lock.release();
                                    }
                                });
                    }
                    settle();
                    try (var _ = lock.acquire()) {
                        items[0]++;
                        filled.signal();
                    }
                    settle();
                    assertThat(items[0]).as("items that nobody takes").isZero();
                    g.cancel("there are no more");
                });
    }

    @Override
    public void fixed(Sim sim) {
        Condition filled = new Condition();
        int[] items = new int[1];
        Weft.group(
                g -> {
                    for (String name : new String[] {"impatient", "patient"}) {
                        g.start(
                                name,
                                () -> {
                                    try (var _ = filled.lock().acquire()) {
                                        filled.awaitFor(() -> items[0] > 0);
                                        items[0]--;
                                    }
                                });
                    }
                    settle();
                    try (var _ = filled.lock().acquire()) {
                        items[0]++;
                        filled.signal();
                    }
                    settle();
                    assertThat(items[0]).as("items that nobody takes").isZero();
                    g.cancel("there are no more");
                });
    }
}

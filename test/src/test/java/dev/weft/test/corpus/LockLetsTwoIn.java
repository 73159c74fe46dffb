package dev.weft.test.corpus;

import dev.weft.CancelledError;
import dev.weft.Weft;
import dev.weft.sync.Lock;
import dev.weft.test.Sim;

import java.util.ArrayDeque;

/**
 * asyncio's Lock in 3.6, the repair of the one before: who is cancelled wakes the next if the lock
 * is free, although somebody woken earlier is about to take it.
 */
final class LockLetsTwoIn extends Bug {
    LockLetsTwoIn() {
        super("bpo-32734", "worker");
    }

    private static final class OldLock {
        private final ArrayDeque<Future<Void>> waiters = new ArrayDeque<>();
        private boolean locked;

        void acquire() {
            if (!locked && waiters.stream().allMatch(Future::isCancelled)) {
                locked = true;
                return;
            }
            Future<Void> turn = new Future<>();
            waiters.add(turn);
            try {
                turn.await();
                locked = true;
            } catch (CancelledError e) {
                if (!locked) {
                    wakeFirst();
                }
                throw e;
            } finally {
                waiters.remove(turn);
            }
        }

        void release() {
            locked = false;
            wakeFirst();
        }

        private void wakeFirst() {
            waiters.stream().filter(w -> !w.isDone()).findFirst().ifPresent(w -> w.setResult(null));
        }
    }

    @Override
    public void broken(Sim sim) {
        OldLock lock = new OldLock();
        int[] holders = new int[1];
        sim.always("at most one holds the lock", () -> holders[0] <= 1);
        Weft.group(
                g -> {
                    for (int i = 0; i < 4; i++) {
                        g.start(
                                "worker",
                                () -> {
                                    lock.acquire();
                                    holders[0]++;
                                    try {
                                        Weft.sleep(millis(1));
                                    } finally {
                                        holders[0]--;
                                        lock.release();
                                    }
                                });
                    }
                });
    }

    @Override
    public void fixed(Sim sim) {
        Lock lock = new Lock();
        int[] holders = new int[1];
        sim.always("at most one holds the lock", () -> holders[0] <= 1);
        Weft.group(
                g -> {
                    for (int i = 0; i < 4; i++) {
                        g.start(
                                "worker",
                                () -> {
                                    try (var _ = lock.acquire()) {
                                        holders[0]++;
                                        try {
                                            Weft.sleep(millis(1));
                                        } finally {
                                            holders[0]--;
                                        }
                                    }
                                });
                    }
                });
    }
}

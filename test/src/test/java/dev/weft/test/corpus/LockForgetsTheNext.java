package dev.weft.test.corpus;

import dev.weft.Weft;
import dev.weft.sync.Lock;
import dev.weft.test.Sim;

import java.util.ArrayDeque;

/**
 * asyncio's Lock until 3.6: a release wakes one waiter. If that one is cancelled before its next
 * step, nobody holds the lock and nobody is woken for it.
 */
final class LockForgetsTheNext extends Bug {
    LockForgetsTheNext() {
        super("bpo-27585", "worker");
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
            } finally {
                waiters.remove(turn);
            }
        }

        void release() {
            locked = false;
            waiters.stream().filter(w -> !w.isDone()).findFirst().ifPresent(w -> w.setResult(null));
        }
    }

    @Override
    public void broken(Sim sim) {
        OldLock lock = new OldLock();
        Weft.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        g.start(
                                "worker",
                                () -> {
                                    lock.acquire();
                                    try {
                                        Weft.sleep(millis(1));
                                    } finally {
                                        lock.release();
                                    }
                                });
                    }
                });
    }

    @Override
    public void fixed(Sim sim) {
        Lock lock = new Lock();
        Weft.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        g.start(
                                "worker",
                                () -> {
                                    try (var _ = lock.acquire()) {
                                        Weft.sleep(millis(1));
                                    }
                                });
                    }
                });
    }
}

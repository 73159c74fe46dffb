package dev.weft.test.corpus;

import dev.weft.Weft;
import dev.weft.sync.Semaphore;
import dev.weft.test.Sim;

import java.util.ArrayDeque;

/**
 * A pool of HTTP connections books a slot and then connects. A request that is cancelled meanwhile
 * keeps the slot for ever, and one day all are gone.
 */
final class PoolLosesASlot extends Bug {
    PoolLosesASlot() {
        super("encode/httpcore#1093, aio-libs/aiohttp#2189", "request");
    }

    private static final class OldPool {
        private final ArrayDeque<Future<Void>> waiters = new ArrayDeque<>();
        private int slots = 1;

        void acquire() {
            while (slots == 0) {
                Future<Void> turn = new Future<>();
                waiters.add(turn);
                try {
                    turn.await();
                } finally {
                    waiters.remove(turn);
                }
            }
            slots--;
            Weft.sleep(millis(2)); // connects
        }

        void release() {
            slots++;
            for (Future<Void> waiter : waiters) { // each looks for itself
                if (!waiter.isDone()) {
                    waiter.setResult(null);
                }
            }
        }
    }

    @Override
    public void broken(Sim sim) {
        OldPool pool = new OldPool();
        Weft.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        g.start(
                                "request",
                                () -> {
                                    sleepAWhile(sim, 3);
                                    pool.acquire();
                                    try {
                                        Weft.sleep(millis(1));
                                    } finally {
                                        pool.release();
                                    }
                                });
                    }
                });
    }

    @Override
    public void fixed(Sim sim) {
        Semaphore slots = new Semaphore(1);
        Weft.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        g.start(
                                "request",
                                () -> {
                                    sleepAWhile(sim, 3);
                                    try (var _ = slots.acquire()) {
                                        Weft.sleep(millis(2)); // connects
                                        Weft.sleep(millis(1));
                                    }
                                });
                    }
                });
    }
}

package dev.weft.test.corpus;

import dev.weft.CancelledError;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.sync.Semaphore;
import dev.weft.test.Sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * asyncio's Semaphore in 3.10.5: a flag says that somebody was woken for the permit. If that one is
 * cancelled before its next step and nobody else waits, the flag stays, and nobody gets the permit
 * any more. Who is cancelled when, is chance here.
 */
final class SemaphoreStaysBooked extends Bug {
    SemaphoreStaysBooked() {
        super("gh-90155");
    }

    private static final class OldSemaphore {
        private final ArrayDeque<Future<Void>> waiters = new ArrayDeque<>();
        private int permits = 1;
        private boolean somebodyIsWoken;

        void acquire() {
            while (somebodyIsWoken || permits <= 0) {
                Future<Void> turn = new Future<>();
                waiters.add(turn);
                try {
                    turn.await();
                    somebodyIsWoken = false;
                } catch (CancelledError e) {
                    wakeNext();
                    throw e;
                }
            }
            permits--;
        }

        void release() {
            permits++;
            wakeNext();
        }

        private void wakeNext() {
            while (!waiters.isEmpty()) {
                Future<Void> next = waiters.remove();
                if (!next.isDone()) {
                    next.setResult(null);
                    somebodyIsWoken = true;
                    return;
                }
            }
        }
    }

    @Override
    public void broken(Sim sim) {
        OldSemaphore semaphore = new OldSemaphore();
        Weft.group(
                g -> {
                    List<Task<?>> workers = new ArrayList<>();
                    for (int i = 0; i < 3; i++) {
                        workers.add(
                                g.start(
                                        "worker-" + i,
                                        () -> {
                                            sleepAWhile(sim, 3);
                                            semaphore.acquire();
                                            try {
                                                sleepAWhile(sim, 2);
                                            } finally {
                                                semaphore.release();
                                            }
                                        }));
                    }
                    sleepAWhile(sim, 5);
                    workers.get(sim.random().nextInt(3)).cancel("not wanted any more");
                });
    }

    @Override
    public void fixed(Sim sim) {
        Semaphore semaphore = new Semaphore(1);
        Weft.group(
                g -> {
                    List<Task<?>> workers = new ArrayList<>();
                    for (int i = 0; i < 3; i++) {
                        workers.add(
                                g.start(
                                        "worker-" + i,
                                        () -> {
                                            sleepAWhile(sim, 3);
                                            try (var _ = semaphore.acquire()) {
                                                sleepAWhile(sim, 2);
                                            }
                                        }));
                    }
                    sleepAWhile(sim, 5);
                    workers.get(sim.random().nextInt(3)).cancel("not wanted any more");
                });
    }
}

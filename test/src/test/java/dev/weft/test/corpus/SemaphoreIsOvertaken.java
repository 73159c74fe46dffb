package dev.weft.test.corpus;

import dev.weft.Weft;
import dev.weft.sync.Semaphore;
import dev.weft.test.Sim;

import java.util.ArrayDeque;

/**
 * asyncio's Semaphore until 3.10: a release only wakes the first waiter. Who comes before that
 * one's next step takes the permit, and the waiter goes to the end of the line.
 */
final class SemaphoreIsOvertaken extends Bug {
    SemaphoreIsOvertaken() {
        super("bpo-45997");
    }

    private static final class OldSemaphore {
        private final ArrayDeque<Future<Void>> waiters = new ArrayDeque<>();
        private int permits = 1;

        void acquire() {
            while (permits == 0) {
                Future<Void> turn = new Future<>();
                waiters.add(turn);
                turn.await();
            }
            permits--;
        }

        void release() {
            permits++;
            Future<Void> first = waiters.poll();
            if (first != null) {
                first.setResult(null);
            }
        }
    }

    /** Gives out numbers, and looks that they come in order. */
    private static final class Line {
        private int last;
        private int served;

        int number() {
            return last++;
        }

        void serve(int number) {
            if (number != served++) {
                throw new AssertionError("number " + number + " was served out of turn");
            }
        }
    }

    @Override
    public void broken(Sim sim) {
        OldSemaphore semaphore = new OldSemaphore();
        Line line = new Line();
        Weft.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        g.start(
                                "worker-" + i,
                                () -> {
                                    sleepAWhile(sim, 2);
                                    int number = line.number();
                                    semaphore.acquire();
                                    line.serve(number);
                                    Weft.sleep(millis(1));
                                    semaphore.release();
                                });
                    }
                });
    }

    @Override
    public void fixed(Sim sim) {
        Semaphore semaphore = new Semaphore(1);
        Line line = new Line();
        Weft.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        g.start(
                                "worker-" + i,
                                () -> {
                                    sleepAWhile(sim, 2);
                                    int number = line.number();
                                    try (var _ = semaphore.acquire()) {
                                        line.serve(number);
                                        Weft.sleep(millis(1));
                                    }
                                });
                    }
                });
    }
}

package dev.weft.test.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.sync.Semaphore;
import dev.weft.test.Sim;

import java.util.ArrayDeque;

/**
 * A limiter that serves in order. The first waiter wants more than there is; if it is cancelled,
 * what is there would do for the next one, but nobody looks.
 */
final class HeadStrandsTheNext extends Bug {
    HeadStrandsTheNext() {
        super("agronholm/anyio#1145", "greedy");
    }

    private static final class OldLimiter {
        private record Waiter(int wants, Future<Void> turn) {}

        private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
        private int permits = 2;

        void acquire(int n) {
            if (waiters.isEmpty() && n <= permits) {
                permits -= n;
                return;
            }
            Waiter waiter = new Waiter(n, new Future<>());
            waiters.add(waiter);
            boolean has = false;
            try {
                waiter.turn.await();
                has = true;
            } finally {
                if (!has && !waiters.remove(waiter)) {
                    release(n);
                }
            }
        }

        void release(int n) {
            permits += n;
            while (!waiters.isEmpty() && waiters.element().wants <= permits) {
                Waiter first = waiters.remove();
                permits -= first.wants;
                first.turn.setResult(null);
            }
        }
    }

    @Override
    public void broken(Sim sim) {
        OldLimiter limiter = new OldLimiter();
        Weft.group(
                g -> {
                    limiter.acquire(1);
                    Task<?> greedy =
                            g.start(
                                    "greedy",
                                    () -> {
                                        limiter.acquire(2);
                                        limiter.release(2);
                                    });
                    Task<?> modest =
                            g.start(
                                    "modest",
                                    () -> {
                                        limiter.acquire(1);
                                        limiter.release(1);
                                    });
                    settle();
                    boolean gaveUp = greedy.isDone();
                    settle();
                    assertThat(modest.isDone() || !gaveUp).as("modest's turn").isTrue();
                    limiter.release(1);
                });
    }

    @Override
    public void fixed(Sim sim) {
        Semaphore limiter = new Semaphore(2);
        Weft.group(
                g -> {
                    try (var _ = limiter.acquire()) {
                        Task<?> greedy =
                                g.start(
                                        "greedy",
                                        () -> {
                                            limiter.acquireMany(2).close();
                                        });
                        Task<?> modest =
                                g.start(
                                        "modest",
                                        () -> {
                                            limiter.acquire().close();
                                        });
                        settle();
                        boolean gaveUp = greedy.isDone();
                        settle();
                        assertThat(modest.isDone() || !gaveUp).as("modest's turn").isTrue();
                    }
                });
    }
}

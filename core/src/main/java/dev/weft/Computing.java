package dev.weft;

import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * Threads for computations. None begins while as many compute as there are CPUs, for all loops
 * together; one that waits for its loop does not count.
 *
 * <p>When that one comes back it goes on at once, even if another has its CPU by now: it may hold a
 * lock that the other waits for. For the same reason what was lent its token does not wait.
 */
final class Computing implements Executor {
    static final int CPUS = Runtime.getRuntime().availableProcessors();

    private static final class Cpus extends Semaphore {
        private static final long serialVersionUID = 1;

        Cpus() {
            super(CPUS, true);
        }

        void takeAnyway() {
            reducePermits(1);
        }
    }

    private final Executor threads;
    private final Cpus cpus = new Cpus();

    Computing(Executor threads) {
        this.threads = threads;
    }

    @Override
    public void execute(Runnable work) {
        threads.execute(
                () -> {
                    if (work instanceof OffloadCall<?> call && call.runsForAnother()) {
                        cpus.takeAnyway();
                    } else {
                        cpus.acquireUninterruptibly();
                    }
                    try {
                        work.run();
                    } finally {
                        cpus.release();
                    }
                });
    }

    /** The calling thread, which computes, is going to wait. */
    void leave() {
        cpus.release();
    }

    void comeBack() {
        cpus.takeAnyway();
    }
}

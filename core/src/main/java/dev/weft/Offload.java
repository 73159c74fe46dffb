package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Blocking calls of one loop on daemon platform threads, which all loops share; each loop has a
 * limit of its own.
 */
final class Offload {
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final ThreadPoolExecutor THREADS =
            new ThreadPoolExecutor(
                    0,
                    Integer.MAX_VALUE,
                    10,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    work -> {
                        Thread t =
                                new Thread(
                                        null,
                                        work,
                                        "weft-offload-" + NUMBERS.incrementAndGet(),
                                        0,
                                        false);
                        t.setDaemon(true);
                        return t;
                    });

    private final Loop loop;
    private final int threads = Settings.offloadThreads();
    int free = threads;
    private final WaitList turn = new WaitList("Weft.offload (all threads are busy)");

    Offload(Loop loop) {
        this.loop = loop;
    }

    /** One call on its way: the worker's side is {@link #run}, the loop's side the rest. */
    private final class Call<T extends @Nullable Object> implements Runnable {
        final Body<T, ?> body;
        final WaitList done = WaitList.external("Weft.offload");
        boolean ended;
        @Nullable Object value;
        @Nullable Throwable failure;

        private @Nullable Thread worker;
        private boolean interrupted;
        private boolean over;

        Call(Body<T, ?> body) {
            this.body = body;
        }

        @Override
        public void run() {
            Object result = null;
            Throwable thrown = null;
            try {
                begin();
                result = body.run();
            } catch (Throwable t) {
                thrown = t;
            } finally {
                finish();
            }
            Object v = result;
            Throwable f = thrown;
            loop.handIn(
                    () -> {
                        ended = true;
                        value = v;
                        failure = f;
                        done.wakeAll(null);
                    });
        }

        private synchronized void begin() {
            worker = Thread.currentThread();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        /**
         * From here on the thread is not interrupted for this call any more, so that no interrupt
         * reaches the next one.
         */
        private synchronized void finish() {
            over = true;
            Thread.interrupted();
        }

        synchronized void interrupt() {
            interrupted = true;
            if (worker != null && !over) {
                worker.interrupt();
            }
        }

        synchronized @Nullable Thread worker() {
            return over ? null : worker;
        }
    }

    /** How many calls have not ended. */
    int running() {
        return threads - free;
    }

    <T extends @Nullable Object> T call(Body<T, ?> body) {
        LoopTask<?> task = loop.currentTask();
        task.enterWait();
        if (free > 0) {
            free--;
        } else {
            turn.await();
        }
        Call<T> call = new Call<>(body);
        CancelledError cancelled = null;
        try {
            try {
                THREADS.execute(call);
            } catch (Throwable notStarted) {
                call.ended = true;
                throw notStarted;
            }
            while (!call.ended) {
                try {
                    call.done.await();
                } catch (CancelledError e) {
                    cancelled = e;
                    call.interrupt();
                    task.reportIfStuck(e, call::worker);
                    while (!call.ended) {
                        call.done.awaitUncancellable();
                    }
                }
            }
        } finally {
            if (!turn.wakeFirst(null)) {
                free++;
            }
        }
        return result(call, task, cancelled);
    }

    private static <T extends @Nullable Object> T result(
            Call<T> call, LoopTask<?> task, @Nullable CancelledError cancelled) {
        Throwable failure = call.failure;
        if (cancelled == null) {
            if (failure != null) {
                throw Throwing.sneaky(failure);
            }
            return Erased.value(call.value);
        }
        if (failure == null) {
            task.redeliver(cancelled.request());
            return Erased.value(call.value);
        }
        if (Interrupts.isBehind(failure)) {
            cancelled.addSuppressed(failure);
            throw cancelled;
        }
        task.redeliver(cancelled.request());
        throw Throwing.sneaky(failure);
    }
}

package dev.weft;

import dev.weft.sync.Permit;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the calls of one loop run that block or compute: on daemon platform threads, which all
 * loops share; each loop has limits of its own.
 */
final class Workers {
    private static final int IDLE_SECONDS = 10;

    /** As many as are needed; the loops limit themselves. */
    private static final ThreadPoolExecutor BLOCKING =
            new ThreadPoolExecutor(
                    0,
                    Integer.MAX_VALUE,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    threads("weft-offload-"));

    private static final int CPUS = Runtime.getRuntime().availableProcessors();

    /** As many as there are CPUs, for all loops together. */
    private static final ThreadPoolExecutor COMPUTING =
            new ThreadPoolExecutor(
                    CPUS,
                    CPUS,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    threads("weft-compute-"));

    static {
        COMPUTING.allowCoreThreadTimeOut(true);
    }

    private static ThreadFactory threads(String prefix) {
        AtomicInteger numbers = new AtomicInteger();
        return work -> {
            Thread t = new Thread(null, work, prefix + numbers.incrementAndGet(), 0, false);
            t.setDaemon(true);
            return t;
        };
    }

    private final Loop loop;
    private final Limit blocking =
            new Limit(Settings.offloadThreads(), "Weft.offload (all threads are busy)");
    private final Limit computing = new Limit(CPUS, "Weft.compute (all threads are busy)");
    private final Set<OffloadCall<?>> abandoned = new LinkedHashSet<>();
    private boolean reportsAtEnd;
    private int running;

    Workers(Loop loop) {
        this.loop = loop;
    }

    /** So many calls at once; the others wait their turn. */
    private static final class Limit {
        private final WaitList turn;
        private int free;

        Limit(int free, String what) {
            this.free = free;
            this.turn = new WaitList(what);
        }

        void take() {
            if (free > 0) {
                free--;
            } else {
                turn.await();
            }
        }

        void giveBack() {
            if (!turn.wakeFirst(null)) {
                free++;
            }
        }
    }

    <T extends @Nullable Object> T offload(OffloadOptions options, Body<T, ?> body) {
        OffloadCall<T> call =
                new OffloadCall<>(this, loop.currentTask(), "Weft.offload", options, body);
        call.task.enterWait();
        Executor executor = options.executor();
        if (options.limiter() != null) {
            Permit token = options.limiter().acquireOnBehalfOf(call);
            call.whenEnded = token::close;
        } else if (executor == null) {
            blocking.take();
            call.whenEnded = blocking::giveBack;
        }
        return call.run(executor == null ? BLOCKING : executor);
    }

    <T extends @Nullable Object> T compute(Body<T, ?> body) {
        OffloadCall<T> call =
                new OffloadCall<>(
                        this, loop.currentTask(), "Weft.compute", OffloadOptions.defaults(), body);
        call.task.enterWait();
        computing.take();
        call.whenEnded = computing::giveBack;
        return call.run(COMPUTING);
    }

    /** How many calls tasks wait for. */
    int running() {
        return running;
    }

    void begun() {
        running++;
    }

    void ended(OffloadCall<?> call) {
        if (!abandoned.remove(call)) {
            running--;
        }
    }

    void abandoned(OffloadCall<?> call) {
        running--;
        abandoned.add(call);
        if (!reportsAtEnd) {
            reportsAtEnd = true;
            loop.onClose(this::reportAbandoned);
        }
    }

    private void reportAbandoned() {
        for (OffloadCall<?> call : abandoned) {
            Thread worker = call.worker();
            if (worker != null) {
                loop.reports.abandoned(call.toString(), worker);
            }
        }
    }
}

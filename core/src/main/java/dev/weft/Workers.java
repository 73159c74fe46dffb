package dev.weft;

import dev.weft.sync.CapacityLimiter;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the calls of one loop run that block or compute: on daemon platform threads, which all
 * loops share; each loop has limits of its own.
 */
final class Workers {
    private static final int IDLE_SECONDS = 10;

    private static final Executor BLOCKING = threads("weft-offload-");
    private static final Computing COMPUTING = new Computing(threads("weft-compute-"));

    /** As many as are needed; the loops limit themselves. */
    private static Executor threads(String prefix) {
        AtomicInteger numbers = new AtomicInteger();
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                work -> {
                    String name = prefix + numbers.incrementAndGet();
                    Thread t = new Thread(null, work, name, 0, false);
                    t.setDaemon(true);
                    return t;
                });
    }

    private final Loop loop;
    private final Limit blocking =
            new Limit.OfLoop(
                    Settings.offloadThreads(), "Weft.offload (all threads are busy)", null);

    /** A computation that waits lends to blocking calls, too, lest the two wait for each other. */
    private final Limit computing;

    private final Set<OffloadCall<?>> abandoned = new LinkedHashSet<>();
    private boolean reportsAtEnd;
    private int running;

    Workers(Loop loop) {
        this.loop = loop;
        this.computing =
                new Limit.OfLoop(
                        loop.simulated == null ? Computing.CPUS : SimulatedWorkers.CPUS,
                        "Weft.compute (all threads are busy)",
                        blocking);
    }

    <T extends @Nullable Object> T offload(OffloadOptions options, Body<T, ?> body) {
        Executor executor = options.executor();
        CapacityLimiter limiter = options.limiter();
        return run(
                "Weft.offload",
                options,
                limiter != null ? new Limit.Shared(limiter) : executor == null ? blocking : null,
                executor == null ? blockingThreads() : executor,
                body);
    }

    <T extends @Nullable Object> T compute(Body<T, ?> body) {
        SimulatedTurns s = simulated();
        return run(
                "Weft.compute",
                OffloadOptions.defaults(),
                computing,
                s == null ? COMPUTING : s.workers.computing,
                body);
    }

    private Executor blockingThreads() {
        SimulatedTurns s = simulated();
        return s == null ? BLOCKING : s.workers.blocking;
    }

    /** Null if the program has real threads. */
    private @Nullable SimulatedTurns simulated() {
        SimulatedTurns s = loop.simulated;
        return s == null || s.outsiders.arePermitted() ? null : s;
    }

    private <T extends @Nullable Object> T run(
            String what,
            OffloadOptions options,
            @Nullable Limit limit,
            Executor executor,
            Body<T, ?> body) {
        OffloadCall<T> call =
                new OffloadCall<>(this, loop.currentTask(), what, options, executor, body);
        call.task.enterWait();
        if (limit != null) {
            call.token = Token.take(limit, call);
        }
        return call.await();
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

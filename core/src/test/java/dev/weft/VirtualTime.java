package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * A driver whose clock stands still while tasks run and jumps to the next timer when none is ready.
 * It really waits only where there is no timer: then another thread has to wake the loop. On the
 * carrier, or in an I/O task.
 */
class VirtualTime implements Driver, Invariants.Wanted {
    /** Below zero, so that tests see the clock pass through it. */
    static final long START = -1_500_000_000L;

    static final boolean IO_TASK = Boolean.getBoolean("weft.test.io-task");

    private final SplittableRandom random;
    private final boolean onCarrier;
    private long now = START;
    private @Nullable Loop loop;
    private volatile @Nullable Thread poller;
    private boolean closed;
    private Deadlocks deadlocks = Deadlocks.FAIL;
    int polls;

    VirtualTime(long seed) {
        this(seed, !IO_TASK);
    }

    VirtualTime(long seed, boolean onCarrier) {
        this.random = new SplittableRandom(seed);
        this.onCarrier = onCarrier;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public InstantSource clock() {
        return () -> Instant.EPOCH.plusNanos(now - START);
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public void start(Loop loop) {
        this.loop = loop;
        this.poller = onCarrier ? loop.carrier() : Thread.currentThread();
    }

    @Override
    public void poll(long nanos, Gate gate) {
        polls++;
        if (nanos == 0 || !gate.mayBlock()) {
            return;
        }
        if (nanos == Long.MAX_VALUE) {
            LockSupport.park(this);
        } else {
            now = now + nanos;
        }
    }

    @Override
    public void wakeup() {
        LockSupport.unpark(poller);
    }

    @Override
    public Deadlocks deadlocks() {
        return deadlocks;
    }

    /** Lets other threads wake the loop, which would else look like a deadlock. */
    VirtualTime withThreads() {
        deadlocks = Deadlocks.IGNORE;
        return this;
    }

    @Override
    public boolean hasPending() {
        return false;
    }

    /** Lets time pass as if the running step had taken so long. */
    void advance(Duration time) {
        now = now + time.toNanos();
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public boolean onCarrier() {
        return onCarrier;
    }

    /** What the loop had left when it ended. */
    List<String> leftovers() {
        Loop l = loop;
        Invariants checked = l == null ? null : l.invariants;
        if (checked == null) {
            return List.of("the loop was never started");
        }
        List<String> left = new ArrayList<>(checked.broken());
        if (!closed) {
            left.add("the driver was not closed");
        }
        return left;
    }
}

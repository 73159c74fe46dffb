package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A timed wait of the JDK's on the loop's timers. What it runs only makes a virtual thread ready.
 */
final class JdkTimer extends Timer implements ScheduledFuture<@Nullable Object> {
    private final Loop loop;
    private final Runnable command;
    private volatile boolean cancelled;
    private volatile boolean fired;

    JdkTimer(Loop loop, Runnable command) {
        this.loop = loop;
        this.command = command;
    }

    @Override
    void fire() {
        if (!cancelled) {
            fired = true;
            command.run();
        }
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
        if (fired || cancelled) {
            return false;
        }
        cancelled = true;
        if (loop.switching.isOnLoop()) {
            loop.timers.cancel(this);
        }
        return true;
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public boolean isDone() {
        return fired || cancelled;
    }

    @Override
    public @Nullable Object get() {
        throw new UnsupportedOperationException("a timed wait of the JDK's is not waited for");
    }

    @Override
    public @Nullable Object get(long timeout, TimeUnit unit) {
        return get();
    }

    @Override
    public long getDelay(TimeUnit unit) {
        return unit.convert(when - loop.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
        return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
}

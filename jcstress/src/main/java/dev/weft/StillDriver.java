package dev.weft;

import java.time.Clock;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** A driver that is never polled and remembers whether it was woken. */
final class StillDriver implements Driver {
    volatile boolean woken;

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public InstantSource clock() {
        return Clock.systemUTC();
    }

    @Override
    public RandomGenerator random() {
        return new SplittableRandom(1);
    }

    @Override
    public void start(Loop loop) {}

    @Override
    public void poll(long nanos, Gate gate) {}

    @Override
    public void wakeup() {
        woken = true;
    }

    @Override
    public boolean hasPending() {
        return false;
    }

    @Override
    public void close() {}

    @Override
    public boolean onCarrier() {
        return true;
    }
}

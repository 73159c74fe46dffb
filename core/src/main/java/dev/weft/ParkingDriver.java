package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/** The driver for programs without I/O of Weft's: it parks the carrier. */
final class ParkingDriver implements Driver {
    private final RandomGenerator random = new SplittableRandom();
    private volatile @Nullable Thread carrier;

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public InstantSource clock() {
        return Clock.systemUTC();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public void start(Loop loop) {
        carrier = loop.carrier();
    }

    @Override
    public void poll(long nanos, Gate gate) {
        if (nanos > 0 && gate.mayBlock()) {
            if (nanos == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, nanos);
            }
        }
    }

    @Override
    public void wakeup() {
        LockSupport.unpark(carrier);
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

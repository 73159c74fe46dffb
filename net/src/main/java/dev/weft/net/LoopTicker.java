package dev.weft.net;

import io.netty.util.concurrent.Ticker;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The driver's time for Netty's timers. It begins at nought, as Netty's arithmetic wants times that
 * are not negative.
 */
final class LoopTicker implements Ticker {
    private final LongSupplier nanoTime;
    private final long begin;

    LoopTicker(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.begin = nanoTime.getAsLong();
    }

    @Override
    public long initialNanoTime() {
        return begin;
    }

    @Override
    public long nanoTime() {
        return nanoTime.getAsLong() - begin;
    }

    /**
     * A time of the driver's as one of this; {@code Long.MAX_VALUE} stays. One before this began is
     * 0, since Netty takes what is negative for no time at all.
     */
    long fromDriver(long time) {
        return time == Long.MAX_VALUE ? time : Math.max(0, time - begin);
    }

    @Override
    public void sleep(long delay, TimeUnit unit) throws InterruptedException {
        unit.sleep(delay);
    }
}

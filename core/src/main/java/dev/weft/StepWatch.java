package dev.weft;

import java.util.function.LongSupplier;

/**
 * How long one loop's running step has held it up, as far as the step itself is to blame. Times in
 * which the whole machine stood still (a collection, a suspended laptop) or had no CPU for the
 * carrier are left out: a wall clock alone accuses whoever happens to run.
 *
 * <p>Not thread-safe; fed by the watchdog with what it sees at each look.
 */
final class StepWatch {
    private static final long UNKNOWN = -1;
    private static final int GROWTH = 4;

    private final long limit;
    final long interval;

    private long step;
    private long lookedAt;
    private long lasted;
    private long reportAt;

    /** CPU time of the carrier, and what the step had lasted, when it began to look suspicious. */
    private long cpuBefore;

    private long lastedBefore;

    /**
     * @param limit from when on a step is reported; again at four times that, and so on
     * @param interval the longest that is meant to lie between two looks
     */
    StepWatch(long limit, long interval) {
        this.limit = limit;
        this.interval = interval;
    }

    /** How long the step has held up the loop. */
    long lasted() {
        return lasted;
    }

    /** A look at the loop: whether the step has lasted too long by now. Odd steps run. */
    boolean isSuspicious(long nowStep, long now, LongSupplier cpu) {
        if (nowStep != step || (nowStep & 1) == 0) {
            step = nowStep;
            lookedAt = now;
            lasted = 0;
            reportAt = limit;
            cpuBefore = UNKNOWN;
            return false;
        }
        // whoever looks came late, too, if the machine stood still
        lasted += Math.min(now - lookedAt, interval + interval / 2);
        lookedAt = now;
        if (lasted < reportAt) {
            if (cpuBefore == UNKNOWN && lasted >= reportAt / 2) {
                cpuBefore = cpu.getAsLong();
                lastedBefore = lasted;
            }
            return false;
        }
        return true;
    }

    /**
     * Whether a suspicious step is to be reported.
     *
     * @param waits whether it waits on the carrier, or blocks in native code, which needs no CPU
     */
    boolean isToBlame(boolean waits, LongSupplier cpu) {
        long now = cpu.getAsLong();
        if (!waits && cpuBefore != UNKNOWN && now != UNKNOWN) {
            long passed = lasted - lastedBefore;
            long used = Math.min(passed, now - cpuBefore);
            if (used < passed / 4) {
                lasted -= passed - used;
                lastedBefore = lasted;
                cpuBefore = now;
                return false;
            }
        }
        reportAt *= GROWTH;
        cpuBefore = UNKNOWN;
        return true;
    }
}

package dev.weft;

/**
 * The threads outside a simulated program, where they are permitted: what they are to bring is
 * waited for by the real clock, and the simulation's stands still meanwhile.
 */
final class Outsiders {
    private final Loop loop;
    private final Simulation simulation;
    private final Carrier carrier;

    /** What was waited for in vain: it is not waited for again while timers are to fire. */
    private long silent;

    Outsiders(Loop loop, Simulation simulation, Carrier carrier) {
        this.loop = loop;
        this.simulation = simulation;
        this.carrier = carrier;
    }

    boolean arePermitted() {
        return !simulation.patience().isZero();
    }

    /**
     * Waits, before the clock jumps to {@code next}, for what tasks await from outside, or for the
     * end of a timed wait of the JDK's, which goes by the real clock.
     *
     * @return whether something came
     */
    boolean bring(long next) {
        if (next != Long.MAX_VALUE
                && loop.timers.due(next).stream().anyMatch(JdkTimer.class::isInstance)) {
            return bringWithin(next - simulation.nanoTime());
        }
        long awaited = awaited();
        if (awaited == 0 || awaited == silent) {
            return false;
        }
        boolean came = bring();
        silent = came ? 0 : awaited;
        return came;
    }

    /** Waits as long as the simulation's patience lasts. */
    boolean bring() {
        return bringWithin(simulation.patience().toNanos());
    }

    private boolean bringWithin(long nanos) {
        long until = System.nanoTime() + nanos;
        long left = nanos;
        while (left > 0 && loop.inbox.isEmpty() && !carrier.interruptedFromOutside) {
            loop.sleepUntil(until);
            left = until - System.nanoTime();
        }
        return !loop.inbox.isEmpty();
    }

    /** Which waits are for the outside, as a number; 0 if none is. */
    private long awaited() {
        long waits = 0;
        for (LoopTask<?> task : TreeReader.allOf(loop)) {
            if (task.isInForeignWait() || isAwaiting(task)) {
                waits = waits * 31 + task.thread.threadId() + task.waitingSince;
            }
        }
        return waits;
    }

    private boolean isAwaiting(LoopTask<?> task) {
        for (WaitList list : task.waitingIn()) {
            if (list.isExternal() && !simulation.ends(list.what())) {
                return true;
            }
        }
        return false;
    }
}

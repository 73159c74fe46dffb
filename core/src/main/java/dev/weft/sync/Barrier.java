package dev.weft.sync;

import dev.weft.WaitList;

/**
 * Where a number of tasks wait for each other, again and again (asyncio's {@code Barrier}).
 *
 * <p><em>Loop-confined</em>. A cancelled {@link #await} just leaves: the others go on waiting for
 * somebody in its place. When the last one comes all pass, though they have yet to run: a
 * cancellation or a {@link #reset} from then on does not change that, and who comes from then on
 * waits for the next time.
 */
public final class Barrier {
    private static final String RESET = "the barrier was reset while this task waited at it";
    private static final String ABORTED = "the barrier was aborted";

    private final WaitList waiters = new WaitList("Barrier.await");
    private final int parties;
    private boolean broken;

    /**
     * @param parties how many tasks pass together, at least 1
     */
    public Barrier(int parties) {
        if (parties < 1) {
            throw new IllegalArgumentException("a barrier is for at least 1 task, not " + parties);
        }
        this.parties = parties;
    }

    /**
     * Waits until all parties have come; the last one does not wait.
     *
     * @return which of those that pass together it was, from 0; the last one is {@code parties - 1}
     * @throws BarrierBrokenException if the barrier is, or meanwhile was, aborted, or was reset
     *     meanwhile
     */
    public int await() {
        waiters.enter();
        if (broken) {
            throw new BarrierBrokenException(ABORTED);
        }
        int before = waiters.size();
        if (before + 1 == parties) {
            for (int i = 0; i < before; i++) {
                waiters.wakeFirst(i);
            }
            return before;
        }
        Object handedOver = waiters.await();
        if (handedOver instanceof Integer index) {
            return index;
        }
        throw new BarrierBrokenException(String.valueOf(handedOver));
    }

    /** Has those who wait throw, and begins anew, also after {@link #abort}. Never waits. */
    public void reset() {
        waiters.check();
        broken = false;
        waiters.wakeAll(RESET);
    }

    /** Has those who wait, and all who come, throw, until a {@link #reset}. Never waits. */
    public void abort() {
        waiters.check();
        broken = true;
        waiters.wakeAll(ABORTED);
    }

    /** How many tasks pass together. */
    public int parties() {
        return parties;
    }

    /** How many tasks wait. */
    public int waiting() {
        return waiters.size();
    }

    /** Whether it was aborted, and not reset since. */
    public boolean isBroken() {
        return broken;
    }

    @Override
    public String toString() {
        return "Barrier["
                + waiters.size()
                + " of "
                + parties
                + (broken ? " waiting, broken]" : " waiting]");
    }
}

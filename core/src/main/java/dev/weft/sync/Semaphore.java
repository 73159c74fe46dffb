package dev.weft.sync;

import dev.weft.WaitList;

/**
 * Limits how many tasks do something at once (asyncio's {@code Semaphore}). First come, first
 * served: a permit that is given back goes to the task that has waited longest, and a newcomer
 * never overtakes it.
 *
 * <p><em>Loop-confined</em>. A cancelled {@link #acquire} holds no permit; one that was handed a
 * permit before the cancellation came returns it to the caller, and the cancellation shows at the
 * next wait.
 */
public final class Semaphore {
    private final WaitList waiters = new WaitList("Semaphore.acquire");
    private int available;

    /**
     * @param permits how many there are at first; {@link #release} may add to them
     * @throws IllegalArgumentException if negative
     */
    public Semaphore(int permits) {
        if (permits < 0) {
            throw new IllegalArgumentException(
                    "a semaphore cannot begin with " + permits + " permits");
        }
        this.available = permits;
    }

    /**
     * Takes a permit, waiting for one if there is none. Close it, or {@link #release}, to give it
     * back.
     */
    public Permit acquire() {
        waiters.enter();
        if (available > 0) {
            available--;
        } else {
            waiters.await();
        }
        return new Permit(this);
    }

    /** Takes a permit if there is one now; give it back with {@link #release}. Never waits. */
    public boolean tryAcquire() {
        waiters.check();
        if (available == 0) {
            return false;
        }
        available--;
        return true;
    }

    /**
     * Gives a permit back, or adds one: to the task that has waited longest, if any waits. Never
     * waits.
     */
    public void release() {
        waiters.check();
        if (!waiters.wakeFirst(null)) {
            available++;
        }
    }

    /** How many permits are free. */
    public int available() {
        return available;
    }

    /** How many tasks wait for one. */
    public int waiting() {
        return waiters.size();
    }

    @Override
    public String toString() {
        return "Semaphore[available=" + available + ", waiting=" + waiters.size() + "]";
    }
}

package dev.weft.sync;

import dev.weft.Task;
import dev.weft.WaitList;

import java.util.List;
import java.util.Optional;

/**
 * Limits how many tasks do something at once (asyncio's {@code Semaphore} and {@code
 * BoundedSemaphore}; several permits at once as in Tokio). First come, first served: a permit that
 * is given back goes to the task that has waited longest, and a newcomer never overtakes it, not
 * even when the one in front wants several and the newcomer one.
 *
 * <p><em>Loop-confined</em>. A cancelled {@link #acquire} holds no permit; one that was handed a
 * permit before the cancellation came returns it to the caller, and the cancellation shows at the
 * next wait.
 */
public final class Semaphore {
    private final Holders holders = new Holders();
    private final WaitList waiters;
    private final int most;
    private int available;

    /** How many tasks wait for more than one permit, or have just got them. */
    private int several;

    /**
     * @param permits how many there are at first; {@link #release} may add to them
     * @throws IllegalArgumentException if negative
     */
    public Semaphore(int permits) {
        this("Semaphore.acquire", permits, Integer.MAX_VALUE);
    }

    Semaphore(String what, int permits, int most) {
        if (permits < 0) {
            throw new IllegalArgumentException(
                    "a semaphore cannot begin with " + permits + " permits");
        }
        this.waiters = new WaitList(what, holders::list);
        this.available = permits;
        this.most = most;
    }

    /**
     * A semaphore that never has more permits than at first: to give back what was not taken is an
     * {@link IllegalStateException}.
     *
     * @throws IllegalArgumentException if {@code permits} is less than 1
     */
    public static Semaphore bounded(int permits) {
        if (permits < 1) {
            throw new IllegalArgumentException(
                    "a bounded semaphore has at least 1 permit, not " + permits);
        }
        return new Semaphore("Semaphore.acquire", permits, permits);
    }

    /**
     * Takes a permit, waiting for one if there is none. Close it, or {@link #release}, to give it
     * back.
     */
    public Permit acquire() {
        return acquireMany(1);
    }

    /**
     * Takes so many permits together, waiting until there are as many; those who come later wait
     * behind.
     *
     * @throws IllegalArgumentException if less than 1, or more than a bounded semaphore ever has
     */
    public Permit acquireMany(int permits) {
        requirePositive(permits);
        if (permits > most) {
            throw new IllegalArgumentException(
                    permits + " permits can never be had from a semaphore of " + most);
        }
        enter();
        return hold(permits);
    }

    private void awaitTurn(int permits) {
        if (permits == 1) {
            waiters.await();
            return;
        }
        several++;
        try {
            waiters.awaitOffering(permits);
        } finally {
            several--;
            serve(); // if it was cancelled: those behind may want less
        }
    }

    /** Takes a permit if there is one now; give it back with {@link #release}. Never waits. */
    public boolean tryAcquire() {
        waiters.check();
        if (!mayTake(1)) {
            return false;
        }
        available--;
        return true;
    }

    /**
     * Gives a permit back, or adds one: to the task that has waited longest, if any waits. Never
     * waits.
     *
     * @throws IllegalStateException if a bounded semaphore has all its permits
     */
    public void release() {
        releaseMany(1);
    }

    /**
     * Gives so many permits back, or adds them. Never waits.
     *
     * @throws IllegalArgumentException if less than 1
     * @throws IllegalStateException if a bounded semaphore would have more than at first
     */
    public void releaseMany(int permits) {
        requirePositive(permits);
        waiters.check();
        holders.stop();
        giveBack(permits);
    }

    private static void requirePositive(int permits) {
        if (permits < 1) {
            throw new IllegalArgumentException("at least 1 permit, not " + permits);
        }
    }

    private void giveBack(int permits) {
        if (available > most - permits) {
            throw new IllegalStateException(
                    "a semaphore of at most "
                            + most
                            + " permits was given back "
                            + permits
                            + " more than were taken: it has "
                            + available);
        }
        if (several > 0) {
            available += permits;
            serve();
        } else {
            int left = permits;
            while (left > 0 && waiters.wakeFirst(null)) {
                left--;
            }
            available += left;
        }
    }

    private void serve() {
        while (available > 0 && !waiters.isEmpty()) {
            int wanted = waiters.firstOffer() instanceof Integer several ? several : 1;
            if (wanted > available || !waiters.wakeFirst(null)) {
                return;
            }
            available -= wanted;
        }
    }

    // ---- to look at

    /** How many permits are free. */
    public int available() {
        return available;
    }

    /** How many tasks wait for permits. */
    public int waiting() {
        return waiters.size();
    }

    /**
     * The tasks that have acquired permits and not closed them. Known as long as permits are given
     * back by closing them: once {@link #release} was called, empty for ever.
     */
    public List<Task<?>> holders() {
        return holders.list();
    }

    @Override
    public String toString() {
        return "Semaphore[available=" + available + ", waiting=" + waiters.size() + "]";
    }

    // ---- for RwLock

    void enter() {
        waiters.enter();
    }

    boolean isHeldBy(Task<?> task) {
        return holders.contains(task);
    }

    /** Whether so many could be taken now, overtaking nobody. */
    boolean mayTake(int permits) {
        return available >= permits && waiters.isEmpty();
    }

    /** The wait, once entered. */
    Held hold(int permits) {
        if (!mayTake(permits)) {
            awaitTurn(permits);
            return held(permits);
        }
        Held held = held(permits);
        available -= permits; // last: a stack overflow before it loses no permit
        return held;
    }

    private Held held(int permits) {
        return new Held(this, permits, holders.add(Task.current()));
    }

    Optional<Permit> tryHold(int permits) {
        waiters.check();
        return mayTake(permits) ? Optional.of(hold(permits)) : Optional.empty();
    }

    static final class Held implements Permit {
        private final Semaphore semaphore;
        private final int slot;
        private int permits;

        private Held(Semaphore semaphore, int permits, int slot) {
            this.semaphore = semaphore;
            this.permits = permits;
            this.slot = slot;
        }

        @Override
        public void close() {
            int n = permits;
            if (n > 0) {
                semaphore.waiters.check();
                permits = 0;
                semaphore.holders.remove(slot);
                semaphore.giveBack(n);
            }
        }

        boolean isOf(Semaphore s) {
            return semaphore == s;
        }

        int permits() {
            return permits;
        }

        /** Gives all back but one. */
        void keepOne() {
            int n = permits - 1;
            permits = 1;
            semaphore.giveBack(n);
        }
    }
}

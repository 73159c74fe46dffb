package dev.weft.sync;

import dev.weft.WaitList;

import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Waits, holding a lock, until another holder of that lock says that something has changed
 * (asyncio's {@code Condition}; the names of {@code java.util.concurrent}). Several conditions may
 * share a lock.
 *
 * <p><em>Loop-confined</em>. {@link #await} always returns or throws holding the lock: a cancelled
 * one takes it back first, however long that takes, and throws then. It returns only when it was
 * signalled, never of itself; one that was signalled before its cancellation came returns, and the
 * cancellation shows at the next wait, so no signal is lost.
 */
public final class Condition {
    private final WaitList waiters = new WaitList("Condition.await");
    private final Lock lock;

    /** A condition with a lock of its own. */
    public Condition() {
        this(new Lock());
    }

    /** A condition of this lock. */
    public Condition(Lock lock) {
        this.lock = Objects.requireNonNull(lock, "the lock");
    }

    /** The lock to hold in every call. */
    public Lock lock() {
        return lock;
    }

    /**
     * Gives the lock back, waits for a signal, and takes the lock again.
     *
     * @throws IllegalStateException if the calling task does not hold the lock
     */
    public void await() {
        waiters.enter();
        requireLock("await");
        awaitSignal();
    }

    private void awaitSignal() {
        long acquisition = lock.leave();
        try {
            waiters.await();
        } finally {
            lock.comeBack(acquisition);
        }
    }

    /**
     * Waits until {@code condition} holds, looked at now and after each signal, with the lock held.
     *
     * @throws IllegalStateException if the calling task does not hold the lock
     */
    public void awaitFor(BooleanSupplier condition) {
        Objects.requireNonNull(condition, "the condition");
        waiters.enter();
        requireLock("awaitFor");
        while (!condition.getAsBoolean()) {
            requireLock("awaitFor");
            awaitSignal();
        }
    }

    /**
     * Has the task that has waited longest go on, once it gets the lock. Never waits.
     *
     * @throws IllegalStateException if the calling task does not hold the lock
     */
    public void signal() {
        signalUpTo(1);
    }

    /**
     * As {@link #signal()}, for at most so many tasks.
     *
     * @throws IllegalArgumentException if negative
     */
    public void signalUpTo(int tasks) {
        if (tasks < 0) {
            throw new IllegalArgumentException("Condition.signalUpTo " + tasks + " tasks");
        }
        requireLock("signal");
        for (int i = 0; i < tasks && waiters.wakeFirst(null); i++) {}
    }

    /** As {@link #signal()}, for all that wait, in the order in which they came. */
    public void signalAll() {
        requireLock("signalAll");
        waiters.wakeAll(null);
    }

    private void requireLock(String call) {
        if (!lock.isHeldByCaller()) {
            throw new IllegalStateException(
                    "Condition."
                            + call
                            + " without its lock, which "
                            + lock.owner().map(o -> o + " holds").orElse("is free")
                            + "; call it inside try (var _ = condition.lock().acquire())");
        }
    }

    /** How many tasks wait for a signal. */
    public int waiting() {
        return waiters.size();
    }

    @Override
    public String toString() {
        return "Condition[" + lock + ", waiting=" + waiters.size() + "]";
    }
}

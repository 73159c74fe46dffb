package dev.weft.sync;

import dev.weft.Task;
import dev.weft.WaitList;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/**
 * Lets one task at a time go on (asyncio's {@code Lock}): {@code try (var _ = lock.acquire())
 * {...}}. First come, first served; a lock that is given back belongs to the task that has waited
 * longest at once, so that nobody overtakes it.
 *
 * <p>Between two waits a task is alone on its loop anyway: a lock is for sections that wait.
 *
 * <p>Not reentrant: a task that acquires a lock that it holds gets an {@link IllegalStateException}
 * rather than waiting for itself. As in asyncio any task may {@link #release}.
 *
 * <p><em>Loop-confined</em>. A cancelled {@link #acquire} does not hold the lock; one that was
 * handed it before the cancellation came returns with it, and the cancellation shows at the next
 * wait.
 */
public final class Lock {
    private final WaitList waiters = new WaitList("Lock.acquire", this::owners);
    private @Nullable Task<?> owner;

    /** Which acquisition holds it, if it is held. */
    private long acquisition;

    private long acquisitions;

    /** A lock that nobody holds. */
    public Lock() {}

    /**
     * Takes the lock, waiting while another task has it. Close what it gives, or {@link #release},
     * to give it back.
     *
     * @throws IllegalStateException if the calling task has the lock already
     */
    public Permit acquire() {
        waiters.enter();
        Task<?> me = Task.current();
        if (owner == me) {
            throw new IllegalStateException(
                    me
                            + " holds this lock already and would wait for itself: a Lock is not"
                            + " reentrant. Let callers hold it and inner methods expect it held;"
                            + " for signals between tasks there are Event and Semaphore");
        }
        while (owner != me) {
            if (owner == null) {
                belongTo(me);
            } else {
                waiters.awaitOffering(me);
            }
        }
        return new Held(this, acquisition);
    }

    /** Takes the lock if it is free; give it back with {@link #release}. Never waits. */
    public boolean tryAcquire() {
        waiters.check();
        if (owner != null) {
            return false;
        }
        belongTo(Task.current());
        return true;
    }

    /**
     * Gives the lock back, whoever took it: to the task that has waited longest, if any waits.
     * Never waits.
     *
     * @throws IllegalStateException if nobody holds it
     */
    public void release() {
        waiters.check();
        if (owner == null) {
            throw new IllegalStateException("Lock.release of a lock that nobody holds");
        }
        passOn();
    }

    private void belongTo(Task<?> task) {
        owner = task;
        acquisition = ++acquisitions;
    }

    private void passOn() {
        if (waiters.firstOffer() instanceof Task<?> next) {
            belongTo(next);
            waiters.wakeFirst(null);
        } else {
            owner = null;
        }
    }

    // ---- for conditions

    boolean isHeldByCaller() {
        return owner != null && owner == Task.current();
    }

    /** Gives the lock back for a while; says which acquisition that interrupts. */
    long leave() {
        long interrupted = acquisition;
        passOn();
        return interrupted;
    }

    /** Goes on with an acquisition, waiting as long as it takes, cancelled or not. */
    void comeBack(long interrupted) {
        Task<?> me = Task.current();
        while (owner != me) {
            if (owner == null) {
                owner = me;
            } else {
                waiters.awaitUncancellableOffering(me);
            }
        }
        acquisition = interrupted;
    }

    // ---- to look at

    /** Whether a task holds it. */
    public boolean locked() {
        return owner != null;
    }

    /** The task that holds it, or was just handed it. */
    public Optional<Task<?>> owner() {
        return Optional.ofNullable(owner);
    }

    private List<Task<?>> owners() {
        Task<?> task = owner;
        return task == null ? List.of() : List.of(task);
    }

    /** How many tasks wait for it. */
    public int waiting() {
        return waiters.size();
    }

    @Override
    public String toString() {
        Task<?> task = owner;
        return "Lock["
                + (task == null ? "free" : "held by " + task)
                + ", waiting="
                + waiters.size()
                + "]";
    }

    /** Closing it is nothing if its acquisition has ended, by a release say. */
    private record Held(Lock lock, long acquisition) implements Permit {
        @Override
        public void close() {
            lock.waiters.check();
            if (lock.owner != null && lock.acquisition == acquisition) {
                lock.passOn();
            }
        }
    }
}

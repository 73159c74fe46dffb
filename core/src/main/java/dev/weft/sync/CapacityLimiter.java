package dev.weft.sync;

import dev.weft.Task;
import dev.weft.WaitList;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Limits how many do something at once, and knows who (Trio's {@code CapacityLimiter}): threads,
 * requests to a host, devices. Other than a {@link Semaphore} it lends each borrower one token,
 * takes it back from that borrower only, and can be resized. The borrower is the calling task, or
 * any object with {@code equals} on whose behalf a task asks.
 *
 * <p>First come, first served; a newcomer never overtakes.
 *
 * <p><em>Loop-confined</em>. A cancelled {@link #acquire} has borrowed nothing; one that was given
 * a token before the cancellation came returns with it, and the cancellation shows at the next
 * wait.
 */
public final class CapacityLimiter {
    private final WaitList waiters = new WaitList("CapacityLimiter.acquire", this::holders);
    private final Map<Object, Held> held = new LinkedHashMap<>();
    private int total;

    /**
     * @param total how many tokens there are, at least 1
     */
    public CapacityLimiter(int total) {
        this.total = requirePositive(total);
    }

    private static int requirePositive(int total) {
        if (total < 1) {
            throw new IllegalArgumentException(
                    "a capacity limiter has at least 1 token, not " + total);
        }
        return total;
    }

    /**
     * Borrows a token for the calling task, waiting for one if there is none. Close what it gives,
     * or {@link #release}, to give it back.
     *
     * @throws IllegalStateException if the task has one
     */
    public Permit acquire() {
        return acquireOnBehalfOf(Task.current());
    }

    /**
     * Borrows a token for {@code borrower}, waiting for one if there is none. Close what it gives,
     * or {@link #releaseOnBehalfOf}, to give it back.
     *
     * @throws IllegalStateException if the borrower has one, or got one meanwhile
     */
    public Permit acquireOnBehalfOf(Object borrower) {
        Objects.requireNonNull(borrower, "the borrower");
        waiters.enter();
        Held mine = new Held(this, borrower, Task.current());
        refuseSecond(borrower);
        if (mayBorrow()) {
            held.put(borrower, mine);
        } else {
            waiters.awaitOffering(mine);
        }
        return mine;
    }

    /**
     * Borrows a token for the calling task if there is one now. Never waits.
     *
     * @throws IllegalStateException if the task has one
     */
    public boolean tryAcquire() {
        return tryAcquireOnBehalfOf(Task.current());
    }

    /**
     * Borrows a token for {@code borrower} if there is one now. Never waits.
     *
     * @throws IllegalStateException if the borrower has one
     */
    public boolean tryAcquireOnBehalfOf(Object borrower) {
        Objects.requireNonNull(borrower, "the borrower");
        waiters.check();
        refuseSecond(borrower);
        if (!mayBorrow()) {
            return false;
        }
        held.put(borrower, new Held(this, borrower, Task.current()));
        return true;
    }

    private boolean mayBorrow() {
        return held.size() < total && waiters.isEmpty();
    }

    private void refuseSecond(Object borrower) {
        if (held.containsKey(borrower)) {
            throw second(borrower);
        }
    }

    private static IllegalStateException second(Object borrower) {
        return new IllegalStateException(
                borrower
                        + " has a token of this limiter already; a borrower gets one at a time,"
                        + " acquireOnBehalfOf(new Object()) one more");
    }

    /**
     * Gives the calling task's token back. Never waits.
     *
     * @throws IllegalStateException if it has none
     */
    public void release() {
        releaseOnBehalfOf(Task.current());
    }

    /**
     * Gives the token of {@code borrower} back. Never waits.
     *
     * @throws IllegalStateException if it has none
     */
    public void releaseOnBehalfOf(Object borrower) {
        Objects.requireNonNull(borrower, "the borrower");
        waiters.check();
        if (held.remove(borrower) == null) {
            throw new IllegalStateException(borrower + " has no token of this limiter");
        }
        serve();
    }

    /**
     * Changes how many tokens there are. More go to those who wait; of fewer, those that are lent
     * stay lent until they are given back. Never waits.
     *
     * @throws IllegalArgumentException if less than 1
     */
    public void resize(int newTotal) {
        waiters.check();
        total = requirePositive(newTotal);
        serve();
    }

    private void serve() {
        while (held.size() < total && waiters.firstOffer() instanceof Held next) {
            if (held.putIfAbsent(next.borrower, next) == null) {
                waiters.wakeFirst(null);
            } else {
                waiters.failFirst(second(next.borrower));
            }
        }
    }

    /** How many tokens there are. */
    public int total() {
        return total;
    }

    /** How many tokens are lent; more than {@link #total} after it has been made smaller. */
    public int borrowed() {
        return held.size();
    }

    /** How many tokens are free. */
    public int available() {
        return Math.max(0, total - held.size());
    }

    /** How many tasks wait for a token. */
    public int waiting() {
        return waiters.size();
    }

    /** All of that at one moment. */
    public Statistics statistics() {
        return new Statistics(total, List.copyOf(held.keySet()), waiters.size());
    }

    /**
     * What a limiter was at one moment.
     *
     * @param total how many tokens there were
     * @param borrowers who had one, the longest first
     * @param waiting how many tasks waited
     */
    public record Statistics(int total, List<Object> borrowers, int waiting) {
        public Statistics {
            borrowers = List.copyOf(Objects.requireNonNull(borrowers, "the borrowers"));
        }
    }

    private List<Task<?>> holders() {
        List<Task<?>> tasks = new ArrayList<>();
        for (Held one : held.values()) {
            tasks.add(one.task);
        }
        return tasks;
    }

    @Override
    public String toString() {
        return "CapacityLimiter["
                + held.size()
                + " of "
                + total
                + " borrowed, waiting="
                + waiters.size()
                + "]";
    }

    private static final class Held implements Permit {
        private final CapacityLimiter limiter;
        private final Object borrower;
        private final Task<?> task;

        private Held(CapacityLimiter limiter, Object borrower, Task<?> task) {
            this.limiter = limiter;
            this.borrower = borrower;
            this.task = task;
        }

        @Override
        public void close() {
            limiter.waiters.check();
            if (limiter.held.remove(borrower, this)) {
                limiter.serve();
            }
        }
    }
}

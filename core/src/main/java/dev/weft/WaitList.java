package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Tasks waiting for the same thing, first in, first out: what every waiting primitive of Weft is
 * built on. For authors of primitives; users meet {@code Semaphore}, {@code Queue}, streams and the
 * like.
 *
 * <p>A waiting operation calls {@link #enter} first; if it cannot complete at once it calls {@link
 * #await}, and whoever makes it possible calls {@link #wakeFirst} with the result. From that call
 * on the wait has <em>happened</em>: a cancellation that comes later does not undo it, so nothing
 * handed over is ever lost. A task that is cancelled is off the list before anybody else runs.
 *
 * <p><em>Loop-confined</em>: bound to the first loop that uses it, and refuses others. Plain
 * fields, no locks.
 */
public final class WaitList {
    private static final Supplier<List<Task<?>>> NOBODY = List::of;

    private final String what;
    private final Supplier<? extends Collection<? extends Task<?>>> holders;
    private final boolean external;
    private @Nullable Loop loop;
    private @Nullable Waiter first;
    private @Nullable Waiter last;
    private int size;

    /**
     * @param what the operation that waits here, for errors and dumps, such as {@code
     *     Semaphore.acquire}
     */
    public WaitList(String what) {
        this(what, NOBODY);
    }

    /**
     * @param what the operation that waits here, for errors and dumps, such as {@code
     *     Semaphore.acquire}
     * @param holders who holds what the tasks here wait for, such as the task that has the lock.
     *     Read only when somebody looks at who waits for whom; it must not wait
     */
    public WaitList(String what, Supplier<? extends Collection<? extends Task<?>>> holders) {
        this(what, holders, false);
    }

    private WaitList(
            String what,
            Supplier<? extends Collection<? extends Task<?>>> holders,
            boolean external) {
        this.what = Objects.requireNonNull(what, "the operation");
        this.holders = Objects.requireNonNull(holders, "the holders");
        this.external = external;
    }

    /**
     * A list whose tasks something outside the loop wakes, through {@link Loop#post}: another
     * thread, a callback. As long as a task waits in it the loop does not speak of a deadlock.
     *
     * @param what the operation that waits here
     */
    public static WaitList external(String what) {
        return new WaitList(what, NOBODY, true);
    }

    boolean isExternal() {
        return external;
    }

    WaitList(String what, Loop loop) {
        this(what, NOBODY);
        this.loop = loop;
    }

    /** The operation that waits here. */
    String what() {
        return what;
    }

    /** Who holds what the tasks here wait for; empty if that is nobody's, or not told. */
    Collection<? extends Task<?>> holders() {
        return holders.get();
    }

    /**
     * Begins a waiting operation: a cancellation point, before any effect. After 128 operations in
     * a row that did not suspend, the task lets others run.
     *
     * @throws CancelledError if a cancellation is due
     * @throws IllegalStateException off a loop, or on another loop than before
     */
    public void enter() {
        here().currentTask().enterWait();
    }

    /**
     * Begins an operation that never waits, such as a release.
     *
     * @throws IllegalStateException off a loop, or on another loop than before
     */
    public void check() {
        here();
    }

    private Loop here() {
        Loop now = Loop.currentOrNull();
        Loop bound = loop;
        if (now == bound && now != null) {
            return now;
        }
        if (now == null) {
            throw new IllegalStateException(
                    what
                            + " called on thread '"
                            + Thread.currentThread().getName()
                            + "', which is no task of a loop; "
                            + OffloadCall.wayToLoop(
                                    null,
                                    "call it inside Weft.run, or hand over with Loop.execute"));
        }
        if (bound != null) {
            throw new IllegalStateException(
                    what
                            + " called on "
                            + now
                            + ", but it belongs to "
                            + bound
                            + "; hand over with Loop.execute of the loop it belongs to");
        }
        loop = now;
        return now;
    }

    /**
     * Parks the running task at the end of the list until it is woken or failed. A cancellation
     * point itself, so that an operation may wait several times in a row.
     *
     * @return what the waker handed over
     * @throws CancelledError if the wait was cancelled before it was woken; then nothing was handed
     *     over
     */
    public @Nullable Object await() {
        return suspend(here().currentTask());
    }

    /**
     * As {@link #await}, and shows {@code offer} to whoever looks at {@link #firstOffer} meanwhile:
     * what this task would put, send or ask for. A waker that takes it and then wakes the task has
     * completed the operation for it, so nobody comes in between.
     */
    public @Nullable Object awaitOffering(Object offer) {
        Objects.requireNonNull(offer, "the offer");
        return suspendOffering(here().currentTask(), offer);
    }

    @Nullable Object suspendOffering(LoopTask<?> task, Object offer) {
        task.checkCancelled();
        append(task);
        task.offer(offer);
        return task.suspend(true);
    }

    /** What the task that has waited longest offers; null if none waits, or it offers nothing. */
    public @Nullable Object firstOffer() {
        Waiter waiter = firstWaiting();
        return waiter == null ? null : waiter.offer();
    }

    /**
     * As {@link #await}, but never abandoned: for joins. A cancellation meanwhile shows at the next
     * wait.
     */
    public @Nullable Object awaitUncancellable() {
        return suspendUncancellably(here().currentTask(), null);
    }

    /** As {@link #awaitUncancellable}, and shows {@code offer} as {@link #awaitOffering} does. */
    public @Nullable Object awaitUncancellableOffering(Object offer) {
        Objects.requireNonNull(offer, "the offer");
        return suspendUncancellably(here().currentTask(), offer);
    }

    private @Nullable Object suspendUncancellably(LoopTask<?> task, @Nullable Object offer) {
        task.settleInterrupt();
        append(task);
        task.offer(offer);
        return task.suspend(false);
    }

    @Nullable Object suspend(LoopTask<?> task) {
        task.checkCancelled();
        append(task);
        return task.suspend(true);
    }

    /**
     * Hands {@code value} to the task that has waited longest.
     *
     * @return false if none waits
     */
    public boolean wakeFirst(@Nullable Object value) {
        Waiter waiter = firstWaiting();
        return waiter != null && waiter.wake(value);
    }

    /** Has the task that has waited longest throw {@code failure}; false if none waits. */
    public boolean failFirst(Throwable failure) {
        Objects.requireNonNull(failure, "the failure");
        Waiter waiter = firstWaiting();
        return waiter != null && waiter.fail(failure);
    }

    /** A task whose wait a stack overflow ended may still be here. */
    private @Nullable Waiter firstWaiting() {
        Waiter waiter = first;
        while (waiter != null && !waiter.isWaiting()) {
            remove(waiter);
            waiter = first;
        }
        return waiter;
    }

    /** Hands {@code value} to all that wait, in order; says to how many. */
    public int wakeAll(@Nullable Object value) {
        int n = 0;
        while (wakeFirst(value)) {
            n++;
        }
        return n;
    }

    /**
     * Hands {@code value} to those that wait with an offer that is {@code chosen}, in order; the
     * others stay where they are. Says to how many. Takes a look at each that waits.
     */
    public int wakeOffering(Predicate<Object> chosen, @Nullable Object value) {
        Objects.requireNonNull(chosen, "the choice");
        List<Waiter> all = new ArrayList<>();
        for (Waiter waiter = first; waiter != null; waiter = after(waiter)) {
            Object offer = waiter.isWaiting() ? waiter.offer() : null;
            if (offer != null && chosen.test(offer)) {
                all.add(waiter);
            }
        }
        int n = 0;
        for (Waiter waiter : all) {
            if (waiter.wake(value)) {
                n++;
            }
        }
        return n;
    }

    private static @Nullable Waiter after(Waiter waiter) {
        return switch (waiter) {
            case LoopTask<?> task -> task.nextWaiting;
            case Select.Branch branch -> branch.nextWaiting;
        };
    }

    /** Has all that wait throw {@code failure}; says how many. */
    public int failAll(Throwable failure) {
        Objects.requireNonNull(failure, "the failure");
        int n = 0;
        while (failFirst(failure)) {
            n++;
        }
        return n;
    }

    /** Whether no task waits. */
    public boolean isEmpty() {
        return firstWaiting() == null;
    }

    /** How many tasks wait. */
    public int size() {
        return size;
    }

    private void append(LoopTask<?> task) {
        WaitList before = task.waitList;
        if (before != null) {
            before.remove(task);
        }
        link(task);
    }

    // link() and remove() call nothing: a stack overflow, which strikes where a method is entered,
    // never finds the list half-way. Hence no accessors in Waiter.

    void link(Waiter waiter) {
        Waiter tail = last;
        if (waiter instanceof LoopTask<?> task) {
            task.waitList = this;
            task.previousWaiting = tail;
        } else if (waiter instanceof Select.Branch branch) {
            branch.waitList = this;
            branch.previousWaiting = tail;
        }
        if (tail == null) {
            first = waiter;
        } else if (tail instanceof LoopTask<?> task) {
            task.nextWaiting = waiter;
        } else if (tail instanceof Select.Branch branch) {
            branch.nextWaiting = waiter;
        }
        last = waiter;
        size++;
    }

    void remove(Waiter waiter) {
        Waiter before = null;
        Waiter after = null;
        if (waiter instanceof LoopTask<?> task) {
            before = task.previousWaiting;
            after = task.nextWaiting;
            task.previousWaiting = null;
            task.nextWaiting = null;
            task.waitList = null;
        } else if (waiter instanceof Select.Branch branch) {
            before = branch.previousWaiting;
            after = branch.nextWaiting;
            branch.previousWaiting = null;
            branch.nextWaiting = null;
            branch.waitList = null;
        }
        if (before == null) {
            first = after;
        } else if (before instanceof LoopTask<?> task) {
            task.nextWaiting = after;
        } else if (before instanceof Select.Branch branch) {
            branch.nextWaiting = after;
        }
        if (after == null) {
            last = before;
        } else if (after instanceof LoopTask<?> task) {
            task.previousWaiting = before;
        } else if (after instanceof Select.Branch branch) {
            branch.previousWaiting = before;
        }
        size--;
    }

    @Override
    public String toString() {
        return what + " (" + size + " waiting)";
    }
}

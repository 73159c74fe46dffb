package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;

/**
 * One wait of one task or thread for one value that any thread may hand over: what primitives that
 * cross loops are built on, as loop-confined ones are on {@link WaitList}. For authors of
 * primitives.
 *
 * <p>The waiting side makes one, shows it to the others and calls {@link #take}. Whoever has
 * something for it calls {@link #give}; if that is true the wait has <em>happened</em>, whatever
 * else comes, so nothing is ever lost. Then {@link #wake} tells the waiting side.
 *
 * <p><em>Any thread</em>, but {@code take} is for the one that made it. What was done before {@code
 * give} is visible after {@code take}.
 */
public final class Handoff {
    private static final Object WAITING = new Object();
    private static final Object GIVEN_UP = new Object();
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Handoff.class, "state", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** {@code WAITING}, {@code GIVEN_UP}, or what was given. */
    private volatile @Nullable Object state = WAITING;

    private final String what;
    private final Thread thread;
    private final @Nullable LoopTask<?> task;
    private final @Nullable WaitList list;

    private Handoff(String what, @Nullable LoopTask<?> task) {
        this.what = what;
        this.thread = Thread.currentThread();
        this.task = task;
        this.list = task == null ? null : WaitList.external(what);
    }

    /**
     * Begins a waiting operation: a cancellation point, before any effect. On a thread that is no
     * task it does nothing.
     *
     * @throws CancelledError if a cancellation is due
     */
    public static void enter() {
        Loop loop = Loop.currentOrNull();
        if (loop != null) {
            loop.currentTask().enterWait();
        }
    }

    /**
     * A wait of the caller.
     *
     * @param what the operation that waits, for errors and dumps, such as {@code
     *     SharedChannel.send}
     */
    public static Handoff of(String what) {
        Loop loop = Loop.currentOrNull();
        return new Handoff(what, loop == null ? null : loop.currentTask());
    }

    /**
     * Hands over {@code value}; false if the wait was given up, or something was handed over
     * before. Never waits. If true, {@link #wake} is due, as soon as no lock is held.
     */
    public boolean give(@Nullable Object value) {
        return STATE.compareAndSet(this, WAITING, value);
    }

    /** Tells the waiting side that something was handed over. */
    public void wake() {
        WaitList waiting = list;
        LoopTask<?> waiter = task;
        if (waiting == null || waiter == null) {
            LockSupport.unpark(thread);
        } else if (Loop.currentOrNull() == waiter.loop) {
            waiting.wakeAll(null);
        } else {
            try {
                waiter.loop.handIn(() -> waiting.wakeAll(null));
            } catch (RejectedExecutionException loopHasEnded) {
                return; // and with it the task that waited
            }
        }
    }

    /**
     * Waits until something is handed over, and gives that. If the wait ends otherwise, it is given
     * up: nothing was handed over, and nothing will be. A value that is there already wins over a
     * cancellation, which shows at the next wait, and over an interrupt, whose flag stays set.
     *
     * @throws CancelledError in a task that was cancelled
     * @throws CancellationException on a thread that is no task and was interrupted; its interrupt
     *     flag is set
     */
    public @Nullable Object take() {
        WaitList waiting = list;
        LoopTask<?> waiter = task;
        if (waiting == null || waiter == null) {
            takeOnThread();
        } else {
            takeInTask(waiting, waiter);
        }
        return state;
    }

    private void takeOnThread() {
        boolean interrupted = false;
        while (state == WAITING) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                interrupted = true;
                STATE.compareAndSet(this, WAITING, GIVEN_UP);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (state == GIVEN_UP) {
            throw new CancellationException(
                    "thread '" + thread.getName() + "' was interrupted in " + what);
        }
    }

    private void takeInTask(WaitList waiting, LoopTask<?> waiter) {
        try {
            while (state == WAITING) {
                waiting.await();
            }
        } catch (CancelledError e) {
            if (STATE.compareAndSet(this, WAITING, GIVEN_UP)) {
                throw e;
            }
            waiter.redeliver(e.request());
        } catch (Throwable notParked) { // a stack too deep
            if (STATE.compareAndSet(this, WAITING, GIVEN_UP)) {
                throw notParked;
            }
        }
    }

    @Override
    public String toString() {
        Object now = state;
        return what
                + (now == WAITING
                        ? " (waits)"
                        : now == GIVEN_UP ? " (given up)" : " (handed over)");
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Who waits in a {@link WaitList}: a task, or one clause of a task's select. Each is in one list at
 * a time and is a link of it itself, so that waiting allocates nothing.
 */
sealed interface Waiter permits LoopTask, Select.Branch {
    /** Whether it can still be woken. */
    boolean isWaiting();

    /** Ends the task's wait with a value; false if that has ended already. */
    boolean wake(@Nullable Object value);

    /** Ends the task's wait with something to throw; false if it has ended already. */
    boolean fail(Throwable failure);

    /** What a waker may take from it. */
    @Nullable Object offer();
}

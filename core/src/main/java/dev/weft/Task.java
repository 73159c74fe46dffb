package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A piece of work that runs beside its owner on one loop: an ordinary virtual thread that the loop
 * schedules (asyncio's {@code Task}).
 *
 * <p>Made by {@link Group#start} and {@link Weft#background}. <em>Loop-confined</em>, but for
 * {@link #cancel}, {@link #toFuture}, {@link #isDone} and {@link #name}, which any thread may call.
 */
public sealed interface Task<T extends @Nullable Object> permits LoopTask {

    /**
     * The task that runs the caller (asyncio's {@code current_task}): a child, the program's main
     * task, or a virtual thread that Weft did not start but that inherited the loop.
     *
     * @throws IllegalStateException on a thread that is no task of a loop
     */
    static Task<?> current() {
        return LoopTask.current();
    }

    /**
     * Waits until the task has ended and gives its value. What it threw is thrown here, the very
     * object, checked or not; one suppressed marker per awaiting task (at most 8) shows the line
     * that waited. A task that was cancelled gives {@link
     * java.util.concurrent.CancellationException}, which for the awaiting side is an ordinary
     * failure.
     *
     * <p>Cancelling the wait leaves the awaited task running.
     *
     * @throws IllegalStateException if a task awaits itself, off the loop, or from another loop
     */
    T await();

    /**
     * As {@link #await()}, for a body that may throw {@code mayThrow}: so that the compiler sees
     * it.
     */
    <X extends Exception> T await(Class<X> mayThrow) throws X;

    /** Waits until the task has ended and says how; throws only the caller's own cancellation. */
    Outcome<T> outcome();

    /**
     * The clause of a {@link Weft#select} that happens when the task has ended: gives its value, or
     * throws its failure out of the select, as {@link #await()} does. A select that has something
     * else happen has not awaited the task.
     */
    Source<T> awaiting();

    /** As {@link #awaiting}, but gives how the task ended, as {@link #outcome} does. */
    Source<Outcome<T>> awaitingOutcome();

    /**
     * Asks the task to stop: a {@link CancelledError} arrives at its next wait, once. A task that
     * has not begun still runs to its first wait. Cancelling again, after the request has arrived,
     * interrupts its clean-up too. Any thread.
     *
     * @return false if the task had already ended; from another thread true means that the request
     *     was sent
     */
    boolean cancel(String reason);

    /**
     * Has {@code callback} told how the task ended (asyncio's {@code add_done_callback}): on the
     * loop, never inside this call and never inside the task, in the order of the calls; at once
     * after, if it has ended already. It must not wait (its waits throw {@link
     * IllegalStateException}); it may start tasks with {@link Weft#background}. If it throws, the
     * loop's {@link Loop#exceptionHandler} is told. The task's failure counts as awaited.
     *
     * @throws IllegalStateException off the task's loop; elsewhere use {@link #toFuture}
     */
    void whenDone(Consumer<? super Outcome<T>> callback);

    /**
     * A future of its own that ends as the task does: with its value, with the very object it
     * threw, or cancelled (asyncio's {@code wrap_future}). Any thread; so a task of another loop
     * waits with {@link Weft#await(CompletionStage)} of it. The task's failure counts as awaited.
     *
     * <p>Cancelling the future cancels the task; the future is cancelled at once, while the task
     * still unwinds. What others attach without an executor runs on the loop and must not wait.
     */
    CompletableFuture<T> toFuture();

    /** Whether it has ended. Any thread. */
    boolean isDone();

    /** The name it was started with, or {@code task-N}. Any thread. */
    String name();

    /**
     * Where it stands in the tree, for messages: the names of its parents, of the groups in between
     * that have a name, and its own, such as {@code main/downloads/task-31}; tasks of the program
     * as a whole begin with {@code background}. Of more than 16 the last ones; names are on one
     * line, with escapes, and at most 120 characters long. Any thread.
     */
    String path();
}

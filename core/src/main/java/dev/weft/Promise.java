package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * A value that is there once, for any number of tasks of any loops: completed from any thread,
 * awaited as often as one likes (asyncio's {@code Future}, for threads too).
 *
 * <p><em>Any thread</em>. What a thread did before it completed the promise is visible to whoever
 * has awaited it. Cancelling a wait leaves nothing behind and the promise as it is; {@link #cancel}
 * ends the promise itself. A failure that nobody awaits is not reported, since a promise belongs to
 * no loop: whoever completes it has the failure in hand.
 */
public final class Promise<T extends @Nullable Object> {
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Promise.class, "state", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** An {@link Outcome}; before that the last of the {@link Told}, or null. */
    private volatile @Nullable Object state;

    /** Who is to be told, the latest first. Immutable. */
    private record Told(Listener listener, @Nullable Told next) {}

    private interface Listener {
        /** The promise has been completed; in the thread that did it. */
        void tell();

        /** Whether there is nobody left to tell. */
        default boolean isGone() {
            return false;
        }
    }

    /** The tasks of one loop that wait. Each loop adds its own, once. */
    private static final class Waiters implements Listener {
        final Loop loop;
        final WaitList list;

        Waiters(Loop loop) {
            this.loop = loop;
            this.list = WaitList.external("Promise.await");
        }

        @Override
        public void tell() {
            if (Loop.currentOrNull() == loop) {
                list.wakeAll(null);
                return;
            }
            try {
                loop.handIn(() -> list.wakeAll(null));
            } catch (RejectedExecutionException loopHasEnded) {
                return; // and with it the tasks that waited
            }
        }

        @Override
        public boolean isGone() {
            return loop.isClosed();
        }
    }

    /** Not completed. */
    public Promise() {}

    // ---- completing it

    /**
     * Gives it its value.
     *
     * @throws IllegalStateException if it has ended already; {@link #tryComplete} says so instead
     */
    public void complete(T value) {
        requireFirst(tryComplete(value));
    }

    /** Gives it its value; false if it has ended already. */
    public boolean tryComplete(T value) {
        return end(new Outcome.Success<>(value));
    }

    /**
     * Makes every wait for it throw {@code failure}, the very object.
     *
     * @throws IllegalStateException if it has ended already; {@link #tryFail} says so instead
     */
    public void fail(Throwable failure) {
        requireFirst(tryFail(failure));
    }

    /** As {@link #fail}; false if it has ended already. */
    public boolean tryFail(Throwable failure) {
        Objects.requireNonNull(failure, "the failure");
        return end(new Outcome.Failure<>(failure));
    }

    /**
     * Makes every wait for it throw {@link CancellationException}; false if it has ended already.
     */
    public boolean cancel(String reason) {
        return end(new Outcome.Cancelled<>(reason));
    }

    private static void requireFirst(boolean first) {
        if (!first) {
            throw new IllegalStateException(
                    "a promise is completed only once; where several may try, use tryComplete,"
                            + " tryFail or cancel");
        }
    }

    private boolean end(Outcome<T> outcome) {
        Object seen;
        do {
            seen = state;
            if (seen instanceof Outcome<?>) {
                return false;
            }
        } while (!STATE.compareAndSet(this, seen, outcome));
        for (Told told = turned((Told) seen); told != null; told = told.next) {
            told.listener.tell();
        }
        return true;
    }

    /** Whether it has a value, or failed, or was cancelled. */
    public boolean isDone() {
        return state instanceof Outcome<?>;
    }

    // ---- awaiting it

    /**
     * Waits until it has ended and gives its value. In a task of any loop; other threads wait for
     * {@link #toFuture}. What it failed with is thrown, the very object, checked or not.
     *
     * @throws CancellationException if the promise was cancelled
     * @throws CancelledError if the wait was cancelled; then the promise is as it was
     * @throws IllegalStateException on a thread that is no task
     */
    public T await() {
        LoopTask<?> task = LoopTask.current();
        return result(join(task), task);
    }

    private static <T extends @Nullable Object> T result(Outcome<T> end, LoopTask<?> task) {
        if (end instanceof Outcome.Success<T> success) {
            return success.value();
        }
        if (end instanceof Outcome.Failure<T> failure) {
            throw Throwing.sneaky(AwaitedAt.mark(failure.cause(), task));
        }
        throw new CancellationException(
                "a promise was cancelled: " + ((Outcome.Cancelled<T>) end).reason());
    }

    /** As {@link #await()}, for a failure that the compiler is to see. */
    public <X extends Exception> T await(Class<X> mayThrow) throws X {
        Objects.requireNonNull(mayThrow, "the type");
        return await();
    }

    /** Waits until it has ended and says how; throws only the caller's own cancellation. */
    public Outcome<T> outcome() {
        return join(LoopTask.current());
    }

    private Outcome<T> join(LoopTask<?> task) {
        task.enterWait();
        Outcome<T> end = outcomeOrNull();
        if (end == null) {
            Waiters waiters = waitersOf(task.loop);
            end = outcomeOrNull();
            if (end == null) {
                waiters.list.suspend(task);
                end = Objects.requireNonNull(outcomeOrNull(), "woken before its end");
            }
        }
        return end;
    }

    /** The clause of a {@link Weft#select} that happens when it has ended, as {@link #await()}. */
    public Source<T> awaiting() {
        return new Source<>() {
            @Override
            protected WaitList waiters() {
                Loop loop = Loop.current();
                WaitList list = waitersOf(loop).list;
                if (isDone()) { // just now: then nobody else will wake the list
                    loop.inSystemTask(() -> list.wakeAll(null));
                }
                return list;
            }

            @Override
            protected boolean isReady() {
                return isDone();
            }

            @Override
            protected T take() {
                Outcome<T> end = Objects.requireNonNull(outcomeOrNull(), "taken before its end");
                return result(end, LoopTask.current());
            }

            @Override
            protected T received(@Nullable Object handedOver) {
                return take();
            }
        };
    }

    /** The loop's tasks that wait; if it has ended meanwhile, the list is nobody's. */
    private Waiters waitersOf(Loop loop) {
        for (Told told = toldOrNull(); told != null; told = told.next) {
            if (told.listener instanceof Waiters waiters && waiters.loop == loop) {
                return waiters;
            }
        }
        Waiters waiters = new Waiters(loop);
        add(waiters);
        return waiters;
    }

    // ---- without waiting

    /**
     * Has {@code callback} told how it ended: on the calling loop, in the order of the calls, and
     * on the same terms as {@link Task#whenDone}.
     *
     * @throws IllegalStateException on a thread that is no task; there use {@link #toFuture}
     */
    public void whenDone(Consumer<? super Outcome<T>> callback) {
        Objects.requireNonNull(callback, "the callback");
        Loop loop = Loop.current();
        add(() -> loop.handOver(new Callback<>(loop, this, callback)));
    }

    private record Callback<T extends @Nullable Object>(
            Loop loop, Promise<T> promise, Consumer<? super Outcome<T>> callback)
            implements HandOver {
        @Override
        public void run() {
            Outcome<T> end = promise.outcomeOrNull();
            if (end != null) {
                loop.callBack(() -> callback.accept(end), "a promise");
            }
        }

        @Override
        public void tooLate() {
            loop.reports.notRun(this);
        }
    }

    /**
     * A future of its own that ends as the promise does. Cancelling the future leaves the promise
     * as it is. What others attach to it without an executor runs in the thread that completes the
     * promise.
     */
    public CompletableFuture<T> toFuture() {
        CompletableFuture<T> future = new CompletableFuture<>();
        add(
                () -> {
                    Outcome<T> end = outcomeOrNull();
                    if (end instanceof Outcome.Success<T> success) {
                        future.complete(success.value());
                    } else if (end instanceof Outcome.Failure<T> failure) {
                        future.completeExceptionally(failure.cause());
                    } else {
                        future.cancel(false);
                    }
                });
        return future;
    }

    /** If it has ended, {@code listener} is told at once. */
    private void add(Listener listener) {
        while (true) {
            Object seen = state;
            if (seen instanceof Outcome<?>) {
                listener.tell();
                return;
            }
            if (STATE.compareAndSet(this, seen, new Told(listener, withoutGone((Told) seen)))) {
                return;
            }
        }
    }

    /** The same, without loops that have ended: a promise may outlive a great many. */
    private static @Nullable Told withoutGone(@Nullable Told all) {
        for (Told told = all; told != null; told = told.next) {
            if (told.listener.isGone()) {
                return turned(turned(all));
            }
        }
        return all;
    }

    /** The other way round, without loops that have ended. */
    private static @Nullable Told turned(@Nullable Told all) {
        Told other = null;
        for (Told told = all; told != null; told = told.next) {
            if (!told.listener.isGone()) {
                other = new Told(told.listener, other);
            }
        }
        return other;
    }

    // ---- its state

    private @Nullable Outcome<T> outcomeOrNull() {
        return state instanceof Outcome<?> end ? Erased.<Outcome<T>>value(end) : null;
    }

    private @Nullable Told toldOrNull() {
        return state instanceof Told told ? told : null;
    }

    /** For tests: how many there are to tell. */
    int listeners() {
        int n = 0;
        for (Told told = toldOrNull(); told != null; told = told.next) {
            n++;
        }
        return n;
    }

    @Override
    public String toString() {
        Outcome<T> end = outcomeOrNull();
        return "Promise (" + (end == null ? "not completed" : end) + ")";
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * Results in the order in which they come, within a call of {@link Weft#asCompleted}. Iterating
 * waits for the next one, and ends when every input has had its result. Several iterators go on
 * where another stopped.
 *
 * <p><em>For the task alone that called {@code asCompleted}</em>, and only until its body ends. A
 * cancelled wait has taken nothing.
 */
public final class Completions<A extends @Nullable Object, T extends @Nullable Object>
        implements Iterable<Completed<A, T>>, AutoCloseable {
    private static final String CALL = "Weft.asCompleted";
    private static final String CLOSED = "nobody takes the result any more";

    private final LoopTask<?> owner = LoopTask.current();
    private final TaskGroup group;
    private final int limit;
    private final Map<LoopTask<?>, A> running = new HashMap<>();
    private final ArrayDeque<Completed<A, T>> untaken = new ArrayDeque<>();
    private final WaitList results = new WaitList(CALL + " (the next result)", owner.loop);
    private final WaitList room = new WaitList(CALL + " (room for a result)", owner.loop);
    private @Nullable LoopTask<?> feeder;
    private boolean closed;

    private Completions(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException(
                    "the limit of " + CALL + " is " + limit + "; it must be at least 1");
        }
        owner.checkCancelled();
        this.limit = limit;
        this.group = TaskGroup.open(owner, "asCompleted", new Ends());
    }

    static <
                    A extends @Nullable Object,
                    T extends @Nullable Object,
                    R extends @Nullable Object,
                    X extends Exception>
            R call(
                    Iterable<? extends A> inputs,
                    int limit,
                    Each<? super A, ? extends T, ?> each,
                    Each<? super Completions<A, T>, ? extends R, ? extends X> body)
                    throws X {
        Combinators.requireInputs(inputs, each);
        Objects.requireNonNull(body, "the body");
        Completions<A, T> completions = new Completions<>(limit);
        Combinators.Attempt<R> attempt =
                Combinators.attempt(() -> completions.use(inputs, each, body));
        try {
            completions.group.finishCall(attempt.thrown());
        } catch (Throwable t) {
            completions.settle(t instanceof CancelledError ? null : t);
            throw Throwing.sneaky(t);
        }
        completions.settle(null);
        return attempt.value();
    }

    private <R extends @Nullable Object> R use(
            Iterable<? extends A> inputs,
            Each<? super A, ? extends T, ?> each,
            Each<? super Completions<A, T>, ? extends R, ?> body)
            throws Exception {
        Action<Exception> feed = () -> feed(inputs, each);
        feeder = group.start("asCompleted-inputs", LoopTask.ORDINARY, feed.asBody());
        try {
            return body.apply(this);
        } finally {
            close();
        }
    }

    // ---- the inputs

    /** Takes an input only when there is room for its result, so that none is taken and not run. */
    private void feed(Iterable<? extends A> inputs, Each<? super A, ? extends T, ?> each) {
        Iterator<? extends A> iterator = inputs.iterator();
        while (true) {
            room.enter();
            while (running.size() + untaken.size() >= limit) {
                room.await();
            }
            if (closed || !iterator.hasNext()) {
                return;
            }
            A input = iterator.next();
            LoopTask<T> task = group.start(null, LoopTask.ORDINARY, () -> each.apply(input));
            running.put(task, input);
            if (closed) {
                task.cancel(CLOSED, owner.name());
            }
        }
    }

    private final class Ends implements TaskGroup.Judge {
        @Override
        public void ended(LoopTask<?> child) {
            Throwable failure = child.failure();
            if (child == feeder) {
                feeder = null;
                if (failure != null) {
                    group.failed(failure, child.name());
                }
            } else {
                A input = Erased.value(running.remove(child));
                untaken.add(new Completed<>(input, Erased.value(child.ending())));
                if (failure instanceof VirtualMachineError) {
                    group.failed(failure, child.name());
                }
            }
            results.wakeFirst(null);
        }

        @Override
        public boolean hasResult() {
            return false;
        }
    }

    private boolean isExhausted() {
        return running.isEmpty() && feeder == null;
    }

    // ---- the results

    @Override
    public Iterator<Completed<A, T>> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return awaitNext();
            }

            @Override
            public Completed<A, T> next() {
                if (!awaitNext()) {
                    throw new NoSuchElementException("all inputs have had their results");
                }
                Completed<A, T> next = untaken.remove();
                room.wakeFirst(null);
                return next;
            }
        };
    }

    private boolean awaitNext() {
        requireOwner();
        if (closed) {
            throw new IllegalStateException(
                    "these results are closed; take them inside the body given to " + CALL);
        }
        results.enter();
        while (untaken.isEmpty()) {
            if (isExhausted()) {
                return false;
            }
            results.await();
        }
        return true;
    }

    private void requireOwner() {
        LoopTask<?> task = LoopTask.current();
        if (task != owner) {
            throw new IllegalStateException(
                    task
                            + " uses results that belong to "
                            + owner
                            + "; hand them on through a queue");
        }
    }

    /**
     * Cancels what has not ended, and waits for that. What has ended and was not taken is not lost
     * silently: a value that is {@code AutoCloseable} is closed, a failure is reported. Done at the
     * end of the body in any case.
     */
    @Override
    public void close() {
        requireOwner();
        if (!closed) {
            closed = true;
            group.cancelChildren(CLOSED, owner.name());
            while (!isExhausted()) {
                results.awaitUncancellable();
            }
        }
    }

    /** All have ended: what was not taken is dealt with. */
    private void settle(@Nullable Throwable thrown) {
        Failures failures = thrown == null ? null : new Failures(thrown);
        for (Completed<A, T> left : untaken) {
            Outcome<T> outcome = left.outcome();
            if (outcome instanceof Outcome.Success<T> success) {
                Undelivered.close(success.value());
            } else if (outcome instanceof Outcome.Failure<T> failure) {
                if (failures == null) {
                    owner.loop.reports.unexpected(
                            "a result of " + CALL + " that nobody took", failure.cause());
                } else {
                    failures.add(failure.cause());
                }
            }
        }
        if (failures != null) {
            failures.suppressIn(failures.first(), owner.loop.reports, CALL);
        }
    }
}

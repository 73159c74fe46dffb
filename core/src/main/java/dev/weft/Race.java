package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/** Bodies of which one value is wanted: the first. */
final class Race<T extends @Nullable Object> implements TaskGroup.Judge {
    private final LoopTask<?> owner;
    private final TaskGroup group;

    /** Where the owner waits before it starts the next body. */
    private final WaitList progress;

    private @Nullable LoopTask<?> latest;
    private boolean won;
    private @Nullable Object value;
    private @Nullable Failures failures;

    private Race(String name) {
        this.owner = LoopTask.current();
        owner.checkCancelled();
        this.progress = new WaitList("Weft." + name, owner.loop);
        this.group = TaskGroup.open(owner, name, this);
    }

    /**
     * @param delay how long a body runs before the next one begins, unless it fails before; null if
     *     all begin at once
     */
    static <T extends @Nullable Object> T run(
            String name, Body<? extends T, ?>[] bodies, @Nullable Duration delay) {
        Combinators.requireAll(bodies);
        if (bodies.length == 0) {
            throw new IllegalArgumentException("Weft." + name + " of nothing has no winner");
        }
        return new Race<T>(name).run(bodies, delay);
    }

    private T run(Body<? extends T, ?>[] bodies, @Nullable Duration delay) {
        Throwable thrown = null;
        try {
            for (int i = 0; i < bodies.length && !won; i++) {
                Body<? extends T, ?> body = bodies[i];
                Action<Exception> entrant = () -> run(body);
                latest = group.start(null, LoopTask.ORDINARY, entrant.asBody());
                if (delay != null && i < bodies.length - 1) {
                    Weft.moveOnAfter(delay, this::untilItFails);
                }
            }
        } catch (Throwable t) {
            thrown = t;
        }
        try {
            group.finish(thrown);
        } catch (Throwable t) {
            if (won) {
                Undelivered.close(value);
            }
            throw Throwing.sneaky(t);
        }
        Failures all = failures;
        if (!won && all != null) {
            Throwable first = all.first();
            all.suppressIn(first, owner.loop.reports, group.describe());
            throw Throwing.sneaky(first);
        }
        return Erased.value(value);
    }

    private void untilItFails() {
        LoopTask<?> task = latest;
        if (task != null && !task.isDone()) {
            progress.await();
        }
    }

    private void run(Body<? extends T, ?> body) throws Exception {
        T result = body.run();
        if (!won) {
            won = true;
            value = result;
            progress.wakeFirst(null);
            group.request("the race is won", owner.loop.currentTask().name());
        } else if (result != value) {
            Undelivered.close(result);
        }
    }

    @Override
    public void ended(LoopTask<?> child) {
        Throwable failure = child.failure();
        if (failure instanceof VirtualMachineError) {
            group.failed(failure, child.name());
        } else if (failure != null && won) {
            owner.loop.reports.unexpected("a loser of a race", failure);
        } else if (!won) {
            lost(failure == null ? child.cancellation() : failure);
        }
        if (child == latest) {
            progress.wakeFirst(null);
        }
    }

    private void lost(Throwable failure) {
        Failures all = failures;
        if (all == null) {
            failures = new Failures(failure);
        } else {
            all.add(failure);
        }
    }

    @Override
    public boolean hasResult() {
        return won;
    }
}

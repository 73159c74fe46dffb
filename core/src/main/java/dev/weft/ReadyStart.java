package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** A child that its starter waits for until it is ready. */
final class ReadyStart<R extends @Nullable Object> {
    private final TaskGroup group;
    private final LoopTask<?> child;
    private final WaitList starter = new WaitList("Group.startReady", () -> List.of(this.child()));
    private boolean called;
    private boolean ready;
    private boolean givenUp;

    private ReadyStart(TaskGroup group, @Nullable String name, ReadyAction<R, ?> body) {
        this.group = group;
        Action<Exception> action = () -> body.run(this::ready);
        this.child = group.start(name, LoopTask.ORDINARY, action.asBody());
    }

    static <R extends @Nullable Object> R start(
            TaskGroup group, @Nullable String name, ReadyAction<R, ?> body) {
        LoopTask<?> caller = LoopTask.current();
        caller.enterWait();
        ReadyStart<R> start = new ReadyStart<>(group, name, body);
        group.await(start);
        return start.await(caller);
    }

    LoopTask<?> child() {
        return child;
    }

    private R await(LoopTask<?> caller) {
        Object value;
        try {
            value = starter.suspend(caller);
        } catch (Throwable cancelled) {
            throw Throwing.sneaky(giveUp(caller, cancelled));
        }
        if (ready) {
            return Erased.value(value);
        }
        Throwable failure = child.failure();
        if (failure != null) {
            throw Throwing.sneaky(AwaitedAt.mark(failure, caller));
        }
        if (child.ending() instanceof Outcome.Cancelled) {
            throw child.cancellation();
        }
        throw new IllegalStateException(
                child
                        + " ended without having said that it is ready; its body must call"
                        + " ready.accept(value)");
    }

    /** The starter was cancelled: ends the child first. What to throw. */
    private Throwable giveUp(LoopTask<?> caller, Throwable cancelled) {
        givenUp = true;
        child.cancel("who started it was cancelled before it was ready", caller.name());
        while (!child.isDone()) {
            starter.awaitUncancellable();
        }
        Throwable failure = child.failure();
        if (failure == null) {
            return cancelled;
        }
        if (cancelled instanceof CancelledError e) {
            caller.redeliver(e.request());
        }
        return AwaitedAt.mark(failure, caller);
    }

    private void ready(R value) {
        Loop here = Loop.currentOrNull();
        if (here != child.loop || here.currentTask() != child) {
            throw new IllegalStateException("only " + child + " itself may say that it is ready");
        }
        if (called) {
            throw new IllegalStateException(child + " has said already that it is ready");
        }
        called = true;
        if (!givenUp && starter.wakeFirst(value)) {
            ready = true;
            group.forget(this);
        }
    }

    /** The child has ended, and was not ready. */
    void ended() {
        starter.wakeFirst(null);
    }
}

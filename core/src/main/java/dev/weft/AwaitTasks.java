package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;

/** One wait for several tasks: in the list of each there is a branch, until it is over. */
final class AwaitTasks extends Select {
    private final List<LoopTask<?>> tasks = new ArrayList<>();
    private final LinkedHashSet<LoopTask<?>> done = new LinkedHashSet<>();
    private final Until until;

    private AwaitTasks(LoopTask<?> waiter, Until until) {
        super(waiter);
        this.until = until;
    }

    static <T extends @Nullable Object> Waited<T> await(
            Collection<? extends Task<? extends T>> tasks, Until until) {
        Objects.requireNonNull(tasks, "the tasks");
        Objects.requireNonNull(until, "the end of the wait");
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException(
                    "Weft.await of no tasks would have nothing to wait for");
        }
        LinkedHashSet<Task<? extends T>> each = new LinkedHashSet<>(tasks);
        each.forEach(task -> Objects.requireNonNull(task, "one of the tasks"));
        LoopTask<?> waiter = LoopTask.current();
        waiter.enterWait();
        AwaitTasks wait = new AwaitTasks(waiter, until);
        for (Task<? extends T> task : each) {
            wait.tasks.add((LoopTask<?>) task);
        }
        wait.run();
        List<Task<? extends T>> ended = new ArrayList<>();
        List<Task<? extends T>> pending = new ArrayList<>();
        for (LoopTask<?> task : wait.done) {
            task.observed = true;
            ended.add(Erased.value(task));
        }
        for (LoopTask<?> task : wait.tasks) {
            if (!task.isDone()) {
                pending.add(Erased.value(task));
            }
        }
        return new Waited<>(ended, pending);
    }

    private void run() {
        boolean over = false;
        for (int i = 0; i < tasks.size(); i++) {
            Source<?> end = tasks.get(i).awaitingOutcome();
            end.waiters();
            over |= tasks.get(i).isDone() && ends(i);
        }
        if (!over) {
            task.checkCancelled();
            try {
                for (int i = 0; i < tasks.size(); i++) {
                    if (!tasks.get(i).isDone()) {
                        enterList(tasks.get(i).awaitingOutcome(), i);
                    }
                }
            } catch (Throwable e) {
                leaveLists();
                throw e;
            }
            task.waitFor(this);
        }
        for (LoopTask<?> t : tasks) {
            if (t.isDone()) {
                done.add(t);
            }
        }
    }

    @Override
    boolean ends(int index) {
        LoopTask<?> ended = tasks.get(index);
        done.add(ended);
        return done.size() == tasks.size()
                || until == Until.FIRST_COMPLETED
                || (until == Until.FIRST_FAILURE && ended.failure() != null);
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * A task's wait for the first of several things: in the list of each there is a branch of it. The
 * wake-up of any branch ends the task's wait, as does a cancellation, and {@link #leaveLists} then
 * takes the others off their lists before anybody else runs: so exactly one of the things happens,
 * or none.
 *
 * <p>As a timer it is the first of its {@link Clause#after} clauses.
 */
class Select extends Timer {
    final LoopTask<?> task;
    private @Nullable Branch branches;
    private @Nullable Branch inTime;

    Select(LoopTask<?> task) {
        this.task = task;
    }

    static <C> List<C> listOf(C[] clauses) {
        return Arrays.asList(Objects.requireNonNull(clauses, "the clauses"));
    }

    static <C> List<C> listOf(Collection<? extends C> clauses) {
        return new ArrayList<>(Objects.requireNonNull(clauses, "the clauses"));
    }

    static <R extends @Nullable Object, X extends Exception> R select(
            List<? extends Clause<? extends R, ? extends X>> clauses, boolean inOrder) throws X {
        requireSome(clauses);
        LoopTask<?> task = LoopTask.current();
        task.enterWait();
        Clause<? extends R, ? extends X> chosen = ready(task.loop, clauses, inOrder);
        if (chosen != null) {
            return chosen.takeNow();
        }
        task.checkCancelled();
        Select select = new Select(task);
        Branch woken;
        try {
            select.enterLists(clauses);
            woken = task.waitFor(select);
        } finally {
            select.leaveLists();
            for (Clause<?, ?> clause : clauses) {
                clause.source().waited();
            }
        }
        return clauses.get(woken.index).takeHandedOver(woken.handedOver);
    }

    private static void requireSome(List<? extends Clause<?, ?>> clauses) {
        boolean some = false;
        for (Clause<?, ?> clause : clauses) {
            some |= Objects.requireNonNull(clause, "one of the clauses").source() != Never.NEVER;
        }
        if (some) {
            return;
        }
        throw new IllegalArgumentException(
                clauses.isEmpty()
                        ? "a select without clauses would wait for ever"
                        : "a select would wait for ever: when(false) holds in each of its clauses");
    }

    /** One of the clauses that can happen at once: any of them, each as likely, or the first. */
    private static <C extends Clause<?, ?>> @Nullable C ready(
            Loop loop, List<? extends C> clauses, boolean inOrder) {
        C chosen = null;
        C otherwise = null;
        int ready = 0;
        for (C clause : clauses) {
            Source<?> source = clause.source();
            if (source == Never.OTHERWISE) {
                otherwise = clause;
            } else if (source.hasList()) {
                source.waiters().check();
            }
            if ((chosen == null || !inOrder)
                    && source.isReady()
                    && (++ready == 1 || loop.random().nextInt(ready) == 0)) {
                chosen = clause;
            }
        }
        return chosen != null ? chosen : otherwise;
    }

    private void enterLists(List<? extends Clause<?, ?>> clauses) {
        long nanos = Long.MAX_VALUE;
        for (int i = 0; i < clauses.size(); i++) {
            Source<?> source = clauses.get(i).source();
            if (source.hasList()) {
                enterList(source, i);
            } else if (source instanceof Never.After after && after.nanos < nanos) {
                nanos = after.nanos;
                inTime = new Branch(this, i);
            }
        }
        if (inTime != null) {
            Loop loop = task.loop;
            loop.timers.set(this, loop.nanoTime() + nanos);
        }
    }

    final void enterList(Source<?> source, int index) {
        Branch branch = new Branch(this, index);
        branch.offer = source.offer();
        branch.next = branches;
        branches = branch;
        source.waits();
        source.waiters().link(branch);
    }

    /** Whether the task's wait is over, now that this branch is being woken. */
    boolean ends(int index) {
        return true;
    }

    /** Nothing can happen any more. */
    final void leaveLists() {
        for (Branch branch = branches; branch != null; branch = branch.next) {
            WaitList list = branch.waitList;
            if (list != null) {
                list.remove(branch);
            }
        }
        task.loop.timers.cancel(this);
    }

    /** The lists that it waits in. */
    final List<WaitList> lists() {
        List<WaitList> lists = new ArrayList<>();
        for (Branch branch = branches; branch != null; branch = branch.next) {
            if (branch.waitList != null) {
                lists.add(branch.waitList);
            }
        }
        return lists;
    }

    @Override
    final LoopTask<?> task() {
        return task;
    }

    @Override
    final String what() {
        return "after";
    }

    @Override
    final void fire() {
        Branch branch = inTime;
        if (branch != null) {
            branch.wake(null);
        }
    }

    /** One clause, waiting. */
    static final class Branch implements Waiter {
        private final Select select;
        private final int index;
        private @Nullable Branch next;
        private @Nullable Object offer;
        private @Nullable Object handedOver;

        @Nullable WaitList waitList;
        @Nullable Waiter previousWaiting;
        @Nullable Waiter nextWaiting;

        private Branch(Select select, int index) {
            this.select = select;
            this.index = index;
        }

        @Override
        public boolean isWaiting() {
            return select.task.isWaitingFor(select);
        }

        @Override
        public boolean wake(@Nullable Object value) {
            if (!select.ends(index)) {
                WaitList list = waitList;
                if (list != null) {
                    list.remove(this);
                }
                return true;
            }
            handedOver = value;
            return select.task.wake(this);
        }

        @Override
        public boolean fail(Throwable failure) {
            return select.task.fail(failure);
        }

        @Override
        public @Nullable Object offer() {
            return offer;
        }
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;

/** A group: a scope with children, which it joins before it ends. */
final class TaskGroup extends OwnedScope implements Group {
    /** The name of a group that was given none: paths and dumps leave it out. */
    static final String UNNAMED = "group";

    static final String UNNAMED_SUPERVISOR = "supervisor";

    /** What its owner waits for at its end. */
    static final String JOIN = "Group.join";

    /** What a child's end means for the others. */
    enum Policy {
        /** A failure cancels all. */
        FAIL_TOGETHER,
        /**
         * A failure, or a child cancelled by itself, cancels all: a combinator that needs every
         * value.
         */
        NEED_ALL,
        /** Nothing. */
        ISOLATE
    }

    /** Decides, in place of a policy, what a child's end means. */
    interface Judge {
        /** A child has ended, in whatever way. On its thread; does not wait. */
        void ended(LoopTask<?> child);

        /** Whether there is a result, which no request to cancel takes back any more. */
        boolean hasResult();
    }

    private final String name;
    private final Policy policy;
    private final @Nullable Judge judge;
    private final WaitList join;
    private @Nullable LoopTask<?> first;
    private @Nullable LoopTask<?> last;
    private int ordinary;
    private int daemons;
    private boolean ended;
    private boolean released;
    private @Nullable Failures failures;
    private @Nullable List<ReadyStart<?>> notReady;
    private @Nullable Resources resources;

    private TaskGroup(LoopTask<?> owner, String name, Policy policy, @Nullable Judge judge) {
        super(owner);
        this.name = name;
        this.policy = policy;
        this.judge = judge;
        this.join = new WaitList(JOIN, owner.loop);
    }

    static TaskGroup open(String name, Policy policy) {
        return open(LoopTask.current(), name, policy);
    }

    static TaskGroup open(LoopTask<?> owner, String name, Policy policy) {
        TaskGroup group = new TaskGroup(owner, name, policy, null);
        group.enter();
        return group;
    }

    static TaskGroup open(LoopTask<?> owner, String name, Judge judge) {
        TaskGroup group = new TaskGroup(owner, name, Policy.ISOLATE, judge);
        group.enter();
        return group;
    }

    // ---- children

    @Override
    public <T extends @Nullable Object> Task<T> start(Body<T, ?> body) {
        return start(null, LoopTask.ORDINARY, body);
    }

    @Override
    public Task<@Nullable Void> start(Action<?> body) {
        return start(null, LoopTask.ORDINARY, ActionBody.of(body));
    }

    @Override
    public <T extends @Nullable Object> Task<T> start(String childName, Body<T, ?> body) {
        return start(named(childName), LoopTask.ORDINARY, body);
    }

    @Override
    public Task<@Nullable Void> start(String childName, Action<?> body) {
        return start(named(childName), LoopTask.ORDINARY, ActionBody.of(body));
    }

    private static String named(String childName) {
        return Objects.requireNonNull(childName, "the name");
    }

    @Override
    public <T extends @Nullable Object> Task<T> background(Body<T, ?> body) {
        return start(null, LoopTask.DAEMON, body);
    }

    @Override
    public Task<@Nullable Void> background(Action<?> body) {
        return start(null, LoopTask.DAEMON, ActionBody.of(body));
    }

    @Override
    public <T extends @Nullable Object> Task<T> background(String childName, Body<T, ?> body) {
        return start(named(childName), LoopTask.DAEMON, body);
    }

    @Override
    public Task<@Nullable Void> background(String childName, Action<?> body) {
        return start(named(childName), LoopTask.DAEMON, ActionBody.of(body));
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R startReady(ReadyAction<R, X> body) {
        return ready(null, body);
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R startReady(
            String childName, ReadyAction<R, X> body) {
        return ready(named(childName), body);
    }

    private <R extends @Nullable Object> R ready(
            @Nullable String childName, ReadyAction<R, ?> body) {
        Objects.requireNonNull(body, "the body");
        requireOpen();
        return ReadyStart.start(this, childName, body);
    }

    /** Until it is ready, or ended, this child is none of the group's concern. */
    void await(ReadyStart<?> start) {
        List<ReadyStart<?>> list = notReady;
        if (list == null) {
            notReady = list = new ArrayList<>(1);
        }
        list.add(start);
    }

    void forget(ReadyStart<?> start) {
        if (notReady != null) {
            notReady.remove(start);
        }
    }

    private boolean wasNotReady(LoopTask<?> child) {
        if (notReady != null) {
            for (ReadyStart<?> start : notReady) {
                if (start.child() == child) {
                    notReady.remove(start);
                    start.ended();
                    return true;
                }
            }
        }
        return false;
    }

    <T extends @Nullable Object> LoopTask<T> start(
            @Nullable String childName, byte kind, Body<? extends T, ?> body) {
        Loop loop = owner.loop;
        Objects.requireNonNull(body, "the body");
        requireOpen();
        LoopTask<T> task = new LoopTask<>(loop, this, childName, kind, body);
        if (loop.bindsLocals) {
            task.locals = loop.localsHere();
        }
        add(task);
        try {
            loop.begin(task);
        } catch (Throwable notStarted) {
            remove(task);
            throw notStarted;
        }
        if (closing != null && (kind == LoopTask.DAEMON || closesAll)) {
            task.cancel(closing, owner.name());
        }
        if (loop.liveRequests > 0) {
            for (Scope s = this; s != null; s = s.outer) {
                if (s.request != null) {
                    task.inherit(s.request, owner, entered);
                }
            }
        }
        return task;
    }

    private void requireOpen() {
        requireLoop();
        if (ended) {
            throw new IllegalStateException(
                    "group '" + name + "' has ended; nothing can be started in it any more");
        }
    }

    @Override
    public <C extends AutoCloseable> C use(C resource) {
        Objects.requireNonNull(resource, "the resource");
        requireLoop();
        if (released) {
            throw tooLate(resource);
        }
        Resources all = resources;
        if (all == null) {
            resources = all = new Resources();
        }
        all.add(resource);
        return resource;
    }

    private IllegalStateException tooLate(AutoCloseable resource) {
        var e =
                new IllegalStateException(
                        "group '"
                                + name
                                + "' has ended, so "
                                + resource.getClass().getName()
                                + " was closed at once");
        try {
            Resources.close(LoopTask.current(), resource);
        } catch (CancelledError cancelled) {
            throw cancelled;
        } catch (Throwable failed) {
            e.addSuppressed(failed);
        }
        return e;
    }

    /** Takes in a task that the group does not wait for. */
    void adopt(LoopTask<?> foreign) {
        add(foreign);
    }

    private void add(LoopTask<?> task) {
        LoopTask<?> before = last;
        task.previousSibling = before;
        if (before == null) {
            first = task;
        } else {
            before.nextSibling = task;
        }
        last = task;
        count(task, 1);
    }

    void remove(LoopTask<?> task) {
        LoopTask<?> before = task.previousSibling;
        LoopTask<?> after = task.nextSibling;
        if (before == null) {
            first = after;
        } else {
            before.nextSibling = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previousSibling = before;
        }
        task.previousSibling = null;
        task.nextSibling = null;
        count(task, -1);
    }

    private void count(LoopTask<?> task, int by) {
        if (task.kind() == LoopTask.ORDINARY) {
            ordinary += by;
        } else if (task.kind() == LoopTask.DAEMON) {
            daemons += by;
        }
    }

    void childEnded(LoopTask<?> child, @Nullable Throwable childFailure, boolean cancelled) {
        remove(child);
        if (wasNotReady(child)) {
            child.observed = true;
        } else if (judge != null) {
            judge.ended(child);
        } else if (childFailure != null) {
            if (policy != Policy.ISOLATE) {
                failed(childFailure, child.name());
            } else if (!child.observed) {
                owner.loop.reports.failureUnobserved(child);
            }
        } else if (cancelled && policy == Policy.NEED_ALL) {
            if (child.request != null) {
                failed(child.cancellation(), child.name());
            } else if (missing == null) {
                missing = child;
            }
        }
        if ((ordinary == 0 || (joiningDaemons && daemons == 0)) && !join.isEmpty()) {
            join.wakeFirst(owner.isDue());
        }
    }

    private boolean joiningDaemons;

    /** Why a daemon child that is started now is cancelled at once; of the root, any child. */
    private @Nullable String closing;

    private boolean closesAll;

    /** A child whose value is needed, and which a request from outside the group cancelled. */
    private @Nullable LoopTask<?> missing;

    /** Takes {@code f} for a failure of the group, which cancels it. */
    void failed(Throwable f, String who) {
        Failures known = failures;
        if (known == null) {
            failures = new Failures(f);
            request("'" + OneLine.of(who) + "' failed with " + f.getClass().getName(), who);
        } else {
            known.add(f);
        }
    }

    void addChildrenTo(Collection<? super LoopTask<?>> collection) {
        for (LoopTask<?> child = first; child != null; child = child.nextSibling) {
            collection.add(child);
        }
    }

    void cancelChildren(String reason, String by) {
        closing = reason;
        cancelAll(reason, by);
    }

    /** Cancels those children that there are. */
    void cancelAll(String reason, String by) {
        for (LoopTask<?> child = first; child != null; child = child.nextSibling) {
            child.cancel(reason, by);
        }
    }

    // ---- its end

    /** Whether the group was cancelled by {@link #cancel} and its body went along with it. */
    private boolean unwound;

    /**
     * Joins the children, leaves the scope and throws what the group has to throw.
     *
     * @param thrown what the body threw
     */
    void finish(@Nullable Throwable thrown) {
        Throwable bodyFailure = null;
        CancelRequest outerRequest = null;
        if (thrown != null) {
            if (isOwnCancellation(thrown)) {
                unwound = true;
            } else {
                outerRequest = outerRequestIn(thrown);
                if (outerRequest == null) {
                    bodyFailure = thrown instanceof CancelledError stale ? stale(stale) : thrown;
                    bodyFailed(bodyFailure);
                }
            }
        }
        boolean requested = join();
        ended = true;
        Throwable cancellation = outerRequest == null ? null : thrown;
        if (resources != null) {
            Throwable cutOff = release(resources);
            if (cancellation == null && cutOff != null) {
                cancellation = cutOff;
                outerRequest = outerRequestIn(cutOff);
            }
        }
        released = true;
        leave();
        if (owner.loop.invariants != null) {
            owner.loop.invariants.groupEnds(this);
        }
        boolean kept = judge != null && judge.hasResult();
        Failures all = failures;
        if (all != null) {
            if (outerRequest != null) {
                owner.redeliver(outerRequest);
            }
            owner.redeliverSince(entered);
            Throwable f = all.first();
            Throwable shown = bodyFailure != null && hasCause(bodyFailure, f) ? bodyFailure : f;
            all.suppressIn(shown, owner.loop.reports, describe());
            throw Throwing.sneaky(shown);
        }
        if (outerRequest != null && cancellation != null) {
            if (kept) {
                owner.redeliver(outerRequest);
                return;
            }
            throw Throwing.sneaky(cancellation);
        }
        if (unwound) {
            owner.redeliverSince(entered);
        }
        if (requested && !kept && (thrown == null || unwound)) {
            owner.checkCancelled();
        }
        LoopTask<?> cancelled = missing;
        if (cancelled != null && thrown == null) {
            throw cancelled.cancellation();
        }
    }

    /**
     * Closes what the group was given. What it gives is a cancellation from outside that cut a
     * close off.
     */
    private @Nullable Throwable release(Resources all) {
        Throwable[] cutOff = new Throwable[1];
        all.release(
                owner,
                thrown -> {
                    if (outerRequestIn(thrown) != null) {
                        cutOff[0] = thrown;
                    } else if (!isOwnCancellation(thrown)) {
                        failed(
                                thrown instanceof CancelledError stale ? stale(stale) : thrown,
                                owner.name());
                    }
                });
        return cutOff[0];
    }

    private void bodyFailed(Throwable f) {
        Failures known = failures;
        if (known == null || !hasCause(f, known.first())) {
            failed(f, owner.name());
        }
    }

    /** As {@link #finish}, where a value is needed: a group that was cancelled has none. */
    void finishCall(@Nullable Throwable thrown) {
        finish(thrown);
        if (unwound && request != null) {
            throw new CancellationException(request.reason());
        }
    }

    /** As {@link #finish}, after cancelling all children: the end of the program. */
    void finishRoot(@Nullable Throwable thrown, String why) {
        closesAll = true;
        cancelChildren(why, owner.name());
        finishCall(thrown);
    }

    /** Whether a request had come by the time the last child ended. */
    private boolean join() {
        Object requested = false;
        if (owner.isWatched && (ordinary > 0 || daemons > 0)) {
            owner.loop.atPoint(owner);
        }
        while (ordinary > 0) {
            requested = join.awaitUncancellable();
        }
        if (daemons > 0) {
            joiningDaemons = true;
            cancelChildren("group '" + name + "' is done", owner.name());
            while (daemons > 0 || ordinary > 0) {
                requested = join.awaitUncancellable();
            }
        }
        return Boolean.TRUE.equals(requested);
    }

    private static Throwable stale(CancelledError stale) {
        return new IllegalStateException(
                "a CancelledError of '"
                        + stale.scope()
                        + "' left a group that it does not enclose: it was kept, or thrown by hand",
                stale);
    }

    private static boolean hasCause(Throwable t, Throwable cause) {
        int depth = 0;
        for (Throwable c = t; c != null && depth < 100; c = c.getCause(), depth++) {
            if (c == cause) {
                return true;
            }
        }
        return false;
    }

    // ---- for whoever looks

    /** The first of the main task's, in which background tasks are. */
    boolean isRoot() {
        return owner.group == null && outer == owner;
    }

    static boolean isUnnamed(String name) {
        return name.equals(UNNAMED) || name.equals(UNNAMED_SUPERVISOR);
    }

    WaitList joinList() {
        return join;
    }

    void prependTo(StringBuilder path) {
        if (!isUnnamed(name)) {
            path.insert(0, '/').insert(0, name);
        }
    }

    /** The children that have not ended, at most so many: the list may change meanwhile. */
    void addLiveChildrenTo(Collection<? super LoopTask<?>> collection, int most) {
        int n = 0;
        for (LoopTask<?> child = first; child != null && n < most; child = child.nextSibling) {
            if (!child.isDone() && (child.kind() != LoopTask.FOREIGN || child.thread.isAlive())) {
                collection.add(child);
            }
            n++;
        }
    }

    // ---- as a scope

    @Override
    public String name() {
        return name;
    }

    @Override
    String describe() {
        return "group '" + name + "'";
    }
}

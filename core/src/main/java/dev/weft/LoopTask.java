package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/*
 * A task, and the outermost scope of its own work.
 *
 * Waiting. All waits of Weft end in suspend(). The waker hands a value over and marks the wait as ended before it unparks the
 * thread: from then on the wait has happened, and a cancellation that comes before the task runs again shows at its next wait only.
 *
 *   state      meaning                                      leaves it
 *   NOT_BEGUN  its first step is to come                    run() -> RUNNING
 *   RUNNING    not in a wait of Weft's: running, ready,     suspend()
 *              or parked by the JDK
 *   WAITING    in a wait that can be cancelled              wake() -> WOKEN, fail() -> FAILED, poke() -> CANCELLING
 *   JOINING    in a wait that is never abandoned            wake() -> WOKEN
 *   WOKEN      the wait has happened; value is the result   the task, when it runs again -> RUNNING
 *   FAILED     the same; value is what to throw             the same
 *   CANCELLING off every list; a request is due             the same, throwing CancelledError
 *   YIELDING   gave way, still ready                        the task, when it runs again -> RUNNING
 *   DONE       ended                                        never
 *
 * Cancellation. A request is known to a task as a Delivery (deliveries, a short list that is null nearly always). due() finds the
 * one to throw: of the scopes around the task that are not masked by a shield, the outermost whose delivery is pending or due
 * again. A task that is not in a wait of Weft's is interrupted as well, so that the JDK's blocking calls notice; the flag is
 * cleared when the next wait of Weft's begins, and if it is gone by then the interrupt was the delivery.
 */
final class LoopTask<T extends @Nullable Object> extends Scope
        implements Task<T>, Waiter, Runnable {
    private static final byte RUNNING = 0;
    private static final byte WAITING = 1;
    private static final byte JOINING = 2;
    private static final byte WOKEN = 3;
    private static final byte FAILED = 4;
    private static final byte CANCELLING = 5;
    private static final byte YIELDING = 6;
    private static final byte DONE = 7;
    private static final byte NOT_BEGUN = 8;

    private static final int MAX_FAST_WAITS = 128;
    private static final int MAX_CAUSES = 100;
    private static final int MOST_IN_PATH = 16;
    private static final int MOST_IN_CYCLE = 32;

    /** How a task ended; anything else in {@link #result} is the value. */
    private record Failed(Throwable cause) {}

    private record Ended(String reason) {}

    /** In place of null, which says that the task has not ended. */
    private static final Object NULL = new Object();

    private static final VarHandle RESULT;

    static {
        try {
            RESULT = MethodHandles.lookup().findVarHandle(LoopTask.class, "result", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Loop loop;
    final Thread thread;
    private final @Nullable Body<? extends T, ?> body;
    final @Nullable TaskGroup group;
    @Nullable LoopTask<?> previousSibling;
    @Nullable LoopTask<?> nextSibling;

    /** The innermost scope that the task is in; itself at first. */
    Scope innermost = this;

    /** What is bound here, a list that tasks share. */
    TaskLocal.@Nullable Binding locals;

    private @Nullable String name;
    private final byte kind;

    /** Written by {@link #RESULT}: a volatile store costs as much as the rest of an end. */
    private volatile @Nullable Object result;

    private @Nullable WaitList joiners;
    boolean observed;

    /** Whether the loop has somebody to tell how this ended. */
    private boolean hasEndings;

    private byte state = NOT_BEGUN;
    private short fastWaits;

    /**
     * What the waker gave, once the wait has happened; before that what the task offers, or the
     * select that it waits for.
     */
    private @Nullable Object handedOver;

    /** The list that the task waits in, and its neighbours there. */
    @Nullable WaitList waitList;

    @Nullable Waiter previousWaiting;
    @Nullable Waiter nextWaiting;

    private @Nullable Delivery deliveries;

    /** For which request an interrupt was sent that nobody has noticed yet. */
    private @Nullable Delivery interruptSent;

    /**
     * Whether the loop finds this task by its thread, because it has been in a wait of the JDK's.
     */
    boolean isRegistered;

    /** Whether a simulation is told of its cancellation points. */
    boolean isWatched;

    /** The loop's time in the turn in which its last wait began; nobody but dumps reads it. */
    long waitingSince;

    static final byte ORDINARY = 0;
    static final byte DAEMON = 1;
    static final byte FOREIGN = 2;

    LoopTask(
            Loop loop,
            @Nullable TaskGroup group,
            @Nullable String name,
            byte kind,
            Body<? extends T, ?> body) {
        super(group);
        this.loop = loop;
        this.group = group;
        this.body = body;
        this.name = name;
        this.kind = kind;
        this.thread = loop.switching.newThread(name, this);
        if (loop.starts != null) {
            loop.starts.remember(this);
        }
    }

    /** A virtual thread that inherited the loop although Weft did not start it. */
    LoopTask(Loop loop, TaskGroup group, Thread thread) {
        super(group);
        this.loop = loop;
        this.group = group;
        this.body = null;
        this.kind = FOREIGN;
        this.state = RUNNING;
        this.thread = thread;
    }

    /** The running task; fails off the loop. */
    public static LoopTask<?> current() {
        return Loop.current().currentTask();
    }

    byte kind() {
        return kind;
    }

    /**
     * Whether the task, which just gave up the carrier, did so in a wait of the JDK's: then it
     * comes back unannounced.
     */
    boolean isInForeignWait() {
        return state == RUNNING;
    }

    /** Has it start with these bindings, of a thread that handed it over. */
    void inherit(TaskLocal.@Nullable Binding bindings) {
        if (bindings != null) {
            locals = bindings;
            loop.bindsLocals = true;
        }
    }

    // ---- its life

    @Override
    public void run() {
        loop.switching.entered();
        loop.running(this);
        state = RUNNING;
        Object end;
        try {
            Body<? extends T, ?> b = body;
            end = b == null ? null : b.run();
        } catch (Throwable thrown) {
            end = classify(thrown);
        }
        ended(end);
    }

    private Object classify(Throwable thrown) {
        CancelRequest r = requestIn(thrown, this);
        if (r != null) {
            return new Ended(r.reason());
        }
        if (thrown instanceof CancelledError stale) {
            return new Failed(
                    new IllegalStateException(
                            "a CancelledError of '"
                                    + stale.scope()
                                    + "' left "
                                    + describe()
                                    + ", which that scope does not enclose: it was kept, or thrown"
                                    + " by hand",
                            stale));
        }
        return new Failed(thrown);
    }

    /** Its requests are nobody's concern any more. */
    void forgetAll() {
        for (Delivery d = deliveries; d != null; d = d.next) {
            loop.timers.cancel(d);
        }
        deliveries = null;
        if (request != null) {
            loop.liveRequests--;
        }
    }

    private void ended(@Nullable Object end) {
        if (loop.invariants != null) {
            loop.invariants.taskEnds(this);
        }
        forgetAll();
        innermost = this;
        state = DONE;
        RESULT.setRelease(this, end == null ? NULL : end);
        WaitList waiting = joiners;
        if (waiting != null) {
            observed |= !waiting.isEmpty();
            waiting.wakeAll(null);
        }
        loop.taskEnded(this);
        if (hasEndings) {
            loop.tellEnd(this);
        }
        if (group != null) {
            group.childEnded(
                    this, end instanceof Failed f ? f.cause() : null, end instanceof Ended);
        }
    }

    /** The JDK could not start its thread. */
    void notStarted(Throwable failure) {
        ended(new Failed(failure));
    }

    @Override
    public boolean isDone() {
        return result != null;
    }

    @Nullable Throwable failure() {
        return result instanceof Failed f ? f.cause() : null;
    }

    /** The value of a task known to have ended well. */
    T value() {
        Object end = result;
        return Erased.value(end == NULL ? null : end);
    }

    // instanceof, not a switch over types: a program's first such switch costs 15 ms of start-up
    Outcome<T> ending() {
        Object end = result;
        if (end instanceof Failed f) {
            return new Outcome.Failure<>(f.cause());
        }
        if (end instanceof Ended e) {
            return new Outcome.Cancelled<>(e.reason());
        }
        return new Outcome.Success<>(value());
    }

    /** What a task that ended cancelled gives to whoever needs its value. */
    CancellationException cancellation() {
        String reason = result instanceof Ended e ? e.reason() : "";
        return new CancellationException(describe() + " was cancelled: " + reason);
    }

    // ---- awaiting it

    private void join(LoopTask<?> waiter) {
        requireMayAwait(waiter);
        waiter.enterWait();
        observed = true;
        if (!isDone()) {
            requireNoCycle(waiter);
            joiners().suspendOffering(waiter, this);
        }
    }

    private void requireMayAwait(LoopTask<?> waiter) {
        if (waiter.loop != loop) {
            throw new IllegalStateException(
                    "task '"
                            + path()
                            + "' belongs to another loop, '"
                            + OneLine.of(loop.name())
                            + "', and cannot be awaited on '"
                            + OneLine.of(waiter.loop.name())
                            + "'; use Weft.await of its toFuture(), or hand over with"
                            + " Loop.execute");
        }
        if (waiter == this) {
            throw new IllegalStateException("task '" + path() + "' cannot await itself");
        }
    }

    /**
     * Refuses an await that would close a cycle of awaits, which nothing but a cancellation ends.
     * Longer ones are left to the deadlock report.
     */
    private void requireNoCycle(LoopTask<?> waiter) {
        LoopTask<?> t = awaited();
        for (int n = 0; t != null && n < MOST_IN_CYCLE; n++) {
            if (t == waiter) {
                throw new IllegalStateException(cycle(waiter));
            }
            t = t.awaited();
        }
    }

    private String cycle(LoopTask<?> waiter) {
        StringBuilder names = new StringBuilder(waiter.path());
        for (LoopTask<?> t = this; t != null && t != waiter; t = t.awaited()) {
            names.append(" -> ").append(t.path());
        }
        names.append(" -> ").append(waiter.path());
        return "tasks cannot await each other, as none would ever end: "
                + names
                + "; let one give what the other needs through a Promise or a queue";
    }

    /** The task that this one awaits now; a wait for it offers it. */
    private @Nullable LoopTask<?> awaited() {
        return state == WAITING && handedOver instanceof LoopTask<?> t && waitList == t.joiners
                ? t
                : null;
    }

    private WaitList joiners() {
        WaitList list = joiners;
        if (list == null) {
            joiners = list = new WaitList("Task.await", loop);
        }
        return list;
    }

    @Override
    public T await() {
        LoopTask<?> waiter = current();
        join(waiter);
        return result(waiter);
    }

    private T result(LoopTask<?> waiter) {
        Object end = result;
        if (end instanceof Failed f) {
            throw Throwing.sneaky(AwaitedAt.mark(f.cause(), waiter));
        }
        if (end instanceof Ended) {
            throw cancellation();
        }
        return value();
    }

    @Override
    public <X extends Exception> T await(Class<X> mayThrow) throws X {
        Objects.requireNonNull(mayThrow, "the type");
        return await();
    }

    @Override
    public Outcome<T> outcome() {
        join(current());
        return ending();
    }

    /** The task's end, for selects. */
    private abstract class End<R extends @Nullable Object> extends Source<R> {
        @Override
        protected WaitList waiters() {
            requireMayAwait(current());
            return joiners();
        }

        @Override
        protected boolean isReady() {
            return isDone();
        }

        @Override
        protected R received(@Nullable Object handedOver) {
            return take();
        }
    }

    @Override
    public Source<T> awaiting() {
        return new End<>() {
            @Override
            protected T take() {
                observed = true;
                return result(current());
            }
        };
    }

    @Override
    public Source<Outcome<T>> awaitingOutcome() {
        return new End<>() {
            @Override
            protected Outcome<T> take() {
                observed = true;
                return ending();
            }
        };
    }

    @Override
    public void whenDone(Consumer<? super Outcome<T>> callback) {
        Objects.requireNonNull(callback, "the callback");
        if (Loop.currentOrNull() != loop) {
            throw new IllegalStateException(
                    "whenDone of " + describe() + " called off its loop; elsewhere use toFuture()");
        }
        tell(callback::accept);
    }

    @Override
    public CompletableFuture<T> toFuture() {
        TaskFuture<T> future = new TaskFuture<>(this);
        if (Loop.currentOrNull() == loop) {
            tell(future);
        } else {
            loop.handOver(future);
        }
        return future;
    }

    /** Has {@code ending} told how the task ended, in the system task. */
    void tell(Ending<T> ending) {
        observed = true;
        hasEndings = true;
        loop.addEnding(this, ending);
        if (isDone()) {
            loop.tellEnd(this);
        }
    }

    @Override
    public boolean cancel(String reason) {
        Objects.requireNonNull(reason, "the reason");
        Loop here = Loop.currentOrNull();
        if (here == loop) {
            return cancel(reason, here.actor());
        }
        if (isDone()) {
            return false;
        }
        String by = Thread.currentThread().getName();
        try {
            loop.post(() -> cancel(reason, by));
            return true;
        } catch (RejectedExecutionException loopHasEnded) {
            return false;
        }
    }

    /** As {@link #cancel(String)}, on the loop. */
    boolean cancel(String reason, String by) {
        if (isDone()) {
            return false;
        }
        CancelRequest before = request;
        if (before == null) {
            request(reason, by);
        } else {
            spread(before);
        }
        return true;
    }

    @Override
    public String name() {
        String n = name;
        if (n == null) {
            n = thread.getName();
            name = n = n.isEmpty() ? "task-" + thread.threadId() : n;
        }
        return n;
    }

    // ---- waiting

    @Override
    public boolean isWaiting() {
        return state == WAITING || state == JOINING;
    }

    boolean isJoining() {
        return state == JOINING;
    }

    /**
     * The start of every wait: throws the cancellation that is due, before any effect. A wait that
     * completes at once does not suspend, so after many of those in a row the task gives way.
     */
    void enterWait() {
        checkCancelled();
        if (++fastWaits > MAX_FAST_WAITS) {
            yieldTurn();
        }
    }

    void checkCancelled() {
        if (deliveries != null || interruptSent != null || isWatched || thread.isInterrupted()) {
            throwIfDue();
        }
    }

    /** A wait of the JDK's: a cancellation arrives as an interrupt. */
    <V extends @Nullable Object> V awaitFuture(Future<? extends V> future) {
        enterWait();
        while (true) {
            try {
                return future.get();
            } catch (InterruptedException e) {
                if (interruptSent == null) {
                    interrupted();
                }
                interruptSent = null;
                Delivery due = due();
                if (due != null) {
                    throw deliver(due);
                }
            } catch (ExecutionException e) {
                Throwable cause = e.getCause();
                throw Throwing.sneaky(AwaitedAt.mark(cause == null ? e : cause, this));
            }
        }
    }

    /** Whether the next wait throws. */
    boolean isDue() {
        return deliveries != null && due() != null;
    }

    private void throwIfDue() {
        if (isWatched) {
            loop.atPoint(this);
        }
        settleInterrupt();
        Delivery due = due();
        if (due != null) {
            throw deliver(due);
        }
    }

    /** Lets every task that is ready have its turn. */
    void yieldTurn() {
        fastWaits = 0;
        state = YIELDING;
        if (Switching.PORTABLE) {
            loop.switching.giveWay(this);
        } else { // no frame in between that parked tasks would have to keep
            Thread.yield();
        }
        loop.running(this);
        state = RUNNING;
    }

    /**
     * Parks until woken, failed or (if cancellable) cancelled; checkCancelled() went before, for a
     * join settleInterrupt(). The caller has put the task where its waker finds it.
     */
    @Nullable Object suspend(boolean cancellable) {
        byte waiting = cancellable ? WAITING : JOINING;
        fastWaits = 0;
        waitingSince = loop.turnTime;
        state = waiting;
        for (; ; ) {
            try {
                if (Switching.PORTABLE) {
                    loop.switching.park(this);
                } else {
                    LockSupport.park();
                }
            } catch (Throwable notParked) { // a stack too deep to be put aside, or for any call
                state = RUNNING;
                try {
                    leaveList();
                } finally {
                    handedOver = null;
                }
                throw notParked;
            }
            loop.running(this);
            if (state != waiting) {
                break;
            }
            if (Thread.interrupted()) {
                interrupted();
            }
        }
        byte how = state;
        state = RUNNING;
        Object value = handedOver;
        handedOver = null;
        if (how == WOKEN) {
            return value;
        }
        if (how == FAILED && value instanceof Throwable failure) {
            throw Throwing.sneaky(failure);
        }
        Delivery due = due();
        if (due == null) {
            throw new IllegalStateException(
                    describe() + " was unparked for a cancellation that is not due");
        }
        throw deliver(due);
    }

    /** What the waker of the coming wait may take. */
    void offer(@Nullable Object offer) {
        handedOver = offer;
    }

    @Override
    public @Nullable Object offer() {
        return handedOver;
    }

    /** Parks until a branch of {@code select}, which is in all its lists, is woken. */
    Select.Branch waitFor(Select select) {
        handedOver = select;
        return Erased.value(suspend(true));
    }

    boolean isWaitingFor(Select select) {
        return state == WAITING && handedOver == select;
    }

    /** The lists that the task waits in: none, one, or those of its select. */
    List<WaitList> waitingIn() {
        WaitList list = waitList;
        if (list != null) {
            return List.of(list);
        }
        return handedOver instanceof Select select ? select.lists() : List.of();
    }

    @Override
    public boolean wake(@Nullable Object value) {
        return endWait(WOKEN, value);
    }

    @Override
    public boolean fail(Throwable failure) {
        return endWait(FAILED, failure);
    }

    private boolean endWait(byte how, @Nullable Object value) {
        if (state != WAITING && state != JOINING) {
            return false;
        }
        leaveList();
        handedOver = value;
        state = how;
        loop.switching.wake(thread);
        return true;
    }

    private void leaveList() {
        WaitList list = waitList;
        if (list != null) {
            list.remove(this);
        } else if (handedOver instanceof Select select) {
            select.leaveLists();
        }
    }

    // ---- cancellation

    /** Makes a request pending for this task, anew if it has been delivered. */
    void post(CancelRequest r) {
        if (isDone()) {
            return;
        }
        Delivery d = deliveryOf(r);
        if (d == null) {
            d = new Delivery(this, r);
            d.next = deliveries;
            deliveries = d;
        } else if (d.state == Delivery.DELIVERED) {
            d.markPending();
        }
        poke();
    }

    /**
     * A new task learns of a request that is older than itself. If its group was opened to clean up
     * after that request, it does as the group's owner.
     */
    void inherit(CancelRequest r, LoopTask<?> owner, int groupEntered) {
        Delivery owners = owner.deliveryOf(r);
        if (owners != null && !owners.isPending() && owners.number - groupEntered <= 0) {
            Delivery d = new Delivery(this, r);
            d.next = deliveries;
            deliveries = d;
            d.continues(owners);
            poke();
        } else {
            post(r);
        }
    }

    /** Forgets a request whose scope has been left. */
    void forget(CancelRequest r) {
        boolean asInterrupt = false;
        Delivery before = null;
        for (Delivery d = deliveries; d != null; before = d, d = d.next) {
            if (d.request == r) {
                loop.timers.cancel(d);
                asInterrupt = d.asInterrupt;
                if (before == null) {
                    deliveries = d.next;
                } else {
                    before.next = d.next;
                }
                break;
            }
        }
        if ((interruptSent != null || asInterrupt) && due() == null) {
            interruptSent = null;
            Thread.interrupted();
        }
    }

    /**
     * Acts on what has become due: ends the wait that the task is in, or has its thread
     * interrupted.
     */
    void poke() {
        if (due() == null) {
            return;
        }
        if (state == WAITING) {
            leaveList();
            state = CANCELLING;
            loop.switching.wake(thread);
        } else if (state != JOINING && state != CANCELLING) {
            loop.interruptLater(this);
        }
    }

    /**
     * Sends the interrupt that poke() asked for, if there is still a reason. In the system task.
     */
    void interruptIfDue() {
        if (isDone() || state == WAITING || state == JOINING || state == CANCELLING) {
            return;
        }
        Delivery sent = interruptSent;
        if (sent != null) {
            if (thread.isInterrupted()) {
                sent.sentAsInterrupt();
                return;
            }
            interruptSent = null;
            sent.markDelivered(null);
        }
        Delivery due = due();
        if (due != null) {
            interruptSent = due;
            due.sentAsInterrupt();
            thread.interrupt();
        }
    }

    /**
     * Finds out what became of an interrupt: ours and still there, ours and consumed by the JDK, or
     * not ours.
     */
    void settleInterrupt() {
        boolean flag = Thread.interrupted();
        Delivery sent = interruptSent;
        if (sent != null) {
            interruptSent = null;
            if (!flag && deliveryOf(sent.request) == sent) {
                sent.markDelivered(null);
            }
        } else if (flag && !wasInterrupted()) {
            interrupted();
        }
    }

    /** Portable mode: interrupted while parked; false if it is ready, or will be, anyway. */
    boolean interruptedInWait() {
        boolean inWait = isWaiting();
        if (inWait) {
            interrupted();
        }
        return inWait;
    }

    /** Then the flag may have been set again by whoever caught the interrupt. */
    private boolean wasInterrupted() {
        for (Delivery d = deliveries; d != null; d = d.next) {
            if (d.asInterrupt) {
                return true;
            }
        }
        return false;
    }

    private void interrupted() {
        cancel("interrupted", "a thread outside the loop, by Thread.interrupt");
    }

    /** The delivery to throw: the outermost that is due and not masked. */
    private @Nullable Delivery due() {
        if (deliveries == null) {
            return null;
        }
        Delivery outermostDue = null;
        Delivery outermost = null;
        boolean strict = false;
        for (Scope s = innermost; s != null; s = s.outer) {
            if (s instanceof ShieldScope shield && shield.isMasking()) {
                break;
            }
            strict |= s instanceof StrictScope;
            CancelRequest r = s.request;
            if (r != null) {
                Delivery d = deliveryOf(r);
                if (d != null) {
                    outermost = d;
                    if (d.isDue()) {
                        outermostDue = d;
                    }
                }
            }
        }
        return strict ? outermost : outermostDue;
    }

    @Nullable Delivery deliveryOf(CancelRequest r) {
        for (Delivery d = deliveries; d != null; d = d.next) {
            if (d.request == r) {
                return d;
            }
        }
        return null;
    }

    private CancelledError deliver(Delivery due) {
        CancelledError error = new CancelledError(due.request);
        due.markDelivered(error);
        if (due() != null) {
            loop.interruptLater(this); // should it wait with the JDK's calls next
        }
        return error;
    }

    /**
     * The request arrives anew, because what its delivery unwound was replaced by something else.
     */
    void redeliver(CancelRequest r) {
        Delivery d = deliveryOf(r);
        if (d != null && d.state == Delivery.DELIVERED) {
            d.markPending();
            poke();
        }
    }

    /**
     * What was delivered since the loop's delivery number {@code since} arrives anew: the scope
     * that was entered then has put something else in its place.
     */
    void redeliverSince(int since) {
        boolean any = false;
        for (Delivery d = deliveries; d != null; d = d.next) {
            if (d.state == Delivery.DELIVERED && d.number - since > 0) {
                d.markPending();
                any = true;
            }
        }
        if (any) {
            poke();
        }
    }

    /**
     * If this delivery is not over after the grace, the report shows the stack of {@code stuck}
     * rather than the task's own.
     */
    void reportIfStuck(CancelledError delivered, Supplier<@Nullable Thread> stuck) {
        Delivery d = deliveryOf(delivered.request());
        if (d != null) {
            d.stuck = stuck;
        }
    }

    /** The thread that works for this task and does not end, though cancelled; null if none. */
    @Nullable Thread worker() {
        for (Delivery d = deliveries; d != null; d = d.next) {
            Thread worker = d.stuck == null ? null : d.stuck.get();
            if (worker != null) {
                return worker;
            }
        }
        return null;
    }

    /** Whether that it ignores a cancellation was told since {@code time}, or is about to be. */
    boolean isToldSince(long time) {
        for (Delivery d = deliveries; d != null; d = d.next) {
            if (d.isToldSince(time)) {
                return true;
            }
        }
        return false;
    }

    /** What keeps it from ending, in words; empty if it runs. */
    String obstacle() {
        StringBuilder words = new StringBuilder();
        for (WaitList list : waitingIn()) {
            words.append(words.isEmpty() ? "it waits in " : ", ").append(list.what());
        }
        if (words.isEmpty() && isWaiting()) {
            words.append("it sleeps");
        }
        for (Scope s = innermost; s != null; s = s.outer) {
            if (s instanceof ShieldScope shield && shield.isMasking()) {
                return words.append(words.isEmpty() ? "it is" : ",")
                        .append(" out of reach in a shield")
                        .toString();
            }
        }
        return words.toString();
    }

    boolean isMasked(CancelRequest r) {
        for (Scope s = innermost; s != null && s != r.scope(); s = s.outer) {
            if (s instanceof ShieldScope shield && shield.isMasking()) {
                return true;
            }
        }
        return false;
    }

    void pauseGraces() {
        for (Delivery d = deliveries; d != null; d = d.next) {
            d.pauseGrace();
        }
    }

    /** Something is not masked any more. */
    void lookAgain() {
        for (Delivery d = deliveries; d != null; d = d.next) {
            d.resumeGrace();
        }
        poke();
    }

    /** An interrupt that the JDK has consumed by now was delivered outside the coming scope. */
    void settleBeforeScope() {
        if (interruptSent != null && !thread.isInterrupted()) {
            settleInterrupt();
        }
    }

    /**
     * The time until a wait of this task would throw: until the nearest deadline of the scopes that
     * can reach it and have not, and in clean-up until the end of the grace or of the shield. At
     * least 146 years if there is none.
     */
    long nanosLeft() {
        long now = loop.nanoTime();
        long left = Durations.LONGEST_NANOS;
        long masked = 0;
        for (Scope s = innermost; s != null; s = s.outer) {
            CancelRequest r = s.request;
            Delivery d = r == null ? null : deliveryOf(r);
            if (d != null) {
                left = Math.min(left, masked > 0 ? masked : due() != null ? 0 : d.graceLeft(now));
            } else if (masked == 0) {
                left = Math.min(left, s.nanosLeft(now));
            }
            if (s instanceof ShieldScope shield && shield.isMasking()) {
                masked = Math.max(masked, Math.max(1, shield.endsAt() - now));
            }
        }
        return Math.max(0, left);
    }

    /** Whether {@code thrown} is a cancellation of a scope around this point of the task. */
    boolean isCancellation(Throwable thrown) {
        return requestIn(thrown, innermost) != null;
    }

    private @Nullable CancelRequest requestIn(Throwable thrown, Scope from) {
        settleInterrupt();
        for (Scope s = from; s != null; s = s.outer) {
            if (s.request != null && carries(thrown, s.request)) {
                return s.request;
            }
        }
        return null;
    }

    /** Whether {@code thrown} is, or wraps, the delivery of {@code r} to this task. */
    boolean carries(Throwable thrown, CancelRequest r) {
        Delivery d = deliveryOf(r);
        boolean byInterrupt = d != null && d.asInterrupt;
        int depth = 0;
        for (Throwable t = thrown; t != null && depth < MAX_CAUSES; t = t.getCause(), depth++) {
            if (t instanceof CancelledError c && c.request() == r) {
                return true;
            }
            if (byInterrupt && Interrupts.isInterrupt(t)) {
                return true;
            }
        }
        return false;
    }

    // ---- for whoever looks

    @Override
    public String path() {
        StringBuilder path = new StringBuilder(OneLine.of(name()));
        int n = 1;
        for (TaskGroup g = group; g != null; g = g.owner().group) {
            if (++n > MOST_IN_PATH) {
                return path.insert(0, ".../").toString();
            }
            g.prependTo(path);
            if (g.isRoot()) {
                return path.toString();
            }
            path.insert(0, '/').insert(0, OneLine.of(g.owner().name()));
        }
        return path.toString();
    }

    TaskInfo.State stateNow() {
        return switch (state) {
            case NOT_BEGUN -> TaskInfo.State.NOT_BEGUN;
            case WAITING, JOINING -> TaskInfo.State.WAITING;
            case RUNNING ->
                    thread.getState() == Thread.State.RUNNABLE
                            ? TaskInfo.State.READY
                            : TaskInfo.State.IN_JDK;
            default -> TaskInfo.State.READY;
        };
    }

    Simulation.Stage stage() {
        return switch (state) {
            case NOT_BEGUN -> Simulation.Stage.NOT_BEGUN;
            case WAITING -> Simulation.Stage.WAITING;
            case JOINING -> Simulation.Stage.JOINING;
            case WOKEN, FAILED -> Simulation.Stage.WOKEN;
            case CANCELLING -> Simulation.Stage.CANCELLED;
            case DONE -> Simulation.Stage.DONE;
            default -> Simulation.Stage.RUNNING;
        };
    }

    /** What it waits for, in words; else what it does. */
    String doing() {
        return switch (stage()) {
            case NOT_BEGUN -> "begins";
            case WAITING, JOINING -> {
                List<String> waits = waitingIn().stream().map(WaitList::what).toList();
                yield waits.isEmpty() ? "Weft.sleep" : String.join(" | ", waits);
            }
            case DONE ->
                    result instanceof Failed f
                            ? "failed: " + f.cause()
                            : result instanceof Ended e ? "cancelled: " + e.reason() : "ended";
            case WOKEN, CANCELLED -> "goes on";
            case RUNNING -> "gave way";
        };
    }

    @Nullable WaitList joinersOrNull() {
        return joiners;
    }

    List<TaskInfo.Cancellation> cancellations() {
        if (deliveries == null) {
            return List.of();
        }
        List<TaskInfo.Cancellation> all = new ArrayList<>();
        for (Delivery d = deliveries; d != null; d = d.next) {
            all.add(d.info());
        }
        return all;
    }

    List<CancelRequest> requests() {
        List<CancelRequest> all = new ArrayList<>();
        for (Delivery d = deliveries; d != null; d = d.next) {
            all.add(d.request);
        }
        return all;
    }

    /** Whether {@code scope} is this task or one around it. */
    boolean isInside(Scope scope) {
        for (Scope s = this; s != null; s = s.outer) {
            if (s == scope) {
                return true;
            }
        }
        return false;
    }

    /** The class whose code it runs; empty if that is Weft's own, in front of the program's. */
    String bodyClass() {
        Body<?, ?> b = body;
        if (b == null) {
            return "";
        }
        return Frames.classOf(b instanceof ActionBody<?> a ? a.action() : b);
    }

    // ---- as a scope

    @Override
    boolean isEntered() {
        return !isDone();
    }

    @Override
    LoopTask<?> owner() {
        return this;
    }

    @Override
    String describe() {
        return "task '" + OneLine.of(name()) + "'";
    }
}

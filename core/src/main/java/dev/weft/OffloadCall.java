package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;

/*
 * One call on another thread. The worker's side is run(); the task that waits for it is in await(), where it also runs what the
 * worker wants done on the loop. What both sides touch is guarded by this object's lock, which nobody holds while waiting.
 *
 *   state      meaning                                        leaves it
 *   NEW        handed to an executor                          the worker -> RUNNING; a cancellation -> DROPPED
 *   RUNNING    the worker is in the body                      the worker -> OVER; a cancellation that abandons -> ABANDONED
 *   OVER       no interrupt reaches the thread any more, and  never
 *              the end is on its way to the loop
 *   DROPPED    will never run                                 never
 *   ABANDONED  nobody waits for the end                       never
 */
final class OffloadCall<T extends @Nullable Object> implements Runnable {
    private static final ThreadLocal<@Nullable OffloadCall<?>> CURRENT = new ThreadLocal<>();

    private static final int NEW = 0;
    private static final int RUNNING = 1;
    private static final int OVER = 2;
    private static final int DROPPED = 3;
    private static final int ABANDONED = 4;

    final LoopTask<?> task;
    private final Workers workers;
    private final Loop loop;
    private final OffloadOptions options;
    private final Executor executor;
    private final Body<T, ?> body;
    private final TaskLocal.@Nullable Binding locals = TaskLocal.here();
    private final @Nullable Object scopedValues = ScopedValues.here();

    // guarded by this
    private int state = NEW;
    private @Nullable Thread worker;
    private @Nullable CancelRequest cancelled;

    // of the loop
    private final WaitList news;

    /** Null if nothing bounds the call. */
    @Nullable Token token;

    private @Nullable Visit<?> visit;
    private boolean ended;
    private @Nullable Object value;
    private @Nullable Throwable failure;

    OffloadCall(
            Workers workers,
            LoopTask<?> task,
            String what,
            OffloadOptions options,
            Executor executor,
            Body<T, ?> body) {
        this.workers = workers;
        this.task = task;
        this.loop = task.loop;
        this.news = WaitList.external(what);
        this.options = options;
        this.executor = executor;
        this.body = body;
    }

    // ---- on the loop

    /** Has the body run, and waits for it. */
    T await() {
        workers.begun();
        try {
            executor.execute(this);
        } catch (Throwable notStarted) {
            if (drop()) {
                over();
            }
            throw notStarted;
        }
        CancelledError cancellation = null;
        while (!ended) {
            Visit<?> visitor = visit;
            if (visitor != null) {
                visit = null;
                visitor.run();
            } else if (cancellation != null) {
                news.awaitUncancellable();
            } else {
                try {
                    news.await();
                } catch (CancelledError e) {
                    cancellation = e;
                    cancel(e);
                }
            }
        }
        return result(cancellation);
    }

    /** Throws it on if the call need not be waited for; else tells the worker. */
    private void cancel(CancelledError e) {
        switch (interrupt(e.request())) {
            case DROPPED -> {
                over();
                throw e;
            }
            case ABANDONED -> {
                workers.abandoned(this);
                Visit<?> visitor = visit;
                if (visitor != null) {
                    visitor.answer(null, new CancelledError(e.request()));
                }
                throw e;
            }
            default -> task.reportIfStuck(e, this::worker);
        }
    }

    private T result(@Nullable CancelledError cancellation) {
        Throwable f = failure;
        if (cancellation != null) {
            if (f != null && (task.carries(f, cancellation.request()) || Interrupts.isBehind(f))) {
                cancellation.addSuppressed(f);
                throw cancellation;
            }
            task.redeliver(cancellation.request());
        }
        if (f != null) {
            throw Throwing.sneaky(f);
        }
        return Erased.value(value);
    }

    /** In the system task. */
    private void end(@Nullable Object v, @Nullable Throwable f) {
        ended = true;
        value = v;
        failure = f;
        over();
        news.wakeAll(null);
    }

    private void over() {
        workers.ended(this);
        Token held = token;
        if (held != null) {
            held.done();
        }
    }

    // ---- where both meet

    private synchronized boolean begin() {
        if (state == DROPPED) {
            return false;
        }
        state = RUNNING;
        worker = Thread.currentThread();
        return true;
    }

    /**
     * From here on the thread is not interrupted for this call any more, so that no interrupt
     * reaches the next one. Whether somebody waits for its end.
     */
    private synchronized boolean finish() {
        boolean awaited = state != ABANDONED;
        state = awaited ? OVER : ABANDONED;
        worker = null;
        Thread.interrupted();
        return awaited;
    }

    private synchronized boolean drop() {
        boolean dropped = state == NEW;
        state = dropped ? DROPPED : state;
        return dropped;
    }

    private synchronized int interrupt(CancelRequest request) {
        cancelled = request;
        if (state == NEW) {
            state = DROPPED;
        } else if (worker != null) {
            worker.interrupt();
            state = options.abandons() ? ABANDONED : RUNNING;
        }
        return state;
    }

    /** The thread that is in the body, if any is. */
    synchronized @Nullable Thread worker() {
        return worker;
    }

    private synchronized @Nullable CancelRequest cancelled() {
        return cancelled;
    }

    private synchronized boolean isAbandoned() {
        return state == ABANDONED;
    }

    // ---- on the worker

    static @Nullable OffloadCall<?> currentOrNull() {
        return CURRENT.get();
    }

    /** The call that the current thread runs. */
    static OffloadCall<?> current() {
        OffloadCall<?> call = currentOrNull();
        if (call == null) {
            throw new IllegalStateException(
                    "thread '"
                            + Thread.currentThread().getName()
                            + "' runs no call of Weft.offload or Weft.compute, and no task of a"
                            + " loop");
        }
        return call;
    }

    /**
     * For messages: how a thread that is no task gets something done on {@code loop}, null for any;
     * {@code elsewhere} if it runs no call for it.
     */
    static String wayToLoop(@Nullable Loop loop, String elsewhere) {
        OffloadCall<?> call = currentOrNull();
        return call == null || (loop != null && loop != call.loop)
                ? elsewhere
                : "from an offloaded call, here of task '"
                        + call.task.name()
                        + "', the way back to its loop is Offload.onLoop(() -> ...)";
    }

    @Override
    public void run() {
        if (!begin()) {
            return;
        }
        OffloadCall<?> before = CURRENT.get();
        CURRENT.set(this);
        Object v = null;
        Throwable f = null;
        try {
            v = Loop.currentOrNull() == null ? onThread(Thread.currentThread()) : body.run();
        } catch (Throwable thrown) {
            f = thrown;
        }
        if (before == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(before);
        }
        boolean awaited = finish();
        if (!awaited) {
            discard(v, f);
        }
        deliver(v, f);
    }

    private T onThread(Thread thread) throws Exception {
        String name = thread.getName();
        String shown = options.name();
        thread.setName(name + " (" + (shown == null ? task.name() : shown) + ")");
        try {
            return TaskLocal.<T, Exception>off(locals, () -> ScopedValues.with(scopedValues, body));
        } finally {
            thread.setName(name);
        }
    }

    private void deliver(@Nullable Object v, @Nullable Throwable f) {
        try {
            loop.handIn(() -> end(v, f));
        } catch (RejectedExecutionException theLoopHasEnded) {
            return; // and nobody waits any more
        }
    }

    /** What an abandoned call gave goes to nobody. */
    private void discard(@Nullable Object v, @Nullable Throwable f) {
        Throwable unheard = f;
        if (v instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Throwable notClosed) {
                unheard = notClosed;
            }
        }
        if (unheard != null
                && !(unheard instanceof CancelledError)
                && !Interrupts.isBehind(unheard)) {
            loop.reports.fromOutside("abandoned " + this, unheard);
        }
    }

    void checkCancelled() {
        CancelRequest request = cancelled();
        if (request != null) {
            throw new CancelledError(request);
        }
    }

    <R extends @Nullable Object, X extends Exception> R visit(Body<R, X> errand) throws X {
        Visit<R> v = new Visit<>(errand);
        try {
            loop.handIn(v);
        } catch (RejectedExecutionException hasEnded) {
            v.tooLate();
        }
        if (!(executor instanceof Computing computing)) {
            return v.await();
        }
        computing.leave();
        try {
            return v.await();
        } finally {
            computing.comeBack();
        }
    }

    /** Whether its token is one that another call, which waits meanwhile, has lent. */
    boolean runsForAnother() {
        Token held = token;
        return held != null && held.isBorrowed();
    }

    /** Something that the worker wants done on the loop, and its answer. */
    private final class Visit<R extends @Nullable Object> implements HandOver {
        private final Body<R, ?> errand;
        private final Thread visitor = Thread.currentThread();
        private boolean received;
        private @Nullable Object answer;
        private @Nullable Throwable thrown;
        private volatile boolean answered;

        Visit(Body<R, ?> errand) {
            this.errand = errand;
        }

        /** First in the system task, which has the waiting task come here again. */
        @Override
        public void run() {
            if (!received) {
                received = true;
                CancelRequest request = cancelled();
                if (isAbandoned() && request != null) {
                    answer(null, new CancelledError(request));
                } else {
                    visit = this;
                    news.wakeAll(null);
                }
                return;
            }
            try {
                answer(ErrandScope.open(task, token).around(errand), null);
            } catch (Throwable t) {
                if (t instanceof CancelledError e && task.isCancellation(e)) {
                    noteCancelled(e.request());
                }
                answer(null, t);
            }
        }

        void answer(@Nullable Object a, @Nullable Throwable t) {
            answer = a;
            thrown = t;
            answered = true;
            LockSupport.unpark(visitor);
        }

        @Override
        public void tooLate() {
            answer(
                    null,
                    new IllegalStateException(loop + " has ended; nothing runs on it any more"));
        }

        R await() {
            boolean interrupted = false;
            while (!answered) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            Throwable t = thrown;
            if (t != null) {
                throw Throwing.sneaky(t);
            }
            return Erased.value(answer);
        }
    }

    private synchronized void noteCancelled(CancelRequest request) {
        cancelled = request;
    }

    @Override
    public String toString() {
        String name = options.name();
        return "call of task '" + task.name() + "'" + (name == null ? "" : " (" + name + ")");
    }
}

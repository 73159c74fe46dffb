package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.WeakHashMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * An event loop: one thread on which the tasks of one program run, one at a time, and change places
 * only where they wait.
 *
 * <p>Made and ended by {@link Weft#run}. As an {@link Executor} it is how other threads hand work
 * in. <em>Any thread</em> may call {@link #execute}, {@link #post}, {@link #exceptionHandler} and
 * {@link #name}, {@link #tasks} and {@link #tree}; the rest is <em>loop-confined</em>.
 */
public final class Loop implements Executor {
    /*
     * Overview.
     *
     * Scheduling. Tasks are virtual threads whose scheduler (LoopScheduler) is this loop. The JDK submits a continuation each time
     * one of them may go on; resume() puts it at the end of the ready queue, and turn(), the body of the carrier thread, runs them in
     * that order. A turn is: what other threads handed in, the timers that are due, the tasks ready at that moment but at most 64,
     * and the driver: blocking if nothing is ready, otherwise without waiting, and only once per 64 steps or 50 µs, because a poll
     * costs as much as several task switches. The clock is read once a turn.
     *
     * The carrier runs continuations, timers and queues of ours, and nothing else: no lock is taken and no foreign code is called
     * there. If carrier code wanted a lock that a parked task holds, the loop would stand still for ever. So the driver is polled in
     * a virtual thread (IoTask) whose continuation is kept aside from the ready queue, and hand-overs, interrupts and reports run in
     * another (SystemTask).
     *
     * That is OwnCarrier's way. Without the JVM flag for it, the loop runs in a virtual thread itself and what is ready are threads
     * to hand over to: see SharedCarrier.
     *
     * Who is running. A wait of Weft's sets `current` when it comes back. The carrier clears it before each step, so after a wait
     * of the JDK's it is unknown, and found by thread when asked for: the carrier registers a task the first time it leaves a step
     * while not in a wait of Weft's.
     *
     * Wake-up. Other threads push to the inbox and then look at `sleeping`. Whoever is about to block sets `sleeping`, with a full
     * fence, and then looks at the inbox again (gate). One of the two sees the other. After a wake-up by another thread the carrier
     * looks at the inbox for 20 µs before it sleeps, since a second one often follows.
     *
     * Shutdown. The main task joins the background tasks, runs what onClose() registered, and then has the I/O task close the driver
     * and, after that, the system task finish. When both have ended the carrier ends. Continuations of virtual threads that the loop inherited
     * and that are still alive go to the JDK's default scheduler from then on, and are named in a warning.
     */

    private static final int STEPS_A_TURN = 64;
    private static final long POLL_NANOS = 50_000;
    private static final long SPIN_NANOS = 20_000;
    private static final int SPIN_ROUNDS = 400; // a driver's clock may stand still
    private static final boolean MANY_CPUS = Runtime.getRuntime().availableProcessors() > 1;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private static final int AWAKE = 0;
    private static final int BLOCKED = 1;
    private static final int PARKED = 2;

    private static final VarHandle SLEEPING;
    private static final VarHandle STEP;

    static {
        try {
            var lookup = MethodHandles.lookup();
            SLEEPING = lookup.findVarHandle(Loop.class, "sleeping", int.class);
            STEP = lookup.findVarHandle(Loop.class, "step", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final Driver driver;
    final Switching switching;
    final Timers timers = new Timers();
    final Reports reports = new Reports(this);
    final Shutdown shutdown = new Shutdown(this);
    final Driver.Gate gate =
            new Driver.Gate() {
                @Override
                public boolean mayBlock() {
                    return Loop.this.mayBlock();
                }

                @Override
                public long deadline() {
                    return plannedDeadline;
                }
            };
    final long graceNanos;
    final long slowStepNanos;

    /**
     * How many requests to cancel are alive; as long as there are none, starting a task need not
     * look for them.
     */
    int liveRequests;

    /** How many requests have been delivered; compared by difference. */
    int deliveries;

    /** Whether a task of this loop has ever bound a {@link TaskLocal}. */
    boolean bindsLocals;

    private final ReadyQueue ready;
    final @Nullable SimulatedTurns simulated;
    final Inbox inbox = new Inbox();
    private final SystemTask system;
    private final @Nullable IoTask io;
    private @Nullable Runnable ioContinuation;
    private boolean ioReady;

    /** Whether tasks have run since the I/O task last looked. */
    private boolean tasksRan;

    /** Whether an I/O task parked in the driver has been asked to look again. */
    private boolean ioRecalled;

    private volatile int sleeping;
    private volatile boolean closed;
    private volatile boolean ending;

    /** The main body has ended, and what is left is being cancelled: others bring no more. */
    private volatile boolean bodyEnded;

    /** Why what is left is cancelled when the main body has ended. */
    volatile String whyEnding = "the program's main task has ended";

    private @Nullable Throwable death;
    private boolean finished;
    private boolean blocked;
    private boolean wokenByOthers;
    private long plannedDeadline;

    /** The time as of this turn. */
    long turnTime;

    /** Looked after in tests and with {@code -Dweft.debug} only. */
    final @Nullable Invariants invariants;

    /** With {@code -Dweft.debug} only. */
    final @Nullable Starts starts;

    private final Deadlock deadlock;
    private @Nullable RuntimeException condemned;

    /** Whether a thread of the program's has handed work in: it may do so again. */
    private boolean handedIn;

    /** Whether a virtual thread has run that is no task, or one that came from the JDK's waits. */
    private boolean strangerRan;

    private boolean noStrangerRan;

    private @Nullable LoopTask<?> current;
    private final Map<Thread, LoopTask<?>> byThread = new HashMap<>();
    private int foreignTasks;
    private int purgeAt = 64;

    /** Odd while a step runs; what the watchdog samples. */
    @SuppressWarnings("UnusedVariable") // through STEP
    private long step;

    private @Nullable TaskGroup root;

    /** Programs of a runner that run now, while its root task waits for its close. */
    int guests;

    private final ArrayDeque<Runnable> closers = new ArrayDeque<>();
    private @Nullable Workers workers;
    private final Map<LoopTask<?>, List<Ending<?>>> endings = new HashMap<>();
    private final Map<CompletionStage<?>, Stages> stages = new WeakHashMap<>();

    Loop(Options options) {
        this(options, null);
    }

    /**
     * @param carrier that of a session, if the driver is a {@link Simulation}; null for one of its
     *     own
     */
    Loop(Options options, @Nullable Carrier carrier) {
        this.driver = options.driver().get();
        this.simulated =
                carrier == null ? null : new SimulatedTurns(this, (Simulation) driver, carrier);
        this.ready = simulated == null ? new ReadyQueue() : simulated;
        String named = options.name();
        this.name = named == null ? "weft-" + NUMBERS.incrementAndGet() : named;
        this.graceNanos = Durations.nanos(options.grace());
        this.slowStepNanos = options.slowStep().toNanos();
        this.reports.handler = options.handler();
        this.switching = carrier == null ? Switching.of(this) : new OwnCarrier(this, carrier);
        this.io = driver.onCarrier() ? null : new IoTask(this, driver);
        this.system = new SystemTask(this);
        this.invariants =
                options.debug() || simulated != null || driver instanceof Invariants.Wanted
                        ? new Invariants(this)
                        : null;
        this.starts = options.debug() ? new Starts() : null;
        this.deadlock = new Deadlock(this, driver.deadlocks());
    }

    /** The driver that {@code weft.driver} names, or the best there is. */
    static Driver chooseDriver() {
        String wanted = System.getProperty("weft.driver");
        DriverProvider best = null;
        StringBuilder names = new StringBuilder("parking");
        if (!"parking".equals(wanted)) {
            for (DriverProvider p : ServiceLoader.load(DriverProvider.class)) {
                names.append(", ").append(p.name());
                boolean suits =
                        wanted == null
                                ? p.priority() > 0
                                        && (best == null || p.priority() > best.priority())
                                : p.name().equals(wanted);
                boolean needsFlag = Switching.PORTABLE && p.holdsCarrier();
                if (suits && !needsFlag && p.available()) {
                    best = p;
                } else if (suits && wanted != null) {
                    throw new IllegalStateException(
                            "-Dweft.driver="
                                    + wanted
                                    + (needsFlag
                                            ? " needs the JVM flag " + Internals.flag()
                                            : " is not available on this machine"));
                }
            }
            if (wanted != null && best == null) {
                throw new IllegalArgumentException(
                        "-Dweft.driver=" + wanted + " is unknown; there are: " + names);
            }
        }
        return best == null ? new ParkingDriver() : best.create();
    }

    // ---- who and where

    /**
     * The loop that runs the caller.
     *
     * @throws IllegalStateException on a thread that is no task of a loop
     */
    public static Loop current() {
        Loop loop = currentOrNull();
        if (loop == null) {
            throw new IllegalStateException(
                    "thread '"
                            + Thread.currentThread().getName()
                            + "' is no task of a loop; "
                            + OffloadCall.wayToLoop(
                                    null,
                                    "call this inside Weft.run, or hand over with Loop.execute"));
        }
        return loop;
    }

    /** The loop that runs the caller, or null. */
    public static @Nullable Loop currentOrNull() {
        return Switching.current();
    }

    Thread carrier() {
        return switching.carrier();
    }

    /** The task that runs now. */
    LoopTask<?> currentTask() {
        LoopTask<?> task = announcedTask();
        return task != null ? task : findCurrent();
    }

    private LoopTask<?> findCurrent() {
        Thread thread = Thread.currentThread();
        LoopTask<?> task = byThread.get(thread);
        if (task == null) {
            if (thread == system.thread) {
                throw new IllegalStateException(
                        "an exception handler, a callback and what Loop.post runs are no task and"
                                + " must not wait: others are waiting for "
                                + this
                                + " to go on; start a task with Weft.background for it");
            }
            TaskGroup group = root;
            if (group == null) {
                throw new IllegalStateException(
                        this + " has ended or has not begun; nothing can wait on it");
            }
            if (++foreignTasks > purgeAt) {
                purgeForeign();
            }
            task = new LoopTask<>(this, group, thread);
            group.adopt(task);
            register(task);
        }
        current = task;
        return task;
    }

    /** What is bound for the caller; nothing for work that was posted to the loop. */
    TaskLocal.@Nullable Binding localsHere() {
        LoopTask<?> task = announcedTask();
        if (task == null) {
            task = byThread.get(Thread.currentThread());
        }
        return task == null ? null : task.locals;
    }

    /** Who acts now, for messages. */
    String actor() {
        LoopTask<?> task = announcedTask();
        return task == null && Thread.currentThread() == system.thread
                ? system.thread.getName()
                : currentTask().name();
    }

    private void register(LoopTask<?> task) {
        task.isRegistered = true;
        byThread.put(task.thread, task);
    }

    /** Foreign threads do not tell when they end. */
    private void purgeForeign() {
        byThread.values()
                .removeIf(
                        task -> {
                            boolean gone =
                                    task.kind() == LoopTask.FOREIGN && !task.thread.isAlive();
                            if (gone && task.group != null) {
                                task.group.remove(task);
                                task.forgetAll();
                                foreignTasks--;
                            }
                            return gone;
                        });
        purgeAt = Math.max(64, foreignTasks * 2);
    }

    /** Makes a task that is new ready for its first step. */
    void begin(LoopTask<?> task) {
        if (!Switching.PORTABLE) {
            ScopedValues.inherit(task.thread);
        }
        if (simulated != null) {
            simulated.begins(task);
        }
        switching.start(task.thread);
        if (simulated != null) {
            simulated.hasBegun();
        }
        if (Switching.PORTABLE) {
            register(task);
        }
    }

    /** A task says, coming back from a wait of Weft's, that it is the one that runs. */
    void running(LoopTask<?> task) {
        current = task;
    }

    /** Remembers who is to be told how {@code task} ended. */
    void addEnding(LoopTask<?> task, Ending<?> ending) {
        endings.computeIfAbsent(task, t -> new ArrayList<>(1)).add(ending);
    }

    /** Has those told who asked how {@code task} ends. */
    <T extends @Nullable Object> void tellEnd(LoopTask<T> task) {
        List<Ending<?>> told = endings.remove(task);
        if (told != null) {
            system.add(
                    () -> {
                        for (Ending<?> e : told) {
                            @SuppressWarnings("unchecked")
                            Ending<T> ending = (Ending<T>) e;
                            callBack(() -> ending.ended(task.ending()), task.describe());
                        }
                    });
        }
    }

    /** Calls a callback, in the system task. */
    void callBack(Runnable callback, String of) {
        try {
            callback.run();
        } catch (Throwable t) {
            reports.unexpected("a callback of " + of, t);
        }
    }

    void taskEnded(LoopTask<?> task) {
        if (task.isRegistered) {
            byThread.remove(task.thread);
            current = task;
        }
    }

    /** The loop's name, {@code weft-N}. */
    public String name() {
        return name;
    }

    /**
     * Monotonic time in nanoseconds; only differences mean something. From the driver: virtual
     * under simulation.
     */
    public long nanoTime() {
        return driver.nanoTime();
    }

    /** The wall clock, from the driver. */
    public InstantSource clock() {
        return driver.clock();
    }

    /**
     * The loop's source of randomness, from the driver: seeded under simulation. Not for secrets.
     */
    public RandomGenerator random() {
        return driver.random();
    }

    /** What this loop waits on. For authors of I/O libraries. */
    public Driver driver() {
        return driver;
    }

    // ---- handing work in

    /**
     * Runs {@code command} as a task of its own, a background task of the program's root. Any
     * thread.
     *
     * @throws RejectedExecutionException if the loop has ended
     */
    @Override
    public void execute(Runnable command) {
        Objects.requireNonNull(command, "the command");
        requireOpen();
        post(new Command(command));
    }

    /** When its main body has ended, only the clean-up of its own tasks brings it more work. */
    private void requireOpen() {
        if (ending || (bodyEnded && !switching.isOnLoop())) {
            throw new RejectedExecutionException(this + " has ended");
        }
    }

    private final class Command implements HandOver {
        private final Runnable command;
        private final TaskLocal.@Nullable Binding locals = TaskLocal.here();

        Command(Runnable command) {
            this.command = command;
        }

        @Override
        public void run() {
            if (ending) {
                tooLate();
                return;
            }
            Action<RuntimeException> action = command::run;
            rootGroup().start(null, LoopTask.ORDINARY, action.asBody()).inherit(locals);
        }

        @Override
        public void tooLate() {
            reports.notRun(command);
        }
    }

    /**
     * Runs {@code body} as a task of its own, a background task of the program's root, and gives a
     * future of its end, as {@link Task#toFuture} describes it: cancelling it cancels the task
     * (asyncio's {@code run_coroutine_threadsafe}). Cancelled before the loop has seen it, the body
     * never runs; if the loop ends first, the future fails with {@link RejectedExecutionException}.
     * Any thread.
     *
     * @throws RejectedExecutionException if the loop has ended
     */
    public <T extends @Nullable Object> CompletableFuture<T> submit(Body<T, ?> body) {
        Objects.requireNonNull(body, "the body");
        requireOpen();
        TaskFuture<T> future = new TaskFuture<>(this, null, body);
        post(future);
        return future;
    }

    /** As {@link #submit(Body)}, without a value. */
    public CompletableFuture<@Nullable Void> submit(Action<?> body) {
        return submit(ActionBody.of(body));
    }

    /**
     * Runs {@code body} as a task of its own, a background task of the program's root, and waits
     * for it: a thread that is no task blocks, a task of another loop parks. Never returns before
     * the body has ended.
     *
     * <p>Interrupting the calling thread, or cancelling the calling task, cancels the body; then
     * the call waits until it has unwound. If it gives a value all the same, that is returned, with
     * the thread's interrupt flag set or the request still pending.
     *
     * @throws X what the body threw, the very object
     * @throws CancellationException if the body's task was cancelled, as the loop's end does
     * @throws RejectedExecutionException if the loop has ended, or ends before it sees the body,
     *     which then never runs
     * @throws IllegalStateException in a task of this loop, which would wait for itself
     */
    public <T extends @Nullable Object, X extends Exception> T call(Body<T, X> body) throws X {
        Objects.requireNonNull(body, "the body");
        Loop here = currentOrNull();
        if (here == this) {
            throw new IllegalStateException(
                    "Loop.call called on "
                            + this
                            + " itself; call the body as it is, or start it with Weft.background or"
                            + " in a group");
        }
        if (here == null) {
            TaskFuture<T> future = (TaskFuture<T>) submit(body);
            return future.callFromThread();
        }
        LoopTask<?> caller = here.currentTask();
        caller.enterWait();
        TaskFuture<T> future = (TaskFuture<T>) submit(body);
        return future.callFromTask(caller);
    }

    /** As {@link #call(Body)}, without a value. */
    public <X extends Exception> void call(Action<X> body) throws X {
        call(ActionBody.of(body));
    }

    /** The wait for a stage that tasks of this loop share; made anew if there is none. */
    Stages stageOf(CompletionStage<?> stage) {
        return stages.computeIfAbsent(stage, s -> new Stages(this));
    }

    /**
     * Runs {@code work} on the loop soon, in its system task and in the order of the calls: for
     * completions of foreign callbacks. It must not wait. Any thread; lock-free.
     *
     * @throws RejectedExecutionException if the loop has ended
     */
    public void post(Runnable work) {
        Objects.requireNonNull(work, "the work");
        handedIn |= !switching.isOnLoop();
        handIn(work);
    }

    /** As {@link #post}, by Weft itself: no sign that the program's threads hand work in. */
    void handIn(Runnable work) {
        if (closed) {
            throw new RejectedExecutionException(this + " has ended");
        }
        if (switching.isOnLoop()) {
            system.add(work);
            return;
        }
        inbox.add(work, false);
        if (closed) {
            forwardLeftovers();
        } else {
            wakeup();
        }
    }

    /** As {@link #handIn}, but tells the work itself that it is too late. */
    void handOver(HandOver work) {
        handedIn |= !switching.isOnLoop();
        handOverQuietly(work);
    }

    /** As {@link #handOver}, by a {@link Runner}: no sign of a thread that may do so again. */
    void handOverQuietly(HandOver work) {
        try {
            handIn(work);
        } catch (RejectedExecutionException hasEnded) {
            work.tooLate();
        }
    }

    boolean isRoot(Scope scope) {
        return scope == root;
    }

    TaskGroup rootGroup() {
        TaskGroup group = root;
        if (group == null) {
            throw new RejectedExecutionException(this + " has ended");
        }
        return group;
    }

    /**
     * Has {@code action} run when the program's tasks have ended and before the driver closes, in
     * the reverse order of the calls. It may wait.
     */
    public void onClose(Runnable action) {
        Objects.requireNonNull(action, "the action");
        if (currentOrNull() != this) {
            throw new IllegalStateException(
                    "Loop.onClose called off "
                            + this
                            + "; "
                            + OffloadCall.wayToLoop(this, "call it in one of its tasks"));
        }
        closers.push(action);
    }

    Workers workers() {
        Workers w = workers;
        if (w == null) {
            workers = w = new Workers(this);
        }
        return w;
    }

    void interruptLater(LoopTask<?> task) {
        system.add(task::interruptIfDue);
    }

    /** As {@link #post}, on the loop, the bare carrier included. */
    void inSystemTask(Runnable work) {
        system.add(work);
    }

    /**
     * Sets what is told of failures that nobody waits for: {@link LoopFailure.Kind} lists them. The
     * default logs them (asyncio's {@code set_exception_handler}). Any thread; the last call
     * counts.
     *
     * <p>The handler is called on the loop, one failure after the other, between tasks: it must not
     * wait (its waits throw {@link IllegalStateException}), but may start tasks with {@link
     * Weft#background} and cancel them, as long as the program runs. What comes to light as it ends
     * is told when its tasks have ended, or by the loop's thread when the loop has: then it can
     * start none any more, and {@code background} throws. If the handler throws, both that and the
     * failure are logged, and the loop goes on.
     *
     * @param handler null: the default, {@link LoopFailure#log}
     */
    public void exceptionHandler(@Nullable Consumer<? super LoopFailure> handler) {
        reports.handler = handler;
    }

    // ---- for the JDK, through the scheduler

    /** Makes a continuation ready. Any thread; never throws, never parks, never locks. */
    void resume(Runnable continuation) {
        if (switching.isOnLoop()) {
            enqueue(continuation);
            return;
        }
        inbox.add(continuation, true);
        if (closed) {
            forwardLeftovers();
        } else {
            wakeup();
        }
    }

    /** On the loop. */
    void enqueue(Runnable continuation) {
        if (continuation == ioContinuation) {
            ioReady = true;
            ioRecalled = false;
        } else {
            ready.add(continuation);
        }
        if (Switching.PORTABLE) {
            wakeup();
        }
    }

    /**
     * Portable mode: a virtual thread of this loop runs, perhaps while the loop itself is parked;
     * then it has to look again.
     */
    void stirred() {
        Thread thread = Thread.currentThread();
        IoTask ioTask = io;
        if (ioTask == null || thread != ioTask.thread) {
            tasksRan = true;
            strangerRan |=
                    announcedTask() == null
                            && thread != system.thread
                            && !byThread.containsKey(thread);
        }
        if (sleeping != AWAKE) {
            STEP.setOpaque(this, step + 2);
            wakeup();
        }
    }

    /** Gives up a thread that the JDK could not start. */
    void notStarted(Thread thread, Throwable failure) {
        LoopTask<?> task = byThread.get(thread);
        if (task == null) {
            throw Throwing.sneaky(failure);
        }
        task.notStarted(failure);
    }

    Runnable takeFirstContinuation() {
        Inbox.Entry first = inbox.takeAll();
        if (first == null) {
            throw new IllegalStateException(
                    "the JDK did not submit a started virtual thread to its scheduler");
        }
        return first.work;
    }

    /**
     * A timed wait of the JDK's. It comes from the carrier, or from a virtual thread that outlived
     * the loop.
     */
    ScheduledFuture<?> schedule(Runnable command, long nanos) {
        if (!switching.isOnLoop()) {
            return Internals.defaultScheduler().schedule(command, nanos, TimeUnit.NANOSECONDS);
        }
        if (simulated != null) {
            simulated.jdkWaits();
        }
        JdkTimer timer = new JdkTimer(this, command);
        timers.set(timer, nanoTime() + Math.clamp(nanos, 0, Durations.LONGEST_NANOS));
        return timer;
    }

    private void wakeup() {
        int how = sleeping;
        if (how != AWAKE && SLEEPING.compareAndSet(this, how, AWAKE)) {
            if (how == BLOCKED) {
                driver.wakeup();
            } else {
                LockSupport.unpark(carrier());
            }
        }
    }

    // ---- a program's life

    /** The main task of a program, not started yet. */
    <T extends @Nullable Object> LoopTask<T> prepare(String mainName, Body<T, ?> body) {
        LoopTask<T> main =
                new LoopTask<>(this, null, mainName, LoopTask.ORDINARY, () -> program(body));
        main.locals = TaskLocal.here();
        bindsLocals = main.locals != null;
        return main;
    }

    /** Begins the program on a new carrier. */
    void start(LoopTask<?> main) {
        IoTask ioTask = io;
        if (ioTask != null) {
            ioContinuation = switching.startAside(ioTask.thread);
            ioReady = true;
        } else {
            driver.start(this);
        }
        begin(main); // first: what is handed over needs its group
        switching.start(system.thread);
        Watchdog.watch(this);
        carrier().start();
    }

    /**
     * Begins the simulated program on the calling thread, a session's, and carries it to its end.
     */
    void carryHere(LoopTask<?> main) {
        SimulatedTurns turns = Objects.requireNonNull(simulated);
        driver.start(this);
        begin(main);
        turns.begins(system.thread, "system");
        switching.start(system.thread);
        turns.hasBegun();
        turns.takeLast();
        carry();
    }

    /** Any thread: asks the program to end. */
    void stop(LoopTask<?> main, String reason) {
        String by = Thread.currentThread().getName();
        try {
            handIn(
                    () -> {
                        shutdown.begin(reason);
                        main.cancel(reason, by);
                    });
        } catch (RejectedExecutionException hasEnded) {
            return;
        }
    }

    /** As {@link #stop}, for a program on a loop that lives on. */
    void stopAll(String reason, TaskFuture<?> program) {
        String by = Thread.currentThread().getName();
        try {
            handIn(
                    () -> {
                        TaskGroup group = root;
                        if (group != null) {
                            shutdown.begin(reason);
                            var _ = program.whenComplete((v, f) -> shutdown.end(reason));
                            program.requestEarly(reason);
                            group.cancelAll(reason, by);
                        }
                    });
        } catch (RejectedExecutionException hasEnded) {
            return;
        }
    }

    /** Waits, on a thread that is no task, until all of the program has ended. */
    void join(LoopTask<?> main) {
        Thread carrier = carrier();
        boolean interrupted = false;
        while (carrier.isAlive()) {
            try {
                carrier.join();
            } catch (InterruptedException e) {
                interrupted = true;
                stop(main, "the thread that waits for " + this + " was interrupted");
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        requireEnd(main);
    }

    /** The carrier has ended: fails if the program did not end by itself. */
    void requireEnd(LoopTask<?> main) {
        RuntimeException failure = condemned;
        if (!main.isDone()) {
            throw failure != null ? failure : died();
        }
        if (failure != null) {
            Throwable thrown = main.failure();
            if (thrown != null && thrown != failure) {
                failure.addSuppressed(thrown);
            }
            throw failure;
        }
    }

    private <T extends @Nullable Object> T program(Body<T, ?> body) throws Exception {
        LoopTask<?> main = currentTask();
        TaskGroup group = TaskGroup.open(main, "background", TaskGroup.Policy.ISOLATE);
        root = group;
        Combinators.Attempt<T> attempt = Combinators.attempt(body);
        bodyEnded = true;
        shutdown.begin(whyEnding);
        try {
            group.finishRoot(attempt.thrown(), whyEnding);
        } finally {
            ending = true;
            try {
                close();
            } finally {
                shutdown.end(null);
                root = null;
                IoTask ioTask = io;
                if (ioTask != null) {
                    ioTask.stopping = true;
                }
                reports.flush();
                system.stop(() -> finished = true);
            }
        }
        return attempt.value();
    }

    private void close() {
        Runnable action;
        while ((action = closers.poll()) != null) {
            try {
                action.run();
            } catch (Throwable e) {
                reports.unexpected("closing " + this, e);
            }
        }
    }

    boolean driverHasEnded() {
        return io == null || io.ended;
    }

    /** The driver is gone: nothing that waits for the outside world can end any more. */
    void driverFailed(Throwable cause) {
        TaskGroup group = root;
        if (group != null) {
            group.owner().cancel("the driver failed: " + cause, "driver");
        }
    }

    // ---- the carrier

    /** The carrier cannot go on, which is a fault of Weft's: nothing of the loop will run again. */
    void died(Throwable cause) {
        death = cause;
        closed = true;
    }

    IllegalStateException died() {
        return new IllegalStateException(this + " died, and its tasks with it", death);
    }

    /** The last thing that what was the carrier does, an ordinary thread by now. */
    void ended() {
        Watchdog.forget(this);
        Runnable work;
        while ((work = system.poll()) != null) {
            if (work instanceof HandOver late) {
                late.tooLate();
            }
        }
        forwardLeftovers();
        for (List<Ending<?>> left : endings.values()) {
            for (Ending<?> ending : left) {
                if (ending instanceof TaskFuture<?> future) {
                    future.tooLate();
                }
            }
        }
        endings.clear();
        if (death == null) {
            reports.tellAll();
        }
    }

    boolean isEnding() {
        return ending;
    }

    void carry() {
        try {
            if (simulated == null) {
                turn();
            } else {
                simulated.take();
                endTurns();
            }
        } catch (Throwable e) {
            died(e);
        }
        ended();
    }

    private void turn() {
        int stepsSincePoll = 0;
        long polledAt = driver.nanoTime();
        while (true) {
            takeInbox();
            long now = driver.nanoTime();
            turnTime = now;
            fireTimers(now);
            int steps = Math.min(ready.size(), STEPS_A_TURN - stepsSincePoll);
            for (int i = 0; i < steps; i++) {
                step(ready.poll());
            }
            stepsSincePoll += steps;
            tasksRan |= steps > 0;
            switching.breathe();
            boolean idle = ready.isEmpty();
            if (idle && finished && driverHasEnded()) {
                break;
            }
            if (idle || stepsSincePoll >= STEPS_A_TURN || now - polledAt >= POLL_NANOS) {
                poll(idle && inbox.isEmpty());
                stepsSincePoll = 0;
                polledAt = now;
            }
        }
        endTurns();
    }

    private void endTurns() {
        for (LoopTask<?> foreign : byThread.values()) {
            foreign.forgetAll();
        }
        if (io == null) {
            driver.close();
        }
        Invariants checked = invariants;
        if (checked != null) {
            checked.loopEnds(handedIn);
            if (starts != null && !checked.broken().isEmpty()) {
                reports.brokenInvariants(checked.broken());
            }
        }
        letGo();
    }

    /** Whether another turn would find something to do. */
    boolean hasWork() {
        long next = timers.earliest();
        return !ready.isEmpty()
                || !inbox.isEmpty()
                || (next != Long.MAX_VALUE && next - driver.nanoTime() <= 0);
    }

    void step(@Nullable Runnable continuation) {
        if (continuation == null) {
            return;
        }
        current = null;
        STEP.setOpaque(this, step + 1);
        try {
            switching.step(continuation);
        } catch (Throwable e) {
            reports.unexpected("a step of " + this, e);
        }
        STEP.setOpaque(this, step + 1);
        LoopTask<?> left = current;
        if (left == null) {
            strangerRan |= !noStrangerRan;
            noStrangerRan = false;
        } else if (left.isInForeignWait() && !left.isRegistered) {
            register(left);
        }
    }

    private void takeInbox() {
        Inbox.Entry entry = inbox.takeAll();
        while (entry != null) {
            take(entry);
            entry = entry.next;
        }
    }

    void take(Inbox.Entry entry) {
        if (entry.isContinuation) {
            enqueue(entry.work);
        } else {
            system.add(entry.work);
        }
    }

    private void fireTimers(long now) {
        Timer timer;
        while ((timer = timers.pollDue(now)) != null) {
            fire(timer);
        }
    }

    void fire(Timer timer) {
        try {
            timer.fire();
        } catch (Throwable e) {
            reports.unexpected("a timer of " + this, e);
        }
    }

    private void poll(boolean mayWait) {
        long nanos = 0;
        if (mayWait) {
            plannedDeadline = timers.earliest();
            if (plannedDeadline == Long.MAX_VALUE) {
                plannedDeadline = deadlock.deadline(step);
            }
            nanos =
                    plannedDeadline == Long.MAX_VALUE
                            ? Long.MAX_VALUE
                            : Math.max(0, plannedDeadline - driver.nanoTime());
            if (nanos > SPIN_NANOS && wokenByOthers && MANY_CPUS && !Switching.PORTABLE) {
                wokenByOthers = false;
                if (spin()) {
                    return;
                }
            }
        }
        IoTask ioTask = io;
        Runnable continuation = ioContinuation;
        if (ioTask == null || continuation == null) {
            driver.poll(nanos, gate);
            awake();
        } else if (ioReady) {
            ioReady = false;
            tasksRan = false;
            ioTask.nanos = ioTask.stopping ? 0 : nanos;
            current = null;
            switching.step(continuation);
        } else {
            // the I/O task is parked inside the driver (NIO's select parks a virtual thread); it
            // must see what the tasks registered
            if (tasksRan && !ioTask.ended && !ioRecalled) {
                ioRecalled = true;
                system.add(driver::wakeup); // a selector takes a lock for it
                return;
            }
            if (nanos > 0 && !ioReady) {
                park(nanos);
            }
        }
    }

    /** The I/O task is back from a poll. */
    void polled() {
        if (!Switching.PORTABLE) { // there the loop sleeps by itself
            awake();
        }
    }

    private boolean spin() {
        long until = driver.nanoTime() + SPIN_NANOS;
        int rounds = 0;
        do {
            for (int i = 0; i < 50; i++) {
                if (!inbox.isEmpty()) {
                    wokenByOthers = true;
                    return true;
                }
                Thread.onSpinWait();
            }
        } while (++rounds < SPIN_ROUNDS && driver.nanoTime() - until < 0);
        return false;
    }

    /** Sleeps without the driver, whose task waits for something itself. */
    private void park(long nanos) {
        blocked = true;
        sleeping = PARKED;
        if (inbox.isEmpty()) {
            if (nanos == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, nanos);
            }
        }
        awake();
    }

    private boolean mayBlock() {
        if (Switching.PORTABLE && io != null) { // the loop sleeps by itself, in park
            return inbox.isEmpty() && ready.isEmpty() && timers.earliest() >= plannedDeadline;
        }
        sleeping = BLOCKED;
        VarHandle.fullFence();
        if (inbox.isEmpty() && ready.isEmpty() && timers.earliest() >= plannedDeadline) {
            blocked = true;
            return true;
        }
        sleeping = AWAKE;
        return false;
    }

    /**
     * The wait for the outside world is over; whoever ended it had `sleeping` reset if it was
     * another thread.
     */
    private void awake() {
        if (blocked) {
            blocked = false;
            wokenByOthers = sleeping == AWAKE;
            sleeping = AWAKE;
        }
    }

    /**
     * What is still ready, or waits for one of the JDK's timers, goes on with the JDK's default
     * scheduler.
     */
    private void letGo() {
        closed = true;
        StringBuilder names = new StringBuilder();
        for (LoopTask<?> task : byThread.values()) {
            if (task.thread.isAlive()) {
                names.append(names.isEmpty() ? "" : ", ").append(OneLine.of(task.name()));
            }
        }
        if (!names.isEmpty()) {
            reports.outlived(names.toString());
        }
        if (Switching.PORTABLE) {
            for (Runnable left = ready.poll(); left != null; left = ready.poll()) {
                LockSupport.unpark((Thread) left);
            }
            forwardLeftovers();
            return;
        }
        ForkJoinPool jdk = Internals.defaultScheduler();
        Runnable leftover;
        while ((leftover = ready.poll()) != null) {
            jdk.execute(leftover);
        }
        long now = nanoTime();
        Timer timer;
        while ((timer = timers.pollDue(now + Long.MAX_VALUE / 2)) != null) {
            if (timer instanceof JdkTimer wait) {
                var _ =
                        jdk.schedule(
                                wait::fire, Math.max(0, wait.when - now), TimeUnit.NANOSECONDS);
            }
        }
        forwardLeftovers();
    }

    private void forwardLeftovers() {
        Inbox.Entry entry = inbox.takeAll();
        while (entry != null) {
            if (entry.isContinuation) {
                Internals.defaultScheduler().execute(entry.work);
            } else if (entry.work instanceof HandOver late) {
                // somebody's futures: not for a carrier, which may have come here
                var _ = Thread.ofVirtual().start(late::tooLate);
            }
            entry = entry.next;
        }
    }

    // ---- deadlocks

    /** Portable mode: a thread was made that inherits the loop. */
    void strangerComes() {
        strangerRan = true;
    }

    /** The system task runs, or a call that was offloaded: no stranger. */
    void noStrangerRuns() {
        noStrangerRan = true;
    }

    /** Whether something may wake a task that does not show in what the tasks wait for. */
    boolean mayBeWoken() {
        return handedIn || strangerRan || ending || driver.hasPending() || hasFutures();
    }

    /** Whether another thread may hold a future of a task here, and cancel it. */
    private boolean hasFutures() {
        for (List<Ending<?>> told : endings.values()) {
            for (Ending<?> e : told) {
                if (e instanceof TaskFuture<?> future && future.isExported()) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * The program is to end with {@code failure}, whatever its tasks make of their cancellation.
     */
    void condemn(RuntimeException failure, String reason) {
        LoopTask<?> main = mainTask();
        if (condemned == null && main != null) {
            condemned = failure;
            main.cancel(reason, name);
        }
    }

    // ---- for whoever looks

    /**
     * All tasks of this loop that have not ended, a parent before its children (asyncio's {@code
     * all_tasks}). Any thread: another waits for the loop's answer, at most a second; if the loop
     * is held up by then, the list may be incomplete.
     */
    public List<Task<?>> tasks() {
        return TreeReader.tasks(this);
    }

    /** As {@link #tree(int)}, with 8 frames of each task. */
    public TaskTree tree() {
        return tree(8);
    }

    /**
     * What every task does and waits for, since when, and who waits for whom (asyncio's {@code
     * pstree}). Takes about a microsecond a task, and ten if stacks are wanted, in which nothing
     * else runs. Any thread: another waits for the loop's answer, at most a second; if one step
     * holds the loop up for longer, what can be seen from outside is given, that step's stack
     * included.
     *
     * @param frames of how many frames, from the call that the program made downwards, each task's
     *     stack consists; 0: none
     */
    public TaskTree tree(int frames) {
        return TreeReader.tree(this, frames);
    }

    /** The threads that Weft has started for this loop, for a dump. Any thread. */
    Stream<Thread> threads() {
        Stream<Thread> own = Stream.of(system.thread);
        IoTask ioTask = io;
        if (ioTask != null) {
            own = Stream.concat(own, Stream.of(ioTask.thread));
        }
        Stream<Thread> tasks =
                TreeReader.fromOutside(this).stream()
                        .filter(t -> t.kind() != LoopTask.FOREIGN)
                        .map(t -> t.thread);
        return Stream.concat(own, tasks).filter(Thread::isAlive);
    }

    @Nullable LoopTask<?> mainTask() {
        TaskGroup group = root;
        return group == null ? null : group.owner();
    }

    boolean isClosed() {
        return closed;
    }

    /** The task that runs and has said so; null in the system task. */
    @Nullable LoopTask<?> announcedTask() {
        LoopTask<?> task = current;
        return !Switching.PORTABLE || (task != null && task.thread == Thread.currentThread())
                ? task
                : null;
    }

    /** From another thread: the one of {@code tasks} that has the carrier. */
    @Nullable LoopTask<?> runningFromOutside(List<LoopTask<?>> tasks) {
        LoopTask<?> announced = current;
        if (announced != null) {
            return announced;
        }
        for (LoopTask<?> task : tasks) {
            if (task.isInForeignWait() && Mounted.is(task.thread)) {
                return task;
            }
        }
        return null;
    }

    // ---- for a simulation

    /** The task is at a cancellation point; it is watched. */
    void atPoint(LoopTask<?> task) {
        if (simulated != null) {
            simulated.atPoint(task);
        }
    }

    /** The running task makes a thread. */
    void threadIsMade() {
        if (simulated != null) {
            simulated.threadIsMade();
        }
    }

    /** Whose step was the last; null if no task's. */
    @Nullable LoopTask<?> lastTask() {
        LoopTask<?> task = current;
        current = null;
        return task;
    }

    boolean hasFinished() {
        return finished && driverHasEnded();
    }

    boolean isCondemned() {
        return condemned != null;
    }

    void lookForDeadlock() {
        deadlock.deadline(step);
    }

    /** Until somebody hands something in. */
    void sleepUntil(long nanoTime) {
        sleeping = PARKED;
        if (inbox.isEmpty()) {
            LockSupport.parkNanos(this, Math.max(0, nanoTime - System.nanoTime()));
        }
        sleeping = AWAKE;
    }

    // ---- for the invariants

    int offloadedCalls() {
        Workers w = workers;
        return w == null ? 0 : w.running();
    }

    int inboxEntries() {
        return inbox.size();
    }

    int readyTasks() {
        return ready.size();
    }

    /** The tasks of Weft's that have not ended and are found by their thread. */
    long registeredTasks() {
        return byThread.values().stream().filter(t -> t.kind() != LoopTask.FOREIGN).count();
    }

    // ---- for the watchdog

    long stepNow() {
        return (long) STEP.getOpaque(this);
    }

    /** From another thread: the task that has the carrier. */
    @Nullable LoopTask<?> runningFromOutside() {
        LoopTask<?> announced = current;
        return announced != null ? announced : runningFromOutside(TreeReader.seenFrom(this));
    }

    /** From another thread: what has the carrier, if no task does. */
    String whoRunsBesidesTasks() {
        if (Mounted.is(system.thread)) {
            return "work posted to the loop, or an exception handler,";
        }
        return io != null && Mounted.is(io.thread)
                ? "the driver"
                : "a virtual thread that Weft did not start";
    }

    String describeForReport(LoopTask<?> task) {
        List<StackTraceElement> start = startOf(task);
        return "task '"
                + task.path()
                + "'"
                + (start.isEmpty() ? "" : ", started at " + Frames.show(start.getFirst()) + ",");
    }

    /** Where the task was started; empty without {@code -Dweft.debug}. */
    List<StackTraceElement> startOf(LoopTask<?> task) {
        Starts s = starts;
        return s == null ? List.of() : s.of(task);
    }

    @Override
    public String toString() {
        return "loop '" + OneLine.of(name) + "'";
    }
}

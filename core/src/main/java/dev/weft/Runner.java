package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A loop for several programs, one after the other (asyncio's {@code Runner}): background tasks go
 * on between them, and end with {@link #close}. {@link Weft#run} is a runner that is used once.
 *
 * <pre>{@code
 * try (Runner runner = Runner.builder().name("jobs").build()) {
 *     Config config = runner.run(() -> readConfig());
 *     runner.run(() -> serve(config));
 * }
 * }</pre>
 *
 * <p><em>Any thread</em> that is no task, one at a time. The calling thread blocks; all tasks run
 * on one thread of the loop's own, a daemon, from the first {@link #run} or {@link #loop} on.
 */
public final class Runner implements AutoCloseable {
    private final Options options;
    private final Promise<@Nullable Void> closing = new Promise<>();
    private @Nullable LoopTask<?> root;
    private @Nullable Thread user;
    private boolean closed;

    private Runner(Options options) {
        this.options = options;
    }

    /** A runner with defaults. Nothing starts before it is used. */
    public static Runner create() {
        return builder().build();
    }

    /** A runner to be described first. */
    public static Builder builder() {
        return new Builder();
    }

    /** What may be chosen of a {@link Runner}. One thread. */
    public static final class Builder {
        private @Nullable String name;
        private Supplier<? extends Driver> driver = Loop::chooseDriver;
        private @Nullable Boolean signals;
        private @Nullable Consumer<? super LoopFailure> handler;
        private Duration grace = Settings.grace();
        private Duration slowStep = Settings.slowStep();
        private boolean debug = Settings.debug();

        private Builder() {}

        /** The loop's name, and its thread's; {@code weft-N} by default. */
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "the name");
            return this;
        }

        /**
         * Makes the loop's driver; it is asked once for each loop. By default the one that {@code
         * -Dweft.driver} names, or else the best there is.
         */
        public Builder driver(Supplier<? extends Driver> driver) {
            this.driver = Objects.requireNonNull(driver, "the driver");
            return this;
        }

        /**
         * Whether SIGINT and SIGTERM cancel the tree while a program runs. By default they do on
         * the process's main thread alone.
         */
        public Builder signals(boolean signals) {
            this.signals = signals;
            return this;
        }

        /** What {@link Loop#exceptionHandler} sets, from the start. */
        public Builder exceptionHandler(Consumer<? super LoopFailure> handler) {
            this.handler = Objects.requireNonNull(handler, "the handler");
            return this;
        }

        /**
         * How long after its delivery a cancellation is due again at every wait, and reported; by
         * default what {@code -Dweft.grace} says, or 5 seconds.
         *
         * @throws IllegalArgumentException if negative
         */
        public Builder grace(Duration grace) {
            this.grace = notNegative("grace", grace);
            return this;
        }

        /**
         * From when on a step counts as one that holds up the loop, and is reported while it lasts;
         * zero: never. By default what {@code -Dweft.slow-step} says, or 100 ms.
         *
         * @throws IllegalArgumentException if negative
         */
        public Builder slowStep(Duration limit) {
            this.slowStep = notNegative("limit of a slow step", limit);
            return this;
        }

        private static Duration notNegative(String what, Duration duration) {
            if (Objects.requireNonNull(duration, "the " + what).isNegative()) {
                throw new IllegalArgumentException(
                        "the "
                                + what
                                + " is "
                                + Durations.show(duration)
                                + "; it must not be negative");
            }
            return duration;
        }

        /**
         * Whether the stack of each task's start is remembered, for trees and reports, and what
         * tasks and groups leave behind is looked for; {@code -Dweft.debug} by default (asyncio's
         * {@code debug}). A start then costs several microseconds more.
         */
        public Builder debug(boolean debug) {
            this.debug = debug;
            return this;
        }

        /** The runner. The builder may be used again. */
        public Runner build() {
            return new Runner(options(name));
        }

        /** One of many. */
        Runner build(int number) {
            return new Runner(options(name == null ? null : name + "-" + number));
        }

        Options options(@Nullable String loopName) {
            return new Options(loopName, driver, signals, handler, grace, slowStep, debug);
        }
    }

    /**
     * Runs a program on this runner's loop and blocks until its body has ended; its background
     * tasks live on. Otherwise as {@link Weft#run(Body)}: a signal cancels the whole tree, the
     * background tasks too, and interrupting the calling thread cancels the body.
     *
     * @return what {@code main} returned
     * @throws X what {@code main} threw, the very object
     * @throws CancellationException if it was cancelled; after a signal it names the signal
     * @throws IllegalStateException inside a task; while another thread is in {@code run}; after
     *     {@link #close}
     */
    public <T extends @Nullable Object, X extends Exception> T run(Body<T, X> main) throws X {
        Objects.requireNonNull(main, "the body");
        Loop loop = begin();
        try {
            TaskFuture<T> future = new TaskFuture<>(loop, "main", main);
            Signals signals =
                    Signals.install(options.signals(), reason -> loop.stopAll(reason, future));
            Outcome<T> end;
            try {
                loop.handOverQuietly(future);
                end = future.join("the thread that called Runner.run was interrupted");
            } finally {
                signals.close();
            }
            if (end == null) {
                throw new IllegalStateException(
                        loop + " has ended, and a runner has only one; make a new Runner");
            }
            return Programs.result(end, signals);
        } finally {
            end();
        }
    }

    /** As {@link #run(Body)}, without a value. */
    public <X extends Exception> void run(Action<X> main) throws X {
        run(ActionBody.of(main));
    }

    /**
     * The loop, which is started if it was not; for {@link Loop#submit}, for instance.
     *
     * @throws IllegalStateException after {@link #close}
     */
    public synchronized Loop loop() {
        LoopTask<?> task = root;
        if (closed) {
            throw new IllegalStateException("this runner is closed; make a new Runner");
        }
        if (task == null) {
            task = Programs.prepare(options, "runner", closing::await);
            task.loop.start(task);
            root = task;
        }
        return task.loop;
    }

    private synchronized Loop begin() {
        Programs.requireNoTask("Runner.run");
        Thread other = user;
        if (other != null) {
            throw new IllegalStateException(
                    "thread '"
                            + other.getName()
                            + "' is in run of this runner; wait for it, use a Runner each, or hand"
                            + " work in with loop().submit");
        }
        Loop loop = loop();
        user = Thread.currentThread();
        return loop;
    }

    private synchronized void end() {
        user = null;
    }

    /**
     * Cancels what is left of the background tasks, and a program that still runs, waits for them
     * and ends the loop; what that program's {@link #run} throws then names the thread that called
     * this. The second time it does nothing.
     *
     * @throws IllegalStateException inside a task of this runner's loop, or a call that one has
     *     offloaded, which would wait for itself
     */
    @Override
    public void close() {
        LoopTask<?> task = beginToClose("Runner.close");
        if (task != null) {
            task.loop.join(task);
        }
    }

    /**
     * Has the loop end; the task to wait for, null if there is none.
     *
     * @param call what the user called for it; null if the program has ended by itself
     */
    synchronized @Nullable LoopTask<?> beginToClose(@Nullable String call) {
        LoopTask<?> task = root;
        if (task != null && call != null) {
            if (Loop.currentOrNull() == task.loop || loopThatWaits() == task.loop) {
                throw new IllegalStateException(
                        call
                                + " called in "
                                + caller()
                                + " would wait for its own end, since that belongs to a program of "
                                + task.loop
                                + "; let the program end, or cancel its tasks, and close from"
                                + " outside it");
            }
            if (!closed) {
                task.loop.whyEnding = caller() + " called " + call;
            }
        }
        closed = true;
        closing.tryComplete(null);
        return task;
    }

    private static String caller() {
        Loop here = Loop.currentOrNull();
        return here == null
                ? "thread '" + OneLine.of(Thread.currentThread().getName()) + "'"
                : "task '" + OneLine.of(here.actor()) + "'";
    }

    /** The loop of the task that waits for the call that this thread runs; null if it runs none. */
    private static @Nullable Loop loopThatWaits() {
        OffloadCall<?> call = OffloadCall.currentOrNull();
        return call == null ? null : call.task.loop;
    }
}

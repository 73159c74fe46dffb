package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * A driver that also decides what its loop does next: which of the tasks that are ready has its
 * step, which of the timers that are due fires, and when time passes. For authors of simulations;
 * {@code weft-test} has one for tests. The loop is the one that every program runs on: only its
 * ready queue, its clock and its driver are replaced.
 *
 * <p>A program runs on the thread that calls {@link #run}, one at a time, in a {@link #session};
 * many in a row cost a few microseconds each. The clock stands still while tasks run. When nothing
 * is ready it jumps to the next timer; all timers that are due at one instant can be chosen
 * together, before and between the steps of the tasks that are ready.
 *
 * <p><em>Carrier only</em>, but where a method says otherwise: what is overridden here must neither
 * wait, nor lock, nor call code of the program. It needs the JVM flag; there is no simulation in
 * portable mode.
 */
public abstract class Simulation implements Driver {
    /**
     * Where the clock begins, which has no meaning in itself: not zero, so that nobody relies on
     * it.
     */
    static final long START = -1_500_000_000L;

    private final RandomGenerator random;
    private final Instant startsAt;
    private long now = START;

    /**
     * @param seed of {@link Loop#random}
     * @param startsAt what {@link Loop#clock} says at the start
     */
    protected Simulation(long seed, Instant startsAt) {
        this.random = new SplittableRandom(seed);
        this.startsAt = startsAt;
    }

    // ---- running

    /**
     * Runs {@code session} on a thread on which {@link #run} can be called, and waits for it. For
     * threads that are no task.
     *
     * @throws X what the session threw, the very object
     * @throws IllegalStateException in a task, or if the JVM lacks the flag that Weft needs
     */
    public static <T extends @Nullable Object, X extends Exception> T session(Body<T, X> session)
            throws X {
        return SimulatedSession.run(session);
    }

    /**
     * Runs a program, as {@link Weft#run} does, and throws what it throws. In a session, on its
     * thread. A simulation runs one program.
     *
     * @throws IllegalStateException outside a session, or in a program
     */
    public final <T extends @Nullable Object, X extends Exception> T run(Body<T, X> main) throws X {
        return SimulatedSession.current().program(this, main);
    }

    // ---- deciding

    /**
     * Which of those that can come next, comes next.
     *
     * @param candidates at least one: first the timers that are due, as the loop would fire them,
     *     then what is ready, in the order in which it became so. Valid during the call
     * @return its index; 0 is what the loop does without a simulation
     */
    protected abstract int choose(List<? extends Candidate> candidates);

    /**
     * Whether the clock jumps to the next timer although something is ready, as if the last step
     * had taken so long. Asked before every choice, if a timer is set.
     *
     * @param by how far it would jump
     */
    protected boolean isSlow(Duration by) {
        return false;
    }

    /** What was chosen last has happened. */
    protected void happened(Candidate chosen) {}

    /**
     * A task is at a cancellation point: it enters a wait, or asks whether it was cancelled. What
     * is cancelled or expires here, arrives here. Called in the task.
     */
    protected void atPoint(Task<?> task) {}

    /**
     * Nothing more can happen at this instant: the clock is about to jump, or the program is at a
     * deadlock.
     *
     * @return whether this has made something ready
     */
    protected boolean isIdle() {
        return false;
    }

    /** A failure that nobody waits for: what {@link Loop#exceptionHandler} is told. On the loop. */
    protected void failed(LoopFailure failure) {
        failure.log();
    }

    /** Called after so many steps of a program, which then ends with what this gives. */
    protected abstract RuntimeException tooManySteps(long steps);

    /** How many steps a program may take. */
    protected abstract long mostSteps();

    /**
     * The program did what the simulation cannot repeat. What this gives ends the program; null
     * lets it go on.
     *
     * @param what what was done, in words
     * @param thread the thread that did it, if it is one of the loop's
     */
    protected abstract @Nullable RuntimeException escaped(String what, @Nullable Thread thread);

    /**
     * How long to wait, by a real clock, for another thread to hand something in when nothing is
     * left to do; zero where other threads are not part of the simulation.
     */
    protected Duration patience() {
        return Duration.ZERO;
    }

    /** Whether it is the simulation itself that ends the wait for this. */
    protected boolean ends(String wait) {
        return false;
    }

    // ---- interfering

    /** Cancels a task of the program, as {@link Task#cancel} does. Also called in a task. */
    protected final boolean cancel(Task<?> task, String reason) {
        return ((LoopTask<?>) task).cancel(reason, "simulation");
    }

    /**
     * Lets the timeout expire that is the innermost around what the task does. Also called in a
     * task.
     *
     * @return false if there is none that could
     */
    protected final boolean expire(Task<?> task) {
        return TimeoutScope.expireInnermost((LoopTask<?>) task);
    }

    /** Where the task is in its life and its waits. Also called in a task. */
    protected final Stage stage(Task<?> task) {
        return ((LoopTask<?>) task).stage();
    }

    /** The tasks of the program that runs, as {@link Loop#tree(int)} has them. Also in a task. */
    protected final TaskTree tree(int frames) {
        return TreeReader.here(Objects.requireNonNull(loop, "the running program"), frames);
    }

    /** What the task waits for, such as {@code Queue.get}; what it does otherwise. */
    protected final String doing(Task<?> task) {
        return ((LoopTask<?>) task).doing();
    }

    /** Lets time pass, as if the running step had taken so long. Also called in a task. */
    protected final void pass(Duration time) {
        now += Math.max(0, time.toNanos());
    }

    /** The time since the start of the program. Any thread that the program has to itself. */
    protected final Duration elapsed() {
        return Duration.ofNanos(now - START);
    }

    final void jumpTo(long instant) {
        now = Math.max(now, instant);
    }

    // ---- what libraries add

    private final Map<Class<?>, Object> parts = new HashMap<>();
    final List<String> leftBehind = new ArrayList<>();

    /**
     * What a library keeps for the program that runs, such as a simulated network: made when it is
     * first asked for. For authors of libraries, who find the simulation as {@link Loop#driver}; in
     * a task of the program.
     *
     * @param type of which there is one
     * @param maker makes it; it must not wait
     */
    public final <T> T part(Class<T> type, Supplier<? extends T> maker) {
        Objects.requireNonNull(maker, "the maker");
        Object part = parts.get(type);
        if (part == null) {
            part = Objects.requireNonNull(maker.get(), "the part");
            parts.put(type, part);
        }
        return type.cast(part);
    }

    /**
     * Adds to what the program has left behind, in words: as its loop closes, called by a {@link
     * #part}.
     */
    public final void addLeftover(String what) {
        leftBehind.add(Objects.requireNonNull(what, "what"));
    }

    /**
     * Asked by a {@link #part} that can break, such as a network, each time that something passes
     * through it: whether it breaks there. On the loop.
     *
     * @param place what it is, in words that stay the same from run to run
     */
    public boolean breaks(String place) {
        return false;
    }

    /** Where a task is. */
    public enum Stage {
        /** Its first step is to come. */
        NOT_BEGUN,
        /** Runs, gave way, or waits for something of the JDK's. */
        RUNNING,
        /** In a wait that a cancellation ends. */
        WAITING,
        /** In a wait that nothing ends but its own end. */
        JOINING,
        /** Its wait has happened, and the step in which it goes on is to come. */
        WOKEN,
        /** Its wait was cancelled, and the step in which it unwinds is to come. */
        CANCELLED,
        /** Ended. */
        DONE
    }

    /** What can come next: a step of a task, or of another virtual thread, or a timer. */
    public static final class Candidate {
        final @Nullable Runnable continuation;
        private final int actor;

        /** Null for a timer, and for a thread that the program made. */
        final @Nullable Thread thread;

        private @Nullable LoopTask<?> task;
        private final String what;
        final @Nullable Timer timer;

        /** Runs off the loop. */
        final boolean isOutside;

        Candidate(Timer timer) {
            this.continuation = null;
            this.actor = -1;
            this.thread = null;
            this.task = timer.task();
            this.what = timer.what();
            this.timer = timer;
            this.isOutside = false;
        }

        Candidate(
                Runnable continuation,
                int actor,
                @Nullable Thread thread,
                @Nullable LoopTask<?> task,
                String what,
                boolean isOutside) {
            this.continuation = continuation;
            this.actor = actor;
            this.thread = thread;
            this.task = task;
            this.what = what;
            this.timer = null;
            this.isOutside = isOutside;
        }

        void is(LoopTask<?> known) {
            task = known;
        }

        /**
         * Who it is: threads are counted from 0 as they first become ready, which is the same in
         * each repetition; -1 for a timer.
         */
        public int actor() {
            return actor;
        }

        /** The task whose step this is, or whom the timer is for; null if there is none. */
        public @Nullable Task<?> task() {
            return task;
        }

        /** Whether it is a timer. */
        public boolean isTimer() {
            return timer != null;
        }

        /**
         * What it is called, the same in each repetition: a task by the name that it was started
         * with, or {@code task-N} of {@link #actor}; other threads {@code system}, {@code
         * weft-offload-N}, {@code weft-compute-N} and {@code thread-N}; a timer by what it is.
         */
        public String name() {
            if (timer != null || task == null) {
                return what;
            }
            String given = task.thread.getName();
            return given.isEmpty() ? "task-" + actor : given;
        }

        @Override
        public String toString() {
            return name();
        }
    }

    /**
     * What the program left behind when it ended, each in words: tasks, timers, waits, requests.
     * Empty if nothing, which is as it should be. After {@link #run}.
     */
    protected final List<String> leftovers() {
        return leftovers;
    }

    List<String> leftovers = List.of();

    /**
     * Whether the program was ended with a {@link java.util.concurrent.CancellationException}
     * because the thread that waits for the session was interrupted. After {@link #run}.
     */
    protected final boolean wasInterrupted() {
        return wasInterrupted;
    }

    boolean wasInterrupted;

    boolean hasRun;

    @Nullable Loop loop;

    // ---- as a driver

    @Override
    public final long nanoTime() {
        return now;
    }

    @Override
    public final InstantSource clock() {
        return () -> startsAt.plusNanos(now - START);
    }

    @Override
    public final RandomGenerator random() {
        return random;
    }

    @Override
    public void start(Loop loop) {}

    @Override
    public final void poll(long nanos, Gate gate) {}

    @Override
    public final void wakeup() {}

    @Override
    public boolean hasPending() {
        return false;
    }

    @Override
    public final Deadlocks deadlocks() {
        return Deadlocks.FAIL;
    }

    @Override
    public void close() {}

    @Override
    public final boolean onCarrier() {
        return true;
    }
}

package dev.weft.test;

import dev.weft.Action;
import dev.weft.Body;
import dev.weft.LoopFailure;
import dev.weft.Simulation;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.net.SimulatedNetwork;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * A simulation: a program of Weft's, unchanged, on a clock that jumps from one event to the next,
 * in an order of tasks that can be chosen and repeated.
 *
 * <p>{@link #run} simulates once, in the order of a loop without a simulation, so that a day's
 * sleep takes no time. {@link #exploring} tries many orders. What a program asks of its own
 * simulation it asks of the object that is handed to its body; that is <em>loop-confined</em>.
 *
 * <p>Time is that of the simulation, which stands still while tasks run. A call of the JDK's that
 * waits for real time, another thread or the outside world cannot be repeated and ends the run with
 * an {@link EscapeException}. Wants the JVM flag that Weft wants; there is no simulation in
 * portable mode.
 */
public final class Sim {
    private final Run run;

    Sim(Run run) {
        this.run = run;
    }

    // ---- outside

    /**
     * Runs a program on virtual time, once, in the order in which a loop would run it, and throws
     * what it throws, or an {@link AssertionError} if it left something behind or a failure that
     * nobody waited for. For threads that are no task.
     */
    public static <T extends @Nullable Object, X extends Exception> T run(Body<T, X> body)
            throws X {
        Object[] value = new Object[1];
        once(sim -> value[0] = body.run());
        @SuppressWarnings("unchecked")
        T result = (T) value[0];
        return result;
    }

    /** As {@link #run(Body)}, without a value. */
    public static <X extends Exception> void run(Action<X> body) throws X {
        once(sim -> body.run());
    }

    /** As {@link #run(Action)}; the body is given its simulation. */
    public static <X extends Exception> void with(Program<X> program) throws X {
        once(program);
    }

    private static <X extends Exception> void once(Program<X> program) throws X {
        Objects.requireNonNull(program, "the program");
        Flag.require();
        Throwable wrong =
                Simulation.session(
                        () ->
                                new Run(
                                                new Strategy.Fifo(),
                                                0,
                                                Explorer.MOST_STEPS,
                                                null,
                                                false,
                                                new Seen())
                                        .execute(program));
        if (wrong != null) {
            throw Throwing.sneaky(wrong);
        }
    }

    /** What tries many orders of a program, 100 of them unless told otherwise. */
    public static Explorer exploring() {
        return new Explorer();
    }

    // ---- time

    /** How much of the simulation's time has passed. */
    public Duration elapsed() {
        return run.time();
    }

    /**
     * Lets time pass and the other tasks with it: returns when so much has passed and nothing more
     * can happen at that instant.
     */
    public void advance(Duration time) {
        Weft.sleep(time);
        untilIdle();
    }

    /**
     * Waits until all other tasks wait for time to pass, for the caller, or for each other: until
     * nothing more can happen at this instant.
     */
    public void untilIdle() {
        run.oracles.untilIdle();
    }

    /** Lets time pass as if the caller's step had taken so long: no other task runs meanwhile. */
    public void pass(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time does not pass backwards: " + time);
        }
        run.letPass(time);
    }

    // ---- what is drawn

    /** Randomness that each repetition draws anew; {@link dev.weft.Loop#random} is the same. */
    public RandomGenerator random() {
        return run.random();
    }

    /** A random identifier, in place of {@link UUID#randomUUID}. */
    public UUID uuid() {
        long high = (run.random().nextLong() & ~0xf000L) | 0x4000L;
        long low = (run.random().nextLong() & ~(3L << 62)) | (1L << 63);
        return new UUID(high, low);
    }

    // ---- what must hold

    /**
     * From now on this has to hold after every step of the run.
     *
     * @param holds looks at the program's state. Called between steps: it must not wait, nor take
     *     locks
     */
    public void always(String name, BooleanSupplier holds) {
        run.oracles.always(
                Objects.requireNonNull(name, "the name"),
                Objects.requireNonNull(holds, "the condition"));
    }

    /**
     * From now on this has to hold after some step, of one of the exploration's runs at least: a
     * proof that the rare case was met. An exploration that never saw it fails.
     *
     * @param holds as {@link #always} has it
     */
    public void sometimes(String name, BooleanSupplier holds) {
        run.oracles.sometimes(
                Objects.requireNonNull(name, "the name"),
                Objects.requireNonNull(holds, "the condition"));
    }

    /**
     * Waits until this holds.
     *
     * @param within how long that may take, in the simulation's time
     * @param holds as {@link #always} has it
     * @throws AssertionError if it takes longer
     */
    public void eventually(String name, Duration within, BooleanSupplier holds) {
        Objects.requireNonNull(name, "the name");
        Objects.requireNonNull(holds, "the condition");
        try {
            run.faults()
                    .sparing(
                            Task.current(),
                            () -> Weft.timeout(within, () -> run.oracles.await(name, holds)));
        } catch (TimeoutException e) {
            throw new AssertionError("'" + name + "' did not come to hold within " + within, e);
        }
    }

    /**
     * Runs the action and fails if the calling task has come to no cancellation point in it: no
     * place where a cancellation would have arrived (Trio's {@code assert_checkpoints}). Each entry
     * into a wait of Weft's counts, also where what it is for is there already, and in a shield;
     * {@link Weft#checkpoint} and {@link Weft#checkCancelled} count, and so does the end of a group
     * that has to wait for its children. What does not: {@code tryAcquire} and its like, what other
     * tasks come to meanwhile, and waits of the JDK's.
     *
     * @throws X what the action throws; it may have thrown before it came to one
     * @throws AssertionError if it came to none
     */
    public <X extends Exception> void assertCheckpoint(Action<X> action) throws X {
        int before = run.faults().points();
        action.run();
        if (run.faults().points() == before) {
            throw new AssertionError(
                    "came to no cancellation point: a task that does only this can't be cancelled");
        }
    }

    /**
     * Runs the action and fails if the calling task has come to a cancellation point in it, as
     * {@link #assertCheckpoint} counts them (Trio's {@code assert_no_checkpoints}). Where there is
     * none, no other task runs.
     *
     * @throws X what the action throws
     * @throws AssertionError if it came to one, with what the action threw as its cause
     */
    public <X extends Exception> void assertNoCheckpoint(Action<X> action) throws X {
        int before = run.faults().points();
        Throwable thrown = null;
        try {
            action.run();
        } catch (Throwable t) {
            thrown = t;
        }
        int came = run.faults().points() - before;
        if (came > 0) {
            throw new AssertionError(
                    "came to " + came + " cancellation points, though it should to none", thrown);
        }
        if (thrown != null) {
            throw Throwing.sneaky(thrown);
        }
    }

    /**
     * A place at which the program may fail. An exploration that {@linkplain Explorer#failing
     * fails} has each pass of it throw, one in each run.
     *
     * @throws X what {@code failure} gives, if this pass is the one
     */
    public <X extends Exception> void mayFail(String place, Supplier<X> failure) throws X {
        if (run.faults().strikesAt(Objects.requireNonNull(place, "the place"), Fault.Kind.FAIL)) {
            throw failure.get();
        }
    }

    /** Failures that nobody waits for are part of the program: the run does not fail by them. */
    public void expectFailures() {
        run.expectFailures();
    }

    /** The failures so far that nobody waited for; at most 10. */
    public List<LoopFailure> failures() {
        return List.copyOf(run.failures());
    }

    /**
     * Other threads and real waits are part of the program. The run cannot be repeated then: what
     * fails is neither shrunk nor replayed.
     *
     * @param reason why, for the report
     */
    public void allowReal(String reason) {
        run.allowReal(Objects.requireNonNull(reason, "the reason"));
    }

    /**
     * The network of this run, for programs with {@code weft-net}: its hosts, and what can go wrong
     * between them. Streams, servers and clients use it without being told.
     */
    public SimulatedNetwork net() {
        return SimulatedNetwork.current();
    }

    /** Steps of several tasks in an order that the test wants. */
    public Sequencer sequencer() {
        return new Sequencer();
    }
}

package dev.weft;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * What a loop waits on for the outside world, and where its time and its randomness come from. For
 * authors of drivers: {@code core} has one that only parks, {@code weft-net} has Netty's.
 *
 * <p>A driver belongs to one loop. All methods but {@link #wakeup} are called by that loop alone. A
 * driver whose {@link #onCarrier} is false is polled in a virtual thread of the loop, the I/O task:
 * then what it runs may lock, log and call user code without harm. The loop polls when no task is
 * ready, and otherwise once per 64 steps or 50 µs.
 */
public interface Driver {

    /** What a driver asks before it really blocks. */
    interface Gate {
        /**
         * Announces that the driver is about to block: from a true answer on, whoever hands work to
         * the loop calls {@link #wakeup}. False means that there is work already: poll without
         * blocking. May be asked several times in a poll.
         */
        boolean mayBlock();

        /**
         * Until when the poll may block, in terms of {@link Driver#nanoTime}; {@code
         * Long.MAX_VALUE}: no limit.
         */
        long deadline();
    }

    /** What a loop makes of a deadlock: no task can ever go on. */
    enum Deadlocks {
        /** Reported when nothing has happened for a second; the program goes on waiting. */
        REPORT,
        /**
         * Noticed at once, and {@link Weft#run} throws {@link DeadlockException}: for simulations,
         * where nothing but the driver could wake a task.
         */
        FAIL,
        /** Not noticed: for clocks that stand still although other threads hand work in. */
        IGNORE
    }

    /** Monotonic time in nanoseconds. */
    long nanoTime();

    /** The wall clock. */
    InstantSource clock();

    /** The loop's source of randomness. */
    RandomGenerator random();

    /** Called once before the first poll, where polls happen. */
    void start(Loop loop);

    /**
     * Handles what has happened outside, waiting for it if nothing has.
     *
     * @param nanos 0: do not wait; otherwise wait at most so long; {@code Long.MAX_VALUE}: until
     *     something happens or {@link #wakeup}
     */
    void poll(long nanos, Gate gate);

    /**
     * Makes a blocked poll return soon. Any thread, but never the bare carrier; never blocks, never
     * throws.
     */
    void wakeup();

    /**
     * Whether something is registered that could still wake a task. If not, and nothing else could
     * either, the loop speaks of a deadlock. On the bare carrier before a wait without a deadline;
     * never waits, never throws.
     */
    boolean hasPending();

    /** What the loop makes of a deadlock; asked once, at its start. */
    default Deadlocks deadlocks() {
        return Deadlocks.REPORT;
    }

    /** Releases everything; the last call, where polls happen. */
    void close();

    /**
     * Runs the I/O task's whole life, {@link #start} and {@link #close} included: for what must
     * surround it.
     */
    default void around(Runnable life) {
        life.run();
    }

    /**
     * Whether {@link #poll} is to be called on the bare carrier, where it may do nothing but park
     * it.
     */
    default boolean onCarrier() {
        return false;
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * How the virtual threads of one loop are made, wait and take turns. There is one class per shape
 * of JDK, and which one is found out once per JVM: {@link OwnCarrier} where the JDK's door is open,
 * otherwise {@link SharedCarrier}, the portable mode. (A public scheduler API would come first.)
 */
abstract sealed class Switching permits OwnCarrier, SharedCarrier {
    /** Whether loops do with the JDK's own scheduler. A constant to the JIT compiler. */
    static final boolean PORTABLE = !Internals.isOpen();

    static Switching of(Loop loop) {
        return PORTABLE ? new SharedCarrier(loop) : new OwnCarrier(loop);
    }

    /** Before the first loop: fails, with what to do, if this JVM cannot run any. */
    static void require() {
        if (PORTABLE) {
            SharedCarrier.require();
        }
    }

    /** The loop that runs the caller, or null. */
    static @Nullable Loop current() {
        return PORTABLE ? SharedCarrier.current() : OwnCarrier.current();
    }

    /** The thread that runs {@link Loop#turn}. */
    abstract Thread carrier();

    /** Whether the caller is the carrier itself, or runs on it. */
    abstract boolean isOnLoop();

    /** An unstarted virtual thread of the loop. */
    abstract Thread newThread(@Nullable String name, Runnable body);

    /** Makes a new thread ready for its first step. On the loop, or before it runs. */
    abstract void start(Thread thread);

    /** Starts the I/O task's thread; gives what resumes it. Before the loop runs. */
    abstract Runnable startAside(Thread thread);

    /** What a thread does first in its first step. */
    abstract void entered();

    /** Ends the {@link #park} of a thread, of which there is one at most. On the loop. */
    abstract void wake(Thread thread);

    /** The calling thread waits for {@link #wake}. May return early. */
    abstract void park(@Nullable LoopTask<?> task);

    /** The calling thread lets all go first that are ready. */
    abstract void giveWay(@Nullable LoopTask<?> task);

    /** The carrier lets the thread go on that was made ready, until it gives way. */
    abstract void step(Runnable ready);

    /** After a turn's steps: lets virtual threads go on that wait for a turn elsewhere. */
    abstract void breathe();
}

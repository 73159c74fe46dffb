package dev.weft.sync;

import dev.weft.Task;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Lets many tasks read or one write (Tokio's {@code RwLock}). First come, first served: readers
 * that come while a writer waits wait behind it, so nobody starves; readers next to each other in
 * the line go on together.
 *
 * <p>Not reentrant: a task that would wait for a permit that it holds itself gets an {@link
 * IllegalStateException}.
 *
 * <p><em>Loop-confined</em>. A cancelled {@link #read} or {@link #write} holds nothing, and those
 * who waited behind it go on if they may.
 */
public final class RwLock {
    /** A reader takes one permit and a writer all. */
    private static final int ALL = Integer.MAX_VALUE;

    private final Semaphore permits = new Semaphore("RwLock.read or write", ALL, ALL);

    /** A lock that nobody holds. */
    public RwLock() {}

    /**
     * Waits until nobody writes, and no writer has waited longer. Close what it gives to end the
     * reading.
     *
     * @throws IllegalStateException if it would wait for the calling task itself
     */
    public Permit read() {
        return acquire(1);
    }

    /**
     * Waits until it is this task's turn and nobody reads or writes. Close what it gives to end the
     * writing.
     *
     * @throws IllegalStateException if it would wait for the calling task itself
     */
    public Permit write() {
        return acquire(ALL);
    }

    private Permit acquire(int n) {
        permits.enter();
        if (!permits.mayTake(n) && permits.isHeldBy(Task.current())) {
            throw new IllegalStateException(
                    Task.current()
                            + " holds this lock already and would wait for itself: a RwLock is not"
                            + " reentrant. Take the write permit at first, and downgrade it");
        }
        return permits.hold(n);
    }

    /** To read if nobody writes and nobody waits; else empty. Never waits. */
    public Optional<Permit> tryRead() {
        return permits.tryHold(1);
    }

    /** To write if nobody reads or writes; else empty. Never waits. */
    public Optional<Permit> tryWrite() {
        return permits.tryHold(ALL);
    }

    /**
     * Makes a permit to write one to read, with no other writer between; readers at the head of the
     * line go on. Never waits.
     *
     * @throws IllegalArgumentException if it is not an open permit to write, of this lock
     */
    public void downgrade(Permit writing) {
        Objects.requireNonNull(writing, "the permit");
        if (!(writing instanceof Semaphore.Held held
                && held.isOf(permits)
                && held.permits() == ALL)) {
            throw new IllegalArgumentException(
                    "downgrade takes an open permit of this lock's write(), not " + writing);
        }
        held.keepOne();
    }

    /** How many tasks read. */
    public int readers() {
        return isWritten() ? 0 : ALL - permits.available();
    }

    /** Whether a task writes. */
    public boolean isWritten() {
        return permits.available() == 0;
    }

    /** The tasks that read, or the one that writes. */
    public List<Task<?>> holders() {
        return permits.holders();
    }

    /** How many tasks wait to read or write. */
    public int waiting() {
        return permits.waiting();
    }

    @Override
    public String toString() {
        return "RwLock["
                + (isWritten() ? "written" : "readers=" + readers())
                + ", waiting="
                + waiting()
                + "]";
    }
}

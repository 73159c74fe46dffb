package dev.weft;

/**
 * A program under simulation in which no task can ever go on: its message shows every task, what it
 * waits for and who waits for whom. Thrown by {@link Weft#run} where the driver {@linkplain
 * Driver#deadlocks says so}; elsewhere a deadlock is reported and the program goes on waiting.
 */
public final class DeadlockException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    DeadlockException(String report) {
        super(report);
    }
}

package dev.weft.sync;

/**
 * The right to go on, until it is closed: {@code try (var _ = semaphore.acquire()) {...}}. Closing
 * twice does no harm.
 */
public final class Permit implements AutoCloseable {
    private final Semaphore semaphore;
    private boolean closed;

    Permit(Semaphore semaphore) {
        this.semaphore = semaphore;
    }

    /** Gives the permit back. Never waits. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            semaphore.release();
        }
    }
}

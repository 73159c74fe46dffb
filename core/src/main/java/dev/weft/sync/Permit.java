package dev.weft.sync;

/**
 * The right to go on, until it is closed: {@code try (var _ = lock.acquire()) {...}}. Given out by
 * {@link Lock}, {@link RwLock}, {@link Semaphore} and {@link CapacityLimiter}.
 * <em>Loop-confined</em>.
 */
public interface Permit extends AutoCloseable {
    /** Gives it back. Never waits; closing twice does no harm. */
    @Override
    void close();
}

package dev.weft;

/**
 * Makes drivers; found by {@link java.util.ServiceLoader}. A loop takes the available provider of
 * the highest priority, or the one that the system property {@code weft.driver} names.
 */
public interface DriverProvider {
    /** What {@code -Dweft.driver} calls it, such as {@code epoll}. */
    String name();

    /** Highest wins; negative: only when named. The parking driver of {@code core} is 0. */
    int priority();

    /** Whether it works on this machine. Must be cheap and must not throw. */
    boolean available();

    /**
     * Whether its drivers hold the carrier while they wait, in a native call say, and do not just
     * park the I/O task's virtual thread. Portable mode has no carrier to spare and leaves them
     * out.
     */
    default boolean holdsCarrier() {
        return true;
    }

    /** Makes a driver for one loop. */
    Driver create();
}

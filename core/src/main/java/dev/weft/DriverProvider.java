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

    /** Makes a driver for one loop. */
    Driver create();
}

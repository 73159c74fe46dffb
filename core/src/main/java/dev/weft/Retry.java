package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * When {@link Weft#retry} tries again, and how long it waits before. Immutable; a method with a
 * value gives a changed copy. <em>Any thread</em>, as far as the functions given to it are.
 *
 * <p>By default the delays are 100 ms, 200 ms, 400 ms and so on, 10 s at most, each cut to a random
 * part of itself (full jitter, so that many clients of a service that failed do not come back all
 * at once), and every exception is retried.
 *
 * @param attempts how many there are at most, the first included; at least 1
 * @param delay before the second attempt
 * @param growth what each further delay is multiplied by; at least 1, and 1 for a fixed delay
 * @param longestDelay no delay is longer
 * @param jitter how much of a delay is chance
 * @param within from the first attempt on: an attempt that could only begin later is not made; a
 *     running one is not cut short, for that put a timeout around it
 * @param when which failures are worth another attempt
 * @param onRetry told in the retrying task before each delay; it may wait, and what it throws ends
 *     the whole
 */
public record Retry(
        int attempts,
        Duration delay,
        double growth,
        Duration longestDelay,
        Jitter jitter,
        Duration within,
        Predicate<? super Exception> when,
        Consumer<? super Again> onRetry) {

    /** How much of a delay is chance; the randomness is the loop's own, {@link Loop#random}. */
    public enum Jitter {
        /** None of it. */
        NONE,
        /** Half of it: at least half the delay is waited. */
        EQUAL,
        /** All of it. */
        FULL
    }

    /**
     * An attempt that did not do, and is followed by another.
     *
     * @param attempt which it was, from 1
     * @param failure what it threw; null if it gave a value that was not accepted
     * @param delay how long is waited now
     */
    public record Again(int attempt, @Nullable Exception failure, Duration delay) {
        public Again {
            Objects.requireNonNull(delay, "the delay");
        }
    }

    /** Checks the values. */
    public Retry {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts is " + attempts + ", not at least 1");
        }
        requireNotNegative(delay, "the delay");
        if (!(growth >= 1 && growth < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("growth is " + growth + ", not at least 1");
        }
        requireNotNegative(longestDelay, "the longest delay");
        requireNotNegative(within, "the time within which attempts begin");
        Objects.requireNonNull(jitter, "the jitter");
        Objects.requireNonNull(when, "the condition for failures");
        Objects.requireNonNull(onRetry, "the listener");
    }

    private static void requireNotNegative(Duration d, String name) {
        if (Objects.requireNonNull(d, name).isNegative()) {
            throw new IllegalArgumentException(
                    name + " is " + Durations.show(d) + "; it must not be negative");
        }
    }

    /** All defaults, and so many attempts at most, the first included. */
    public static Retry attempts(int attempts) {
        return new Retry(
                attempts,
                Duration.ofMillis(100),
                2,
                Duration.ofSeconds(10),
                Jitter.FULL,
                Duration.ofSeconds(Long.MAX_VALUE),
                e -> true,
                again -> {});
    }

    /** All defaults, and attempts until one succeeds, or the whole is cancelled. */
    public static Retry forever() {
        return attempts(Integer.MAX_VALUE);
    }

    /** With the same delay each time, and no jitter. */
    public Retry fixed(Duration d) {
        return new Retry(attempts, d, 1, d, Jitter.NONE, within, when, onRetry);
    }

    /** With delays that begin at {@code first} and double up to {@code longest}. */
    public Retry backoff(Duration first, Duration longest) {
        return new Retry(attempts, first, 2, longest, jitter, within, when, onRetry);
    }

    /** With another factor between delays. */
    public Retry growth(double factor) {
        return new Retry(attempts, delay, factor, longestDelay, jitter, within, when, onRetry);
    }

    /** With more or less chance in the delays. */
    public Retry jitter(Jitter j) {
        return new Retry(attempts, delay, growth, longestDelay, j, within, when, onRetry);
    }

    /** With a bound on the whole. */
    public Retry within(Duration total) {
        return new Retry(attempts, delay, growth, longestDelay, jitter, total, when, onRetry);
    }

    /** Only for such failures; another is thrown at once. */
    public Retry when(Predicate<? super Exception> worthIt) {
        return new Retry(attempts, delay, growth, longestDelay, jitter, within, worthIt, onRetry);
    }

    /** Only for failures of this type; another is thrown at once. */
    public Retry on(Class<? extends Exception> type) {
        return when(Objects.requireNonNull(type, "the type")::isInstance);
    }

    /** With somebody who is told before each delay. */
    public Retry onRetry(Consumer<? super Again> listener) {
        return new Retry(attempts, delay, growth, longestDelay, jitter, within, when, listener);
    }
}

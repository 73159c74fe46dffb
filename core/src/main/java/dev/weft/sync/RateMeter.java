package dev.weft.sync;

/** Counts what a {@link RateLimiter} gives out. */
sealed interface RateMeter permits TokenBucket, SlidingWindow {
    /** Takes {@code n} if it can, and gives 0; else the nanoseconds after which to ask again. */
    long take(int n, long now);

    /** The most that can be taken at once. */
    int most();
}

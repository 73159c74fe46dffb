package dev.weft;

import dev.weft.sync.CapacityLimiter;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * How {@link Weft#offload(OffloadOptions, Body)} runs a call. Immutable; a method with a value
 * gives a changed copy. <em>Any thread.</em>
 *
 * @param limiter how many such calls run at once; null (the default): at most 64 calls without a
 *     limiter of their own for one loop. A call has its token until its thread is done with it,
 *     also if it was abandoned; while that waits in {@link Offload#onLoop} it lends the token to
 *     calls that are made there
 * @param executor whose threads; null (the default): threads of Weft's. One of your own bounds the
 *     calls itself; if all its threads wait in {@link Offload#onLoop} for calls on it, they wait
 *     for ever
 * @param abandons whether a cancelled call is left to itself: its thread is interrupted, and the
 *     caller goes on at once. By default the caller waits until the call has ended
 * @param name shown in the thread's name; null (the default): that of the calling task
 */
public record OffloadOptions(
        @Nullable CapacityLimiter limiter,
        @Nullable Executor executor,
        boolean abandons,
        @Nullable String name) {

    private static final OffloadOptions DEFAULTS = new OffloadOptions(null, null, false, null);

    /** All defaults. */
    public static OffloadOptions defaults() {
        return DEFAULTS;
    }

    /** With a limit of its own, which others may share. */
    public static OffloadOptions limitedBy(CapacityLimiter limiter) {
        return DEFAULTS.limiter(limiter);
    }

    /** On the threads of an executor. */
    public static OffloadOptions on(Executor executor) {
        return DEFAULTS.executor(executor);
    }

    /** With a limit of its own, which others may share. */
    public OffloadOptions limiter(CapacityLimiter l) {
        return new OffloadOptions(
                Objects.requireNonNull(l, "the limiter"), executor, abandons, name);
    }

    /** On the threads of an executor. */
    public OffloadOptions executor(Executor e) {
        return new OffloadOptions(
                limiter, Objects.requireNonNull(e, "the executor"), abandons, name);
    }

    /**
     * Left to itself when it is cancelled: for calls that no interrupt reaches, such as native
     * code. What it gives then goes to nobody: a value that is {@code AutoCloseable} is closed, a
     * failure that is not the interrupt's is reported, and so is a call that still runs when the
     * loop ends. Its thread is a daemon.
     */
    public OffloadOptions abandonOnCancel() {
        return new OffloadOptions(limiter, executor, true, name);
    }

    /** With a name for threads and reports. */
    public OffloadOptions name(String n) {
        return new OffloadOptions(
                limiter, executor, abandons, Objects.requireNonNull(n, "the name"));
    }
}

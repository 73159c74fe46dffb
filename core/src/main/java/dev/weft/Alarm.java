package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Objects;

/**
 * Something to do at a time, without a task that waits for it: for authors of primitives, beside
 * {@link WaitList}. Users want {@link Weft#sleep} or a timeout.
 *
 * <p>{@link #set} and {@link #cancel} are <em>loop-confined</em>, and may be called in {@link
 * #ring}. An alarm that is set is known to the loop: cancel it when nobody waits for it any more.
 */
public abstract class Alarm {
    private final Timer timer =
            new Timer() {
                @Override
                void fire() {
                    ring();
                }
            };
    private @Nullable Loop loop;

    /** An alarm that is not set. Belongs to the first loop that sets it. */
    protected Alarm() {}

    /**
     * The time has come. <em>Carrier only</em>: called between two steps of tasks, it may wake
     * tasks through a {@link WaitList}, and must not wait, lock, log, or call anything of the
     * user's.
     */
    protected abstract void ring();

    /**
     * Has it ring once, soon after {@code when} on the clock of {@link Loop#nanoTime}; an earlier
     * setting is forgotten.
     *
     * @throws IllegalStateException the first time, off a loop
     */
    public final void set(long when) {
        Loop l = loop;
        if (l == null) {
            loop = l = Loop.current();
        }
        l.timers.set(timer, when);
    }

    /**
     * The time so long from now, on the clock of {@link Loop#nanoTime}: now if the delay is
     * negative, in 146 years if it is longer.
     *
     * @throws IllegalStateException off a loop
     */
    public static long after(Duration delay) {
        Objects.requireNonNull(delay, "the delay");
        return Durations.after(Loop.current().nanoTime(), delay);
    }

    /** Has it not ring. */
    public final void cancel() {
        Loop l = loop;
        if (l != null) {
            l.timers.cancel(timer);
        }
    }

    /** Whether it will ring. */
    public final boolean isSet() {
        return timer.isSet();
    }
}

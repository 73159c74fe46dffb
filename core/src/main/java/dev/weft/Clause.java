package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * One of the things of which {@link Weft#select} has exactly one happen: what to wait for (a {@link
 * Source}), and what to do with what it gave.
 *
 * <p>A clause is a description: making one has no effect, and one may be used in many selects, also
 * by several tasks. Types that can be waited for give them by the name of the call that waits for
 * them alone: {@code channel.receiving()}, {@code queue.putting(x)}, {@code task.awaiting()}.
 *
 * @param <R> what it gives
 * @param <X> what it may throw
 */
public abstract sealed class Clause<R extends @Nullable Object, X extends Exception>
        permits Source, Handled {
    Clause() {}

    /** What is waited for. */
    abstract Source<?> source();

    /** Has it happen now, {@link Source#isReady} having said that it can. */
    abstract R takeNow() throws X;

    /** It has happened while the task waited. */
    abstract R takeHandedOver(@Nullable Object value) throws X;

    /**
     * What happens when so much time has passed since the select began, by the loop's clock.
     *
     * @param time at once if zero or negative; more than 146 years count as never
     */
    public static Source<@Nullable Void> after(Duration time) {
        Objects.requireNonNull(time, "the time");
        return new Never.After(Durations.nanos(time));
    }

    /** What happens if nothing else in the select can at once: so the select does not wait. */
    public static Source<@Nullable Void> otherwise() {
        return Never.OTHERWISE;
    }

    /**
     * What happens when {@code stage} completes, as in {@link Weft#await(CompletionStage)}: gives
     * its value, or throws its failure out of the select.
     */
    public static <T extends @Nullable Object> Source<T> awaiting(
            CompletionStage<? extends T> stage) {
        return new Stages.Awaiting<>(Objects.requireNonNull(stage, "the stage"));
    }
}

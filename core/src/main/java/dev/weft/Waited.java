package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;

/**
 * Which tasks had ended when {@link Weft#await(java.util.Collection, Until)} was over, and which
 * had not. Each task is in one of the lists, once. Immutable.
 *
 * @param done first those that had ended before, in the order given, then the others as they ended
 * @param pending in the order given; they run on
 */
public record Waited<T extends @Nullable Object>(
        List<Task<? extends T>> done, List<Task<? extends T>> pending) {
    /** Copies the lists. */
    public Waited {
        done = List.copyOf(Objects.requireNonNull(done, "the tasks that are done"));
        pending = List.copyOf(Objects.requireNonNull(pending, "the tasks that are pending"));
    }
}

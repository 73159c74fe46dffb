package dev.weft;

import org.jspecify.annotations.Nullable;

/** What runs on each of several {@link Loops}, with a value. */
@FunctionalInterface
public interface LoopsBody<T extends @Nullable Object, X extends Exception> {
    /** Runs as a task of one of the loops; {@link Loops#index} tells of which. */
    T run(Loops loops) throws X;
}

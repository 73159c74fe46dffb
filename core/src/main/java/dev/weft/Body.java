package dev.weft;

import org.jspecify.annotations.Nullable;

/** Code that gives a value and may fail; what a task, a scope or a combinator runs. */
@FunctionalInterface
public interface Body<T extends @Nullable Object, X extends Exception> {
    T run() throws X;
}

package dev.weft;

import org.jspecify.annotations.Nullable;

/** What a combinator does with each of its inputs, giving a value. */
@FunctionalInterface
public interface Each<A extends @Nullable Object, T extends @Nullable Object, X extends Exception> {
    T apply(A input) throws X;
}

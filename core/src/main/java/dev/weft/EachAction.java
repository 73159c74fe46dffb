package dev.weft;

import org.jspecify.annotations.Nullable;

/** What a combinator does with each of its inputs, giving no value. */
@FunctionalInterface
public interface EachAction<A extends @Nullable Object, X extends Exception> {
    void accept(A input) throws X;
}

package dev.weft;

import org.jspecify.annotations.Nullable;

/** Code that gives no value and may fail; the void twin of {@link Body}. */
@FunctionalInterface
public interface Action<X extends Exception> {
    void run() throws X;

    /** The same code as a body whose value is null. */
    default Body<@Nullable Void, X> asBody() {
        return new ActionBody<>(this);
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/** The body of {@link Group#startReady}: says once, through {@code ready}, that it is ready. */
@FunctionalInterface
public interface ReadyAction<R extends @Nullable Object, X extends Exception> {
    void run(Consumer<? super R> ready) throws X;
}

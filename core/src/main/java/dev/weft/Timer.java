package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * An entry of the loop's {@link Timers}. {@code fire} runs on the bare carrier: it may wake tasks
 * and must not do anything else.
 */
abstract class Timer {
    long when;
    long order;
    int index = -1;

    abstract void fire();

    /** Whom it is for, if that is one task. */
    @Nullable LoopTask<?> task() {
        return null;
    }

    /** What it is, for whoever looks. */
    String what() {
        return "timer";
    }

    final boolean isSet() {
        return index >= 0;
    }
}

package dev.weft;

/**
 * An entry of the loop's {@link Timers}. {@code fire} runs on the bare carrier: it may wake tasks
 * and must not do anything else.
 */
abstract class Timer {
    long when;
    long order;
    int index = -1;

    abstract void fire();

    final boolean isSet() {
        return index >= 0;
    }
}

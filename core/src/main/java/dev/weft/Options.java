package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How a loop is to be.
 *
 * @param name null: {@code weft-N}
 * @param signals null: on the process's main thread only
 * @param handler null: the default
 * @param debug whether places of start are kept and invariants are checked
 */
record Options(
        @Nullable String name,
        Supplier<? extends Driver> driver,
        @Nullable Boolean signals,
        @Nullable Consumer<? super LoopFailure> handler,
        Duration grace,
        Duration slowStep,
        boolean debug) {

    static Options with(Supplier<? extends Driver> driver) {
        return new Options(
                null, driver, null, null, Settings.grace(), Settings.slowStep(), Settings.debug());
    }
}

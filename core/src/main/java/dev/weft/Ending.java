package dev.weft;

import org.jspecify.annotations.Nullable;

/** Who is told how a task ended, in the system task. */
interface Ending<T extends @Nullable Object> {
    void ended(Outcome<T> end);
}

package dev.weft;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/** What a group releases when its children have ended: the last first, each under a shield. */
final class Resources {
    private final ArrayDeque<AutoCloseable> open = new ArrayDeque<>();

    void add(AutoCloseable resource) {
        open.push(resource);
    }

    /** Closes all, also what is added meanwhile; {@code failed} is given what a close throws. */
    void release(LoopTask<?> owner, Consumer<Throwable> failed) {
        AutoCloseable resource;
        while ((resource = open.poll()) != null) {
            try {
                close(owner, resource);
            } catch (Throwable thrown) {
                failed.accept(thrown);
            }
        }
    }

    static void close(LoopTask<?> owner, AutoCloseable resource) throws Exception {
        Action<Exception> close = resource::close;
        ShieldScope.open(Duration.ofNanos(owner.loop.graceNanos)).around(close.asBody());
    }
}

package dev.weft;

/**
 * Monitors that threads outside a simulation hold for a moment, of a stream that both print to or
 * of a class loader: a step that meets one waits for it by the real clock, and is one step all the
 * same. Of one session.
 */
final class OutsideMonitors {
    private static final long PATIENCE_NANOS = 100_000_000;
    private static final long LEAST_NANOS = 1_000_000;

    private long patience = PATIENCE_NANOS;

    /**
     * Waits until another thread hands something in: what makes the thread ready again, if the
     * monitor was outside. One that a task of the program holds stays; so each wait in vain is
     * followed by a shorter one.
     */
    void await(Loop loop, Carrier carrier) {
        long until = System.nanoTime() + patience;
        while (loop.inbox.isEmpty()
                && !carrier.interruptedFromOutside
                && System.nanoTime() - until < 0) {
            loop.sleepUntil(until);
        }
        patience = loop.inbox.isEmpty() ? Math.max(LEAST_NANOS, patience / 2) : PATIENCE_NANOS;
    }
}

package dev.weft;

/**
 * Marks in a task's failure where another task waited for it, since the failure's own trace shows
 * the failing side only.
 */
final class AwaitedAt extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int MAX_MARKS = 8;

    private final long waiter;

    private AwaitedAt(LoopTask<?> waiter) {
        super("awaited in task '" + waiter.name() + "'", null, false, true);
        this.waiter = waiter.thread.threadId();
    }

    static Throwable mark(Throwable failure, LoopTask<?> waiter) {
        int marks = 0;
        for (Throwable s : failure.getSuppressed()) {
            if (s instanceof AwaitedAt mark) {
                if (mark.waiter == waiter.thread.threadId()) {
                    return failure;
                }
                marks++;
            }
        }
        if (marks < MAX_MARKS) {
            failure.addSuppressed(new AwaitedAt(waiter));
        }
        return failure;
    }
}

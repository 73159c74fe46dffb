package dev.weft;

/**
 * Marks in a task's failure where another task or thread waited for it, since the failure's own
 * trace shows the failing side only.
 */
final class AwaitedAt extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int MAX_MARKS = 8;

    private final long waiter;

    private AwaitedAt(String who, long waiter) {
        super("awaited in " + who, null, false, true);
        this.waiter = waiter;
    }

    static Throwable mark(Throwable failure, LoopTask<?> waiter) {
        return mark(failure, waiter.describe());
    }

    /**
     * @param who the running task or thread, in words
     */
    static Throwable mark(Throwable failure, String who) {
        long waiter = Thread.currentThread().threadId();
        int marks = 0;
        for (Throwable s : failure.getSuppressed()) {
            if (s instanceof AwaitedAt mark) {
                if (mark.waiter == waiter) {
                    return failure;
                }
                marks++;
            }
        }
        if (marks < MAX_MARKS) {
            failure.addSuppressed(new AwaitedAt(who, waiter));
        }
        return failure;
    }
}

package dev.weft;

/**
 * Marks in a task's failure where another task waited for it, since the failure's own trace shows
 * the failing side only.
 */
final class AwaitedAt extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int MAX_MARKS = 8;

    private AwaitedAt(String waiter) {
        super("awaited in task '" + waiter + "'", null, false, true);
    }

    static Throwable mark(Throwable failure, LoopTask<?> waiter) {
        int marks = 0;
        String message = "awaited in task '" + waiter.name() + "'";
        for (Throwable s : failure.getSuppressed()) {
            if (s instanceof AwaitedAt) {
                if (message.equals(s.getMessage())) {
                    return failure;
                }
                marks++;
            }
        }
        if (marks < MAX_MARKS) {
            failure.addSuppressed(new AwaitedAt(waiter.name()));
        }
        return failure;
    }
}

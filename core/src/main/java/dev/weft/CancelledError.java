package dev.weft;

/**
 * A cancellation request arriving at a wait. It unwinds the task up to the scope that was
 * cancelled, which absorbs it.
 *
 * <p>An {@code Error}, so that no {@code catch (Exception e)} swallows it (asyncio made it a {@code
 * BaseException} for the same reason). Code may catch it to clean up and must throw it on; a
 * request that is swallowed arrives again at every wait once the grace has passed. A new object for
 * each delivery: its stack trace is the wait that was cancelled.
 *
 * <p>Never thrown by {@link Weft#run}, {@link Weft#timeout} or {@link Task#await} for a request
 * that is not the caller's own.
 */
public final class CancelledError extends Error {
    private static final long serialVersionUID = 1L;

    private final transient CancelRequest request;

    CancelledError(CancelRequest request) {
        super(request.reason());
        this.request = request;
    }

    CancelRequest request() {
        return request;
    }

    /** The scope whose request this is; it alone absorbs it. */
    public Scope scope() {
        return request.scope();
    }

    /** Why, in the words of whoever cancelled. */
    public String reason() {
        return request.reason();
    }

    /**
     * Who cancelled: the name of a task or thread, or of the mechanism such as {@code "deadline"}.
     */
    public String by() {
        return request.by();
    }
}

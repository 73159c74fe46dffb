package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * What a call may do that {@link Weft#offload} or {@link Weft#compute} runs on another thread:
 * notice its cancellation, and have something done on the loop it came from (AnyIO's {@code
 * from_thread}). <em>For the thread of such a call.</em> In a task of a loop the methods work, too,
 * so that code need not know where it runs. In a {@link Simulation} a call runs, with all of this,
 * on a virtual thread as one of the steps that are chosen.
 */
public final class Offload {
    private Offload() {}

    /**
     * Throws {@link CancelledError} if the call was cancelled, as often as it is asked. For long
     * computations and for code that swallows interrupts.
     *
     * @throws IllegalStateException on a thread that runs no such call
     */
    public static void checkCancelled() {
        if (Loop.currentOrNull() != null) {
            Weft.checkCancelled();
        } else {
            OffloadCall.current().checkCancelled();
        }
    }

    /**
     * Runs {@code body} on the loop, in the task that waits for this call, and waits for it: so its
     * deadlines and its cancellation apply, and what it throws is thrown here, the very object. May
     * be called often; meanwhile nothing else of this call runs.
     *
     * <p>So it lends its token meanwhile to calls under the same limit that the body makes, itself
     * or in groups that it opens: one at a time runs in its place, others as far as there are free
     * tokens. (A computation lends to calls of {@link Weft#offload(Body)}, too.) However deep they
     * nest, and however busy the threads are, none waits for a thread that waits for it. What
     * another task does for the body, say one that serves a queue, has no share in that: calls of
     * its own need a limiter of their own.
     *
     * @throws CancelledError if the body was cancelled, or the call abandoned: then it does not run
     * @throws IllegalStateException on a thread that runs no such call, or if the loop has ended
     */
    public static <T extends @Nullable Object, X extends Exception> T onLoop(Body<T, X> body)
            throws X {
        Objects.requireNonNull(body, "the body");
        return Loop.currentOrNull() != null ? body.run() : OffloadCall.current().visit(body);
    }

    /** As {@link #onLoop(Body)}, without a value. */
    public static <X extends Exception> void onLoop(Action<X> body) throws X {
        onLoop(ActionBody.of(body));
    }
}

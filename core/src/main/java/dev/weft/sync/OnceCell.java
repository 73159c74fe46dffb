package dev.weft.sync;

import dev.weft.Body;
import dev.weft.Task;
import dev.weft.WaitList;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A value that the first who wants it computes, once, while others who want it wait (Tokio's {@code
 * OnceCell}): a connection, a parsed file, a token.
 *
 * <p>If the computation fails or is cancelled, its caller gets that, and the one who has waited
 * longest computes. What the cell keeps is the value alone.
 *
 * <p><em>Loop-confined</em>. A cancelled wait leaves nothing behind, and the computation goes on.
 */
public final class OnceCell<T> {
    /** Handed to the one who is to compute. */
    private static final Object YOUR_TURN = new Object();

    private final WaitList waiters = new WaitList("OnceCell.get", this::computing);
    private @Nullable Task<?> computer;
    private @Nullable T value;

    /** A cell without a value. */
    public OnceCell() {}

    /**
     * The value: at once if there is one, else what another task is computing, else what {@code
     * compute} gives, which then runs in the calling task.
     *
     * @param compute may wait; gives no null
     * @throws X what {@code compute} threw
     * @throws IllegalStateException if the calling task is computing it
     */
    public <X extends Exception> T get(Body<? extends T, ? extends X> compute) throws X {
        Objects.requireNonNull(compute, "the computation");
        waiters.enter();
        T known = value;
        if (known != null) {
            return known;
        }
        Task<?> me = Task.current();
        if (computer == me) {
            throw new IllegalStateException(
                    me + " is computing this value and would wait for itself");
        }
        if (computer == null) {
            computer = me;
        } else {
            Object handedOver = waiters.awaitOffering(me);
            if (handedOver != null && handedOver != YOUR_TURN) {
                @SuppressWarnings("unchecked")
                T computed = (T) handedOver;
                return computed;
            }
        }
        return compute(compute);
    }

    private <X extends Exception> T compute(Body<? extends T, ? extends X> compute) throws X {
        T computed = null;
        try {
            computed = Objects.requireNonNull(compute.run(), "what the computation gave");
            return computed;
        } finally {
            value = computed;
            if (computed != null) {
                computer = null;
                waiters.wakeAll(computed);
            } else if (waiters.firstOffer() instanceof Task<?> next) {
                computer = next;
                waiters.wakeFirst(YOUR_TURN);
            } else {
                computer = null;
            }
        }
    }

    /** The value, if it has been computed. Never waits. */
    public Optional<T> tryGet() {
        return Optional.ofNullable(value);
    }

    /** How many tasks wait for it. */
    public int waiting() {
        return waiters.size();
    }

    private List<Task<?>> computing() {
        Task<?> task = computer;
        return task == null ? List.of() : List.of(task);
    }

    @Override
    public String toString() {
        return "OnceCell["
                + (value != null ? value : computer != null ? "being computed" : "empty")
                + "]";
    }
}

package dev.weft.sync;

/**
 * A {@link Barrier} was reset while a task waited at it, or was aborted. asyncio's {@code
 * BrokenBarrierError}.
 */
public final class BarrierBrokenException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    BarrierBrokenException(String message) {
        super(message);
    }
}

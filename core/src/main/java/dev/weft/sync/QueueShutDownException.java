package dev.weft.sync;

/**
 * A {@link Queue} was shut down: it takes no more elements, or has no more to give. asyncio's
 * {@code QueueShutDown}.
 */
public final class QueueShutDownException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    QueueShutDownException(String message) {
        super(message);
    }
}

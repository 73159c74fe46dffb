package dev.weft.sync;

import org.jspecify.annotations.Nullable;

/**
 * A {@link Channel}, {@link Broadcast} or {@link Watch} takes no more elements, or has no more to
 * give (AnyIO's {@code EndOfStream}, {@code ClosedResourceError} and {@code BrokenResourceError}).
 * Its cause is what the channel was failed with, if it was.
 */
public final class ChannelClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    ChannelClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

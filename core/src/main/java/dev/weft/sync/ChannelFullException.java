package dev.weft.sync;

/** A {@link Channel} with {@link Overflow#FAIL} had no room; nothing was sent. */
public final class ChannelFullException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    ChannelFullException(String message) {
        super(message);
    }
}

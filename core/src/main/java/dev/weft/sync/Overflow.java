package dev.weft.sync;

/** What a {@link Channel} does with an element that is sent while its buffer is full. */
public enum Overflow {
    /** The sender waits for room; nothing is lost. */
    WAIT,

    /** The oldest element in the buffer makes room, and goes to the channel's undelivered hook. */
    DROP_OLDEST,

    /** The element that is sent goes to the channel's undelivered hook. */
    DROP_NEWEST,

    /** {@code send} throws {@link ChannelFullException}, {@code trySend} gives false. */
    FAIL
}

package dev.weft.sync;

/** What a {@link Broadcast} does when a subscriber's buffer is full. */
public enum SlowSubscriber {
    /** The sender waits until all subscribers have room; nothing is lost. */
    WAIT,

    /**
     * The oldest element makes room, and the subscriber's next {@code receive} throws {@link
     * LaggedException}, which says how many it has missed; then it goes on with those that are
     * left.
     */
    FAIL,

    /** The oldest element makes room, and the subscriber is not told. */
    DROP_OLDEST,

    /**
     * The subscription is closed and its buffer dropped: the next {@code receive} throws {@link
     * LaggedException}.
     */
    CLOSE
}

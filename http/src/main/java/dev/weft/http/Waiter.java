package dev.weft.http;

import dev.weft.WaitList;

import org.jspecify.annotations.Nullable;

/** One task that waits for a connection of the pool. */
final class Waiter {

    /** Handed over instead of a connection: room to make one. */
    static final Object ROOM = new Object();

    final WaitList slot = new WaitList("waiting for an HTTP connection");
    final Origin origin;
    final long number;

    /** What was handed over: a connection, {@link #ROOM}, or null while it waits. */
    @Nullable Object granted;

    boolean isQueued = true;
    @Nullable Waiter previous;
    @Nullable Waiter next;

    Waiter(Origin origin, long number) {
        this.origin = origin;
        this.number = number;
    }
}

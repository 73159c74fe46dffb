package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * What the pool knows of one scheme, host and port: its idle connections, the newest first, and who
 * waits for one.
 */
final class Origin {

    record Key(boolean secure, String host, int port) {}

    final Key key;

    /** Connections in use, idle or being made. */
    int open;

    final ArrayDeque<Connection> idle = new ArrayDeque<>(4);

    /** Waiters in order of arrival, a list through {@link Waiter#next}. */
    @Nullable Waiter first;

    @Nullable Waiter last;

    Origin(Key key) {
        this.key = key;
    }

    void append(Waiter waiter) {
        waiter.previous = last;
        if (last == null) {
            first = waiter;
        } else {
            last.next = waiter;
        }
        last = waiter;
    }

    void remove(Waiter waiter) {
        if (waiter.previous == null) {
            first = waiter.next;
        } else {
            waiter.previous.next = waiter.next;
        }
        if (waiter.next == null) {
            last = waiter.previous;
        } else {
            waiter.next.previous = waiter.previous;
        }
        waiter.next = null;
        waiter.previous = null;
    }
}

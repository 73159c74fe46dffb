package dev.weft.sync;

import dev.weft.WaitList;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Gives every element to every subscriber, from its subscription on (Tokio's {@code broadcast}).
 * Each subscriber has a bounded buffer; {@link SlowSubscriber} says what happens when one is full,
 * and unless told otherwise the sender waits.
 *
 * <p><em>Loop-confined</em>. A cancelled {@link #send} has given the element to nobody.
 */
public final class Broadcast<E> implements AutoCloseable {
    private static final Object CLOSED = new Object();

    final int capacity;
    final SlowSubscriber slow;
    private final int replay;
    private final WaitList senders = new WaitList("Broadcast.send");
    private final Set<Subscription<E>> subscriptions = new LinkedHashSet<>();
    private final ArrayDeque<E> latest = new ArrayDeque<>();

    /** For how many subscribers the senders wait. */
    private int full;

    private boolean closed;

    /**
     * One whose senders wait for the slowest subscriber.
     *
     * @param capacity the most elements that each subscriber's buffer holds, at least 1
     */
    public Broadcast(int capacity) {
        this(capacity, SlowSubscriber.WAIT);
    }

    /**
     * @param capacity the most elements that each subscriber's buffer holds, at least 1
     * @param slow what happens when a buffer is full
     */
    public Broadcast(int capacity, SlowSubscriber slow) {
        this(capacity, slow, 0);
    }

    /**
     * @param capacity the most elements that each subscriber's buffer holds, at least 1
     * @param slow what happens when a buffer is full
     * @param replay with how many of the latest elements a subscription begins, from 0 to {@code
     *     capacity}
     */
    public Broadcast(int capacity, SlowSubscriber slow, int replay) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "a subscriber's buffer holds at least 1 element, not " + capacity);
        }
        if (replay < 0 || replay > capacity) {
            throw new IllegalArgumentException(
                    "replay of " + replay + " elements does not fit a buffer of " + capacity);
        }
        this.capacity = capacity;
        this.slow = Objects.requireNonNull(slow, "the policy for slow subscribers");
        this.replay = replay;
    }

    /**
     * Gives the element to all subscribers; with {@link SlowSubscriber#WAIT} it waits until all
     * have room. Several senders are served in the order in which they came. Without subscribers
     * the element is kept for replay only.
     *
     * @throws ChannelClosedException if it is, or meanwhile was, closed; then nobody got the
     *     element
     */
    public void send(E element) {
        Objects.requireNonNull(element, "the element");
        senders.enter();
        requireOpen();
        if (mayDeliver()) {
            deliver(element);
        } else if (senders.awaitOffering(element) == CLOSED) {
            throw closedError();
        }
    }

    /**
     * Gives the element to all subscribers if {@link #send} would not wait. Never waits.
     *
     * @throws ChannelClosedException if it is closed
     */
    public boolean trySend(E element) {
        Objects.requireNonNull(element, "the element");
        senders.check();
        requireOpen();
        if (!mayDeliver()) {
            return false;
        }
        deliver(element);
        return true;
    }

    private boolean mayDeliver() {
        return full == 0 && senders.isEmpty();
    }

    private void deliver(E element) {
        if (replay > 0) {
            if (latest.size() == replay) {
                latest.poll();
            }
            latest.add(element);
        }
        for (Iterator<Subscription<E>> all = subscriptions.iterator(); all.hasNext(); ) {
            if (!all.next().accept(element)) {
                all.remove();
            }
        }
    }

    /** A subscriber has become full, or has no room yet. */
    void filled() {
        full++;
    }

    /** A subscriber that was full has room, or is gone. */
    @SuppressWarnings("unchecked")
    void madeRoom() {
        full--;
        Object offered;
        while (full == 0 && (offered = senders.firstOffer()) != null && senders.wakeFirst(null)) {
            deliver((E) offered);
        }
    }

    void remove(Subscription<E> subscription) {
        subscriptions.remove(subscription);
    }

    /**
     * Begins to get elements: first those that are replayed. Close it when done; an open one that
     * nobody receives from has senders wait, or keeps a buffer. Never waits.
     */
    public Subscription<E> subscribe() {
        senders.check();
        Subscription<E> subscription = new Subscription<>(this, latest);
        if (closed) {
            subscription.end();
        } else {
            subscriptions.add(subscription);
        }
        return subscription;
    }

    /**
     * Sends no more: subscribers get what is in their buffers, and then their iteration ends.
     * Senders that wait throw. Never waits. Calling it again does nothing.
     */
    @Override
    public void close() {
        senders.check();
        closed = true;
        senders.wakeAll(CLOSED);
        for (Subscription<E> subscription : subscriptions) {
            subscription.end();
        }
        subscriptions.clear();
    }

    private void requireOpen() {
        if (closed) {
            throw closedError();
        }
    }

    private static ChannelClosedException closedError() {
        return new ChannelClosedException("the broadcast was closed", null);
    }

    /** How many subscriptions are open. */
    public int subscribers() {
        return subscriptions.size();
    }

    /** How many tasks wait in {@link #send}. */
    public int waiting() {
        return senders.size();
    }

    /** Whether it was closed. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public String toString() {
        return "Broadcast[subscribers=" + subscriptions.size() + (closed ? ", closed" : "") + "]";
    }
}

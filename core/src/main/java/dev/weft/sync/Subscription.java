package dev.weft.sync;

import dev.weft.WaitList;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.Optional;

/**
 * One subscriber's end of a {@link Broadcast}. For one task; several that receive from it share the
 * elements.
 *
 * <p><em>Loop-confined</em>. A cancelled {@link #receive} has taken nothing.
 */
public final class Subscription<E> implements Iterable<E>, AutoCloseable {
    private static final Object CLOSED = new Object();

    private final Broadcast<E> broadcast;
    private final WaitList receivers = new WaitList("Subscription.receive");
    private final ArrayDeque<E> buffer = new ArrayDeque<>();
    private long missed;
    private long untold;
    private boolean ended;

    Subscription(Broadcast<E> broadcast, Collection<E> replayed) {
        this.broadcast = broadcast;
        for (E element : replayed) {
            store(element);
        }
    }

    private void store(E element) {
        buffer.add(element);
        if (holdsUpSenders()) {
            broadcast.filled();
        }
    }

    private boolean holdsUpSenders() {
        return broadcast.slow == SlowSubscriber.WAIT && buffer.size() == broadcast.capacity;
    }

    /** Takes in what is sent; false if that was too much for it. */
    boolean accept(E element) {
        if (receivers.wakeFirst(element)) {
            return true;
        }
        if (buffer.size() == broadcast.capacity) {
            if (broadcast.slow == SlowSubscriber.CLOSE) {
                miss(buffer.size() + 1);
                buffer.clear();
                ended = true;
                return false;
            }
            buffer.poll();
            miss(1);
        }
        store(element);
        return true;
    }

    private void miss(int elements) {
        missed += elements;
        if (broadcast.slow != SlowSubscriber.DROP_OLDEST) {
            untold += elements;
        }
    }

    /** There will be no more elements than those in the buffer. */
    void end() {
        ended = true;
        receivers.wakeAll(CLOSED);
    }

    /**
     * Takes the next element, waiting for one if there is none.
     *
     * @throws LaggedException if elements were missed, once; see {@link SlowSubscriber}
     * @throws ChannelClosedException if the broadcast was closed and all its elements are taken, or
     *     this subscription is closed
     */
    public E receive() {
        E element = receiveOrNull();
        if (element == null) {
            throw new ChannelClosedException("the subscription has ended", null);
        }
        return element;
    }

    private @Nullable E receiveOrNull() {
        receivers.enter();
        tellMissed();
        E element = poll();
        if (element != null || ended) {
            return element;
        }
        Object handedOver = receivers.await();
        @SuppressWarnings("unchecked")
        E received = handedOver == CLOSED ? null : (E) handedOver;
        return received;
    }

    /**
     * Takes the next element if there is one now. Never waits.
     *
     * @throws LaggedException if elements were missed, once; see {@link SlowSubscriber}
     */
    public Optional<E> tryReceive() {
        receivers.check();
        tellMissed();
        return Optional.ofNullable(poll());
    }

    private void tellMissed() {
        long n = untold;
        if (n > 0) {
            untold = 0;
            throw new LaggedException(n, broadcast.capacity);
        }
    }

    private @Nullable E poll() {
        boolean wasHoldingUp = holdsUpSenders();
        E element = buffer.poll();
        if (wasHoldingUp && !ended) {
            broadcast.madeRoom();
        }
        return element;
    }

    /** Receives, waiting for each element, until the broadcast or this subscription is closed. */
    @Override
    public Iterator<E> iterator() {
        return new ElementIterator<>(this::receiveOrNull);
    }

    /**
     * Gets no more elements and drops those in the buffer; a task that waits in {@link #receive}
     * throws. Never waits. Calling it again does nothing.
     */
    @Override
    public void close() {
        receivers.check();
        boolean wasHoldingUp = holdsUpSenders() && !ended;
        buffer.clear();
        broadcast.remove(this);
        end();
        if (wasHoldingUp) {
            broadcast.madeRoom();
        }
    }

    /** How many elements are in its buffer. */
    public int size() {
        return buffer.size();
    }

    /** How many elements it has missed so far, being too slow. */
    public long missed() {
        return missed;
    }

    /** Whether it gets no more elements than those in its buffer. */
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public String toString() {
        return "Subscription[size="
                + buffer.size()
                + ", missed="
                + missed
                + (ended ? ", ended" : "")
                + "]";
    }
}

package dev.weft.sync;

import dev.weft.CancelledError;
import dev.weft.Handoff;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link Channel} that crosses loops: any number of tasks of any loops, and of plain threads,
 * send and receive. First in, first out; what one of them sends arrives in its order. Tasks park,
 * threads block.
 *
 * <p>Nothing is lost: a cancelled or interrupted {@code send} has sent nothing, a cancelled or
 * interrupted {@code receive} has taken nothing, whichever thread is at the other end. What was
 * done before an element was sent is visible to whoever receives it.
 *
 * <p><em>Any thread</em>. Within one loop a {@code Channel} is several times as fast; and where a
 * {@code Channel} that does not wait lets no other task run, an operation here may, while another
 * thread is inside one.
 */
public final class SharedChannel<E> implements Iterable<E>, AutoCloseable {
    private static final Object SENT = new Object();
    private static final Object CLOSED = new Object();

    /** Held for a few steps, never while waiting, waking or calling what is not ours. */
    private final ReentrantLock lock = new ReentrantLock();

    private final int capacity;
    private final ArrayDeque<E> buffer = new ArrayDeque<>();
    private final SequencedSet<Sending<E>> senders = new LinkedHashSet<>();
    private final SequencedSet<Handoff> receivers = new LinkedHashSet<>();
    private boolean closed;
    private @Nullable Throwable failure;

    private static final class Sending<E> {
        final Handoff handoff = Handoff.of("SharedChannel.send");
        final E element;

        Sending(E element) {
            this.element = element;
        }
    }

    /**
     * @param capacity the most elements that it holds; 0 for a rendezvous, where each {@code send}
     *     waits until its element is received
     */
    public SharedChannel(int capacity) {
        if (capacity < 0) {
            throw new IllegalArgumentException(
                    "the capacity of a channel is " + capacity + "; it must be at least 0");
        }
        this.capacity = capacity;
    }

    // ---- sending

    /**
     * Sends an element, waiting until there is room, or a receiver. Cancelled, it has sent nothing.
     *
     * @throws ChannelClosedException if the channel is, or meanwhile was, closed; then nothing was
     *     sent
     * @throws CancelledError in a task that was cancelled
     * @throws CancellationException on a plain thread that was interrupted; its flag stays set
     */
    public void send(E element) {
        Objects.requireNonNull(element, "the element");
        Handoff.enter();
        Sending<E> waiting;
        Handoff receiver;
        lock.lock();
        try {
            requireOpen();
            receiver = give(receivers, element);
            if (receiver == null) {
                if (buffer.size() < capacity) {
                    buffer.add(element);
                    return;
                }
                waiting = new Sending<>(element);
                senders.add(waiting);
            } else {
                waiting = null;
            }
        } finally {
            lock.unlock();
        }
        if (receiver != null) {
            receiver.wake();
        } else if (waiting != null && take(senders, waiting, waiting.handoff) == CLOSED) {
            throw closedError();
        }
    }

    /**
     * Sends an element if that needs no wait.
     *
     * @return false if there is no room, and nobody that receives; then nothing was sent
     * @throws ChannelClosedException if the channel is closed
     */
    public boolean trySend(E element) {
        Objects.requireNonNull(element, "the element");
        Handoff receiver;
        lock.lock();
        try {
            requireOpen();
            receiver = give(receivers, element);
            if (receiver == null) {
                return buffer.size() < capacity && buffer.add(element);
            }
        } finally {
            lock.unlock();
        }
        receiver.wake();
        return true;
    }

    // ---- receiving

    /**
     * Takes the oldest element, waiting for one if there is none. Cancelled, it has taken nothing.
     *
     * @throws ChannelClosedException if there are no more elements
     * @throws CancelledError in a task that was cancelled
     * @throws CancellationException on a plain thread that was interrupted; its flag stays set
     */
    public E receive() {
        E element = receiveOrNull();
        if (element == null) {
            throw closedError();
        }
        return element;
    }

    /**
     * As {@link #receive}, but gives an empty optional when there are no more elements.
     *
     * @throws ChannelClosedException if the channel was {@linkplain #fail failed} and is empty
     */
    public Optional<E> receiveOrEnd() {
        return Optional.ofNullable(receiveOrFail());
    }

    /** Takes the oldest element if there is one now, or somebody who sends one. */
    public Optional<E> tryReceive() {
        Taken<E> taken;
        lock.lock();
        try {
            taken = takeNow();
        } finally {
            lock.unlock();
        }
        taken.wakeSender();
        return Optional.ofNullable(taken.element);
    }

    /** Receives, waiting for each element, until there are no more elements. */
    @Override
    public Iterator<E> iterator() {
        return new ElementIterator<>(this::receiveOrFail);
    }

    private @Nullable E receiveOrFail() {
        E element = receiveOrNull();
        if (element == null && hasFailed()) {
            throw closedError();
        }
        return element;
    }

    private @Nullable E receiveOrNull() {
        Handoff.enter();
        Handoff waiting = null;
        Taken<E> taken;
        lock.lock();
        try {
            taken = takeNow();
            if (taken.element == null) {
                if (closed) {
                    return null;
                }
                waiting = Handoff.of("SharedChannel.receive");
                receivers.add(waiting);
            }
        } finally {
            lock.unlock();
        }
        taken.wakeSender();
        if (waiting == null) {
            return taken.element;
        }
        Object given = take(receivers, waiting, waiting);
        @SuppressWarnings("unchecked") // receivers are given elements, or CLOSED
        E element = given == CLOSED ? null : (E) given;
        return element;
    }

    /** An element, or none, and the sender for which there was room then. */
    private record Taken<E>(@Nullable E element, @Nullable Handoff sender) {
        void wakeSender() {
            if (sender != null) {
                sender.wake();
            }
        }
    }

    /** Under the lock. */
    private Taken<E> takeNow() {
        E element = buffer.poll();
        while (!senders.isEmpty()) {
            Sending<E> next = senders.removeFirst();
            if (next.handoff.give(SENT)) {
                if (element == null) {
                    return new Taken<>(next.element, next.handoff);
                }
                buffer.add(next.element);
                return new Taken<>(element, next.handoff);
            }
        }
        return new Taken<>(element, null);
    }

    // ---- waiting, under no lock

    private <W> @Nullable Object take(SequencedSet<W> all, W mine, Handoff handoff) {
        boolean happened = false;
        try {
            Object given = handoff.take();
            happened = true;
            return given;
        } finally {
            if (!happened) {
                lock.lock();
                try {
                    all.remove(mine);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    /** Under the lock: hands {@code value} to the first who still waits; null if nobody does. */
    private static @Nullable Handoff give(SequencedSet<Handoff> waiting, Object value) {
        while (!waiting.isEmpty()) {
            Handoff first = waiting.removeFirst();
            if (first.give(value)) {
                return first;
            }
        }
        return null;
    }

    // ---- the end

    /**
     * No more is sent: {@code send} throws from now on, also where it waits; {@code receive} gives
     * what the buffer holds and throws then. Calling it again does nothing.
     */
    @Override
    public void close() {
        end(null);
    }

    /**
     * As {@link #close}, but what comes after the last element is a {@link ChannelClosedException}
     * with this cause, also where iteration would end. Does nothing if the channel is closed.
     */
    public void fail(Throwable cause) {
        end(Objects.requireNonNull(cause, "the cause"));
    }

    private void end(@Nullable Throwable cause) {
        ArrayDeque<Handoff> told = new ArrayDeque<>();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            failure = cause;
            for (Sending<E> sender : senders) {
                if (sender.handoff.give(CLOSED)) {
                    told.add(sender.handoff);
                }
            }
            for (Handoff receiver : receivers) {
                if (receiver.give(CLOSED)) {
                    told.add(receiver);
                }
            }
            senders.clear();
            receivers.clear();
        } finally {
            lock.unlock();
        }
        told.forEach(Handoff::wake);
    }

    private void requireOpen() {
        if (closed) {
            throw closedError();
        }
    }

    private boolean hasFailed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    private ChannelClosedException closedError() {
        lock.lock();
        try {
            return new ChannelClosedException(
                    failure == null ? "the channel was closed" : "the channel was failed", failure);
        } finally {
            lock.unlock();
        }
    }

    // ---- to look at

    /** How many elements its buffer holds. */
    public int size() {
        lock.lock();
        try {
            return buffer.size();
        } finally {
            lock.unlock();
        }
    }

    /** The most elements that its buffer holds; 0 for a rendezvous. */
    public int capacity() {
        return capacity;
    }

    /** Whether nothing can be sent any more; there may still be elements to receive. */
    public boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        lock.lock();
        try {
            return "SharedChannel ("
                    + buffer.size()
                    + " of "
                    + capacity
                    + ", "
                    + senders.size()
                    + " sending, "
                    + receivers.size()
                    + " receiving"
                    + (closed ? ", closed)" : ")");
        } finally {
            lock.unlock();
        }
    }
}

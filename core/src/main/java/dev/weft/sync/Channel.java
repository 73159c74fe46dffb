package dev.weft.sync;

import dev.weft.Source;
import dev.weft.WaitList;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Hands elements from tasks that send to tasks that receive, first in, first out: directly, so that
 * each waits for the other (a <em>rendezvous</em>), or through a bounded buffer. Ends when it is
 * closed: Trio's and AnyIO's memory channels, Kotlin's and Go's channels.
 *
 * <p>A simple program uses the channel itself; {@code for (var x : channel)} receives until it is
 * closed and empty. Where several tasks send, each gets a {@link Sender} of its own and closes it,
 * and the channel closes with the last of them; where receivers may go away, each gets a {@link
 * Receiver}, and when the last is closed, sending fails.
 *
 * <p>Nothing is lost: a cancelled {@code send} has sent nothing, a cancelled {@code receive} has
 * taken nothing. An element that was sent but can never be received, because {@link Overflow} or
 * {@link #closeNow} dropped it, goes to the channel's <em>undelivered</em> hook, which may close
 * what it holds.
 *
 * <p><em>Loop-confined</em>.
 */
public final class Channel<E> implements Iterable<E>, AutoCloseable {
    /** Handed to a task whose wait ended because the channel was closed. */
    private static final Object CLOSED = new Object();

    /** Handed to a task whose wait ended because the end that it waited through was closed. */
    private static final Object END_CLOSED = new Object();

    private final int capacity;
    private final Overflow overflow;
    private final Consumer<? super E> undelivered;
    private final ArrayDeque<E> buffer;
    private final WaitList senders = new WaitList("Channel.send");
    private final WaitList receivers = new WaitList("Channel.receive");

    private boolean bound;
    private boolean closed;
    private String whyClosed = "the channel was closed";
    private @Nullable Throwable failure;
    private int openSenders;
    private int openReceivers;

    /** A channel without a buffer: a {@code send} waits until its element has been received. */
    public Channel() {
        this(0);
    }

    /**
     * @param capacity the most elements that it holds; 0 for a rendezvous
     */
    public Channel(int capacity) {
        this(capacity, Overflow.WAIT);
    }

    /**
     * @param capacity the most elements that it holds; at least 1 unless {@code overflow} is {@code
     *     WAIT}
     * @param overflow what happens to an element for which there is no room
     */
    public Channel(int capacity, Overflow overflow) {
        this(capacity, overflow, _ -> {});
    }

    /**
     * @param capacity the most elements that it holds; at least 1 unless {@code overflow} is {@code
     *     WAIT}
     * @param overflow what happens to an element for which there is no room
     * @param undelivered called once with each element that was sent and can never be received, in
     *     the task that dropped it and before its call returns; it must not wait, and what it
     *     throws comes out of that call
     */
    public Channel(int capacity, Overflow overflow, Consumer<? super E> undelivered) {
        Objects.requireNonNull(overflow, "the overflow");
        Objects.requireNonNull(undelivered, "the hook for what is undelivered");
        int least = overflow == Overflow.WAIT ? 0 : 1;
        if (capacity < least) {
            throw new IllegalArgumentException(
                    "the capacity of a channel with Overflow."
                            + overflow
                            + " is at least "
                            + least
                            + ", not "
                            + capacity);
        }
        this.capacity = capacity;
        this.overflow = overflow;
        this.undelivered = undelivered;
        this.buffer = new ArrayDeque<>(Math.min(capacity, 16));
    }

    /** A channel that holds the latest element only: a new one replaces it. */
    public static <E> Channel<E> conflated() {
        return new Channel<>(1, Overflow.DROP_OLDEST);
    }

    // ---- ends

    /**
     * A further sending end. The channel closes when the last of them has been closed; so open one
     * for each task before the first task can close its own, that is before starting them.
     *
     * @throws ChannelClosedException if the channel is closed
     */
    public Sender<E> sender() {
        bind();
        requireOpen();
        openSenders++;
        return new Sender<>(this);
    }

    /**
     * A further receiving end. When the last of them has been closed, so is the channel, as by
     * {@link #closeNow}.
     */
    public Receiver<E> receiver() {
        bind();
        openReceivers++;
        return new Receiver<>(this);
    }

    void check() {
        senders.check();
    }

    void closed(Sender<E> sender) {
        senders.wakeOffering(o -> o instanceof Offered<?> e && e.sender == sender, END_CLOSED);
        if (--openSenders == 0) {
            close("all senders were closed");
        }
    }

    void closed(Receiver<E> receiver) {
        receivers.wakeOffering(end -> end == receiver, END_CLOSED);
        if (--openReceivers == 0) {
            closeNow("no receiver is left");
        }
    }

    /** Both its lists belong to the first loop that uses any of them. */
    private void bind() {
        if (!bound) {
            senders.check();
            receivers.check();
            bound = true;
        }
    }

    // ---- sending

    /**
     * Sends an element, waiting until it is received or, if the channel has a buffer, until there
     * is room. Cancelled, it has sent nothing.
     *
     * @throws ChannelClosedException if the channel is, or meanwhile was, closed; then nothing was
     *     sent
     * @throws ChannelFullException if there is no room, with {@link Overflow#FAIL}
     */
    public void send(E element) {
        send(element, null);
    }

    void send(E element, @Nullable Sender<E> sender) {
        Objects.requireNonNull(element, "the element");
        bind();
        senders.enter();
        requireOpen();
        if (!accepted(element)) {
            sent(senders.awaitOffering(offer(element, sender)));
        }
    }

    private Object offer(E element, @Nullable Sender<E> sender) {
        return sender == null ? element : new Offered<>(element, sender);
    }

    private void sent(@Nullable Object handedOver) {
        if (handedOver == END_CLOSED) {
            throw Sender.closedError();
        }
        if (handedOver == CLOSED) {
            throw closedError();
        }
    }

    /**
     * Sends an element if that needs no wait. Never waits.
     *
     * @return false if there is no room, or no task that receives; then nothing was sent
     * @throws ChannelClosedException if the channel is closed
     */
    public boolean trySend(E element) {
        Objects.requireNonNull(element, "the element");
        bind();
        senders.check();
        requireOpen();
        if (overflow == Overflow.FAIL && buffer.size() >= capacity) {
            return false;
        }
        return accepted(element);
    }

    /** The clause of a {@link Weft#select} that does what {@link #send} does. */
    public Source<@Nullable Void> sending(E element) {
        return new Sending(Objects.requireNonNull(element, "the element"), null);
    }

    Source<@Nullable Void> sending(E element, Sender<E> sender) {
        return new Sending(Objects.requireNonNull(element, "the element"), sender);
    }

    /** Whether the element has found a receiver or its place; otherwise its sender has to wait. */
    private boolean accepted(E element) {
        if (receivers.wakeFirst(element)) {
            return true;
        }
        if (buffer.size() < capacity) {
            buffer.add(element);
            return true;
        }
        return overflow != Overflow.WAIT && overflowed(element);
    }

    private boolean overflowed(E element) {
        switch (overflow) {
            case DROP_OLDEST -> {
                E oldest = buffer.remove();
                buffer.add(element);
                undelivered.accept(oldest);
            }
            case DROP_NEWEST -> undelivered.accept(element);
            default ->
                    throw new ChannelFullException(
                            "the channel is full: it holds " + capacity + " elements");
        }
        return true;
    }

    // ---- receiving

    /**
     * Takes the oldest element, waiting for one if there is none. Cancelled, it has taken nothing.
     *
     * @throws ChannelClosedException if there are no more elements
     */
    public E receive() {
        return receive(null);
    }

    E receive(@Nullable Receiver<E> receiver) {
        E element = receiveOrNull(receiver);
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
        return Optional.ofNullable(receiveOrNull(null));
    }

    @Nullable E receiveOrNull(@Nullable Receiver<E> receiver) {
        bind();
        receivers.enter();
        E element = poll();
        return element != null ? element : receivedOrNull(closed ? CLOSED : awaitElement(receiver));
    }

    private @Nullable Object awaitElement(@Nullable Receiver<E> receiver) {
        return receiver == null ? receivers.await() : receivers.awaitOffering(receiver);
    }

    /** Takes the oldest element if there is one now, or a task that sends one. Never waits. */
    public Optional<E> tryReceive() {
        bind();
        receivers.check();
        return Optional.ofNullable(poll());
    }

    /** The clause of a {@link Weft#select} that does what {@link #receive} does. */
    public Source<E> receiving() {
        return receiving(null);
    }

    Source<E> receiving(@Nullable Receiver<E> receiver) {
        return new Receiving<E>(receiver) {
            @Override
            protected E received(@Nullable Object handedOver) {
                return Channel.this.received(handedOver);
            }
        };
    }

    /** The clause of a {@link Weft#select} that does what {@link #receiveOrEnd} does. */
    public Source<Optional<E>> receivingOrEnd() {
        return receivingOrEnd(null);
    }

    Source<Optional<E>> receivingOrEnd(@Nullable Receiver<E> receiver) {
        return new Receiving<Optional<E>>(receiver) {
            @Override
            protected Optional<E> received(@Nullable Object handedOver) {
                return Optional.ofNullable(receivedOrNull(handedOver));
            }
        };
    }

    /** Receives, waiting for each element, until there are no more elements. */
    @Override
    public Iterator<E> iterator() {
        return new ElementIterator<>(() -> receiveOrNull(null));
    }

    /**
     * Takes the oldest element; the element of the longest waiting sender comes into its place, or
     * is the one if there is no buffer.
     */
    @SuppressWarnings("unchecked")
    private @Nullable E poll() {
        E element = buffer.poll();
        Object offer = senders.firstOffer();
        E offered = (E) (offer instanceof Offered<?> through ? through.element : offer);
        if (offered != null && senders.wakeFirst(null)) {
            if (element == null) {
                return offered;
            }
            buffer.add(offered);
        }
        return element;
    }

    private E received(@Nullable Object handedOver) {
        E element = receivedOrNull(handedOver);
        if (element == null) {
            throw closedError();
        }
        return element;
    }

    @SuppressWarnings("unchecked")
    private @Nullable E receivedOrNull(@Nullable Object handedOver) {
        if (handedOver == END_CLOSED) {
            throw Receiver.closedError();
        }
        if (handedOver != CLOSED) {
            return (E) handedOver;
        }
        if (failure != null) {
            throw closedError();
        }
        return null;
    }

    // ---- the end

    /**
     * No more is sent: {@code send} throws from now on, also where it waits; {@code receive} gives
     * what the buffer holds and throws then. Never waits. Calling it again does nothing.
     */
    @Override
    public void close() {
        close("the channel was closed");
    }

    /**
     * As {@link #close}, but what comes after the last element is a {@link ChannelClosedException}
     * with this cause, also where iteration would end. Does nothing if the channel is closed.
     */
    public void fail(Throwable cause) {
        Objects.requireNonNull(cause, "the cause");
        bind();
        senders.check();
        if (!closed) {
            failure = cause;
            close("the channel was failed");
        }
    }

    /**
     * As {@link #close}, and nobody will receive what is left: it goes to the undelivered hook. If
     * that throws, it still gets the rest first.
     */
    public void closeNow() {
        closeNow("the channel was closed");
    }

    private void close(String why) {
        bind();
        senders.check();
        if (!closed) {
            closed = true;
            whyClosed = why;
            senders.wakeAll(CLOSED);
            receivers.wakeAll(CLOSED);
        }
    }

    private void closeNow(String why) {
        close(why);
        Throwable first = null;
        E left;
        while ((left = buffer.poll()) != null) {
            try {
                undelivered.accept(left);
            } catch (RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else if (first != e) {
                    first.addSuppressed(e);
                }
            }
        }
        if (first instanceof RuntimeException e) {
            throw e;
        }
        if (first instanceof Error e) {
            throw e;
        }
    }

    private void requireOpen() {
        if (closed) {
            throw closedError();
        }
    }

    private ChannelClosedException closedError() {
        return new ChannelClosedException(whyClosed, failure);
    }

    // ---- to look at

    /** How many elements its buffer holds. */
    public int size() {
        return buffer.size();
    }

    /** The most elements that its buffer holds; 0 for a rendezvous. */
    public int capacity() {
        return capacity;
    }

    /** Whether nothing can be sent any more; there may still be elements to receive. */
    public boolean isClosed() {
        return closed;
    }

    /** What it holds, who waits, and which ends are open. */
    public Statistics statistics() {
        return new Statistics(
                buffer.size(),
                capacity,
                senders.size(),
                receivers.size(),
                openSenders,
                openReceivers);
    }

    /**
     * A channel at one moment.
     *
     * @param size the elements in the buffer
     * @param capacity the most there can be
     * @param waitingSenders the tasks that wait in {@code send}
     * @param waitingReceivers the tasks that wait in {@code receive}
     * @param openSenders the {@link Sender}s not closed yet
     * @param openReceivers the {@link Receiver}s not closed yet
     */
    public record Statistics(
            int size,
            int capacity,
            int waitingSenders,
            int waitingReceivers,
            int openSenders,
            int openReceivers) {}

    @Override
    public String toString() {
        return "Channel["
                + buffer.size()
                + "/"
                + capacity
                + ", "
                + senders.size()
                + " sending, "
                + receivers.size()
                + " receiving"
                + (closed ? ", closed]" : "]");
    }

    /** What a task offers that sends through an end. */
    private record Offered<E>(E element, Sender<E> sender) {}

    // ---- as clauses

    private final class Sending extends Source<@Nullable Void> {
        private final E element;
        private final @Nullable Sender<E> sender;

        Sending(E element, @Nullable Sender<E> sender) {
            this.element = element;
            this.sender = sender;
        }

        @Override
        protected WaitList waiters() {
            if (sender != null) {
                sender.requireOpen();
            }
            bind();
            return senders;
        }

        @Override
        protected Object offer() {
            return Channel.this.offer(element, sender);
        }

        @Override
        protected boolean isReady() {
            return closed
                    || buffer.size() < capacity
                    || overflow != Overflow.WAIT
                    || !receivers.isEmpty();
        }

        @Override
        protected @Nullable Void take() {
            requireOpen();
            if (!accepted(element)) {
                throw new IllegalStateException(Channel.this + " has no room after all");
            }
            return null;
        }

        @Override
        protected @Nullable Void received(@Nullable Object handedOver) {
            sent(handedOver);
            return null;
        }
    }

    private abstract class Receiving<T> extends Source<T> {
        private final @Nullable Receiver<E> receiver;

        Receiving(@Nullable Receiver<E> receiver) {
            this.receiver = receiver;
        }

        @Override
        protected final WaitList waiters() {
            if (receiver != null) {
                receiver.requireOpen();
            }
            bind();
            return receivers;
        }

        @Override
        protected final @Nullable Object offer() {
            return receiver;
        }

        @Override
        protected final boolean isReady() {
            return closed || !buffer.isEmpty() || !senders.isEmpty();
        }

        @Override
        protected final T take() {
            E element = poll();
            return received(element == null ? CLOSED : element);
        }
    }
}

package dev.weft.sync;

import dev.weft.Source;
import dev.weft.WaitList;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What all queues do: hand elements from tasks to tasks and hold a bounded number between them. The
 * kinds differ in which element is next: {@link Queue}, {@link LifoQueue}, {@link PriorityQueue},
 * {@link DelayQueue}.
 *
 * <p><em>Loop-confined</em>. An element that is put while a task waits in {@link #get} is handed to
 * that task directly; into room that appears while a task waits in {@link #put} goes that task's
 * element. Nothing is ever lost: a cancelled {@code get} has taken nothing, a cancelled {@code put}
 * has added nothing.
 *
 * <p>{@code for (var x : queue)} takes elements until the queue is shut down and empty.
 */
public abstract sealed class BoundedQueue<E> implements Iterable<E>
        permits Queue, LifoQueue, PriorityQueue, DelayQueue {
    static final int DEFAULT_CAPACITY = 1024;

    /** Handed to a task whose wait ended because the queue was shut down. */
    private static final Object SHUT_DOWN = new Object();

    private final int capacity;
    final WaitList getters = new WaitList("Queue.get");
    private final WaitList putters = new WaitList("Queue.put");
    private final WaitList joiners = new WaitList("Queue.join");

    private long unfinished;
    private boolean shutDown;
    private boolean bound;

    BoundedQueue(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a queue's capacity is at least 1, not " + capacity);
        }
        this.capacity = capacity;
    }

    // ---- what the kinds differ in

    /** Takes in what a put offers: hands it to a task that waits for it, or stores it. */
    abstract void accept(Object offer);

    /** Takes the next element out of the store; null if there is none now. */
    abstract @Nullable E take();

    /** Drops all that is stored. */
    abstract void drop();

    /** Whether {@link #take} would give something. */
    boolean canTake() {
        return size() > 0;
    }

    /** What a put of this element offers. */
    Object offerOf(E element) {
        return Objects.requireNonNull(element, "the element");
    }

    /** What is handed over, as the element that it is. */
    @SuppressWarnings("unchecked")
    final E element(Object handedOver) {
        return (E) handedOver;
    }

    /** A task is about to wait for an element. */
    void getWaits() {}

    /** A task has waited for an element, in vain or not. */
    void getWaited() {}

    // ---- putting

    /**
     * Adds an element, waiting for room if the queue is full.
     *
     * @throws QueueShutDownException if the queue is, or meanwhile was, shut down; then nothing was
     *     added
     */
    public void put(E element) {
        putOffer(offerOf(element));
    }

    final void putOffer(Object offer) {
        bind();
        putters.enter();
        requireOpen();
        if (size() < capacity) {
            add(offer);
        } else if (putters.awaitOffering(offer) == SHUT_DOWN) {
            throw shutDownError();
        }
    }

    /** The clause of a {@link Weft#select} that does what {@link #put} does. */
    public Source<@Nullable Void> putting(E element) {
        Objects.requireNonNull(element, "the element");
        return new Source<>() {
            @Override
            protected WaitList waiters() {
                bind();
                return putters;
            }

            @Override
            protected Object offer() {
                return offerOf(element);
            }

            @Override
            protected boolean isReady() {
                return shutDown || size() < capacity;
            }

            @Override
            protected @Nullable Void take() {
                requireOpen();
                add(offerOf(element));
                return null;
            }

            @Override
            protected @Nullable Void received(@Nullable Object handedOver) {
                if (handedOver == SHUT_DOWN) {
                    throw shutDownError();
                }
                return null;
            }
        };
    }

    /**
     * Adds an element if there is room now. Never waits.
     *
     * @throws QueueShutDownException if the queue is shut down
     */
    public boolean tryPut(E element) {
        return tryPutOffer(offerOf(element));
    }

    final boolean tryPutOffer(Object offer) {
        bind();
        putters.check();
        requireOpen();
        if (size() >= capacity) {
            return false;
        }
        add(offer);
        return true;
    }

    /** All its lists belong to the first loop that uses any of them. */
    private void bind() {
        if (!bound) {
            putters.check();
            getters.check();
            joiners.check();
            bound = true;
        }
    }

    private void add(Object offer) {
        accept(offer); // throws what a comparator throws
        unfinished++;
    }

    // ---- taking

    /**
     * Takes the next element, waiting for one if there is none.
     *
     * @throws QueueShutDownException if the queue is shut down and empty
     */
    public E get() {
        return orThrow(getOrNull());
    }

    private @Nullable E getOrNull() {
        bind();
        getters.enter();
        E element = poll();
        if (element != null || isAtEnd()) {
            return element;
        }
        getWaits();
        try {
            return received(getters.await());
        } finally {
            getWaited();
        }
    }

    private @Nullable E received(@Nullable Object handedOver) {
        return handedOver == null || handedOver == SHUT_DOWN ? null : element(handedOver);
    }

    private static <E> E orThrow(@Nullable E element) {
        if (element == null) {
            throw shutDownError();
        }
        return element;
    }

    /** The clause of a {@link Weft#select} that does what {@link #get} does. */
    public Source<E> getting() {
        return new Source<>() {
            @Override
            protected WaitList waiters() {
                bind();
                return getters;
            }

            @Override
            protected void waits() {
                getWaits();
            }

            @Override
            protected void waited() {
                getWaited();
            }

            @Override
            protected boolean isReady() {
                return isAtEnd() || canTake();
            }

            @Override
            protected E take() {
                return orThrow(poll());
            }

            @Override
            protected E received(@Nullable Object handedOver) {
                return orThrow(BoundedQueue.this.received(handedOver));
            }
        };
    }

    /** Takes the next element if there is one now. Never waits. */
    public Optional<E> tryGet() {
        bind();
        getters.check();
        return Optional.ofNullable(poll());
    }

    /**
     * Takes the next elements, as many as there are but at most {@code most}, waiting for the first
     * (Tokio's {@code recv_many}). A cancelled one has taken nothing.
     *
     * @throws IllegalArgumentException if {@code most} is less than 1
     * @throws QueueShutDownException if the queue is shut down and empty
     */
    public List<E> getMany(int most) {
        requirePositive(most);
        List<E> taken = new ArrayList<>();
        taken.add(get());
        drainTo(taken, most);
        return taken;
    }

    /**
     * Takes the elements that there are now, at most {@code most}. Never waits.
     *
     * @throws IllegalArgumentException if {@code most} is less than 1
     */
    public List<E> drain(int most) {
        requirePositive(most);
        bind();
        getters.check();
        List<E> taken = new ArrayList<>();
        drainTo(taken, most);
        return taken;
    }

    private static void requirePositive(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("at least 1 element, not " + most);
        }
    }

    private void drainTo(List<E> taken, int most) {
        while (taken.size() < most) {
            E element;
            try {
                element = poll();
            } catch (Throwable e) {
                if (taken.isEmpty()) {
                    throw e;
                }
                return; // with those that are out already; the next call meets it again
            }
            if (element == null) {
                return;
            }
            taken.add(element);
        }
    }

    private @Nullable E poll() {
        E element = take();
        if (element != null) {
            left();
        }
        return element;
    }

    /** An element has left the store: into its room goes what has waited longest in put. */
    final void left() {
        for (Object offered; (offered = putters.firstOffer()) != null; ) {
            try {
                add(offered);
            } catch (Throwable refused) {
                putters.failFirst(refused);
                continue;
            }
            putters.wakeFirst(null);
            return;
        }
        if (isAtEnd()) {
            getters.wakeAll(SHUT_DOWN);
        }
    }

    // ---- joining

    /**
     * Says that an element taken earlier has been dealt with; see {@link #join}.
     *
     * @throws IllegalStateException if called more often than there were elements
     */
    public void taskDone() {
        bind();
        joiners.check();
        if (unfinished == 0) {
            throw new IllegalStateException(
                    "Queue.taskDone called more often than elements were put");
        }
        dealtWith(1);
    }

    final void dealtWith(int elements) {
        unfinished -= elements;
        if (unfinished == 0) {
            joiners.wakeAll(null);
        }
    }

    /** Waits until {@link #taskDone} has been called for every element that was put. */
    public void join() {
        bind();
        joiners.enter();
        if (unfinished > 0) {
            joiners.await();
        }
    }

    // ---- ending

    /**
     * Takes no more elements: {@code put} throws from now on, {@code get} throws once the queue is
     * empty. Tasks that wait in vain are woken and throw. Calling it again does nothing.
     */
    public void shutdown() {
        bind();
        putters.check();
        shutDown = true;
        putters.wakeAll(SHUT_DOWN);
        if (isAtEnd()) {
            getters.wakeAll(SHUT_DOWN);
        }
    }

    /** As {@link #shutdown}, and drops the elements that are left; those count as dealt with. */
    public void shutdownNow() {
        shutdown();
        int dropped = size();
        drop();
        getters.wakeAll(SHUT_DOWN);
        dealtWith(dropped);
    }

    private boolean isAtEnd() {
        return shutDown && size() == 0;
    }

    private void requireOpen() {
        if (shutDown) {
            throw shutDownError();
        }
    }

    private static QueueShutDownException shutDownError() {
        return new QueueShutDownException("the queue was shut down");
    }

    // ---- to look at

    /** How many elements it holds. */
    public abstract int size();

    /** Whether it holds no element. */
    public boolean isEmpty() {
        return size() == 0;
    }

    /** Whether it holds as many elements as it may. */
    public boolean isFull() {
        return size() >= capacity;
    }

    /** The most elements it holds. */
    public int capacity() {
        return capacity;
    }

    /** How many tasks wait in {@link #get}. */
    public int waitingToGet() {
        return getters.size();
    }

    /** How many tasks wait in {@link #put}. */
    public int waitingToPut() {
        return putters.size();
    }

    /** How many tasks wait in {@link #join}. */
    public int waitingToJoin() {
        return joiners.size();
    }

    /** Whether it was shut down. */
    public boolean isShutDown() {
        return shutDown;
    }

    /** Takes elements, waiting for each, until the queue is shut down and empty. */
    @Override
    public Iterator<E> iterator() {
        return new ElementIterator<>(this::getOrNull);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName()
                + "[size="
                + size()
                + "/"
                + capacity
                + (shutDown ? ", shut down" : "")
                + "]";
    }
}

package dev.weft.sync;

import dev.weft.Source;
import dev.weft.WaitList;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;

/**
 * Hands elements from tasks to tasks, first in, first out, and holds a bounded number between them
 * (asyncio's {@code Queue}).
 *
 * <p><em>Loop-confined</em>. An element that is put while a task waits in {@link #get} is handed to
 * that task directly; into room that appears while a task waits in {@link #put} goes that task's
 * element. Nothing is ever lost: a cancelled {@code get} has taken nothing, a cancelled {@code put}
 * has added nothing.
 *
 * <p>{@code for (var x : queue)} takes elements until the queue is shut down and empty.
 */
public final class Queue<E> implements Iterable<E> {
    private static final int DEFAULT_CAPACITY = 1024;

    /** Handed to a task whose wait ended because the queue was shut down. */
    private static final Object SHUT_DOWN = new Object();

    private final int capacity;
    private final ArrayDeque<E> elements = new ArrayDeque<>();
    private final WaitList getters = new WaitList("Queue.get");
    private final WaitList putters = new WaitList("Queue.put");
    private final WaitList joiners = new WaitList("Queue.join");

    private long unfinished;
    private boolean shutDown;
    private boolean bound;

    /** A queue that holds at most 1024 elements. */
    public Queue() {
        this(DEFAULT_CAPACITY);
    }

    /**
     * @param capacity the most elements that it holds, at least 1
     */
    public Queue(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a queue's capacity is at least 1, not " + capacity);
        }
        this.capacity = capacity;
    }

    /**
     * Adds an element, waiting for room if the queue is full.
     *
     * @throws QueueShutDownException if the queue is, or meanwhile was, shut down; then nothing was
     *     added
     */
    public void put(E element) {
        Objects.requireNonNull(element);
        bind();
        putters.enter();
        requireOpen();
        if (elements.size() < capacity) {
            add(element);
        } else if (putters.awaitOffering(element) == SHUT_DOWN) {
            throw shutDownError();
        }
    }

    /** The clause of a {@link Weft#select} that does what {@link #put} does. */
    public Source<@Nullable Void> putting(E element) {
        Objects.requireNonNull(element);
        return new Source<>() {
            @Override
            protected WaitList waiters() {
                bind();
                return putters;
            }

            @Override
            protected Object offer() {
                return element;
            }

            @Override
            protected boolean isReady() {
                return shutDown || elements.size() < capacity;
            }

            @Override
            protected @Nullable Void take() {
                requireOpen();
                add(element);
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
        Objects.requireNonNull(element);
        bind();
        putters.check();
        requireOpen();
        if (elements.size() >= capacity) {
            return false;
        }
        add(element);
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

    private void add(E element) {
        unfinished++;
        if (!getters.wakeFirst(element)) {
            elements.add(element);
        }
    }

    /**
     * Takes the oldest element, waiting for one if there is none.
     *
     * @throws QueueShutDownException if the queue is shut down and empty
     */
    public E get() {
        bind();
        getters.enter();
        E element = poll();
        if (element != null) {
            return element;
        }
        if (shutDown) {
            throw shutDownError();
        }
        return got(getters.await());
    }

    @SuppressWarnings("unchecked")
    private E got(@Nullable Object handedOver) {
        if (handedOver == null || handedOver == SHUT_DOWN) {
            throw shutDownError();
        }
        return (E) handedOver;
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
            protected boolean isReady() {
                return shutDown || !elements.isEmpty();
            }

            @Override
            protected E take() {
                return got(poll());
            }

            @Override
            protected E received(@Nullable Object handedOver) {
                return got(handedOver);
            }
        };
    }

    /** Takes the oldest element if there is one now. Never waits. */
    public Optional<E> tryGet() {
        bind();
        getters.check();
        return Optional.ofNullable(poll());
    }

    /** Takes the oldest element, and the element of the longest waiting put into its place. */
    @SuppressWarnings("unchecked")
    private @Nullable E poll() {
        E element = elements.poll();
        if (element != null) {
            E offered = (E) putters.firstOffer();
            if (offered != null && putters.wakeFirst(null)) {
                add(offered);
            }
        }
        return element;
    }

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
        unfinished--;
        wakeJoinersIfDone();
    }

    /** Waits until {@link #taskDone} has been called for every element that was put. */
    public void join() {
        bind();
        joiners.enter();
        if (unfinished > 0) {
            joiners.await();
        }
    }

    /**
     * Takes no more elements: {@code put} throws from now on, {@code get} throws once the queue is
     * empty. Tasks that wait in either are woken and throw. Calling it again does nothing.
     */
    public void shutdown() {
        bind();
        putters.check();
        shutDown = true;
        putters.wakeAll(SHUT_DOWN);
        getters.wakeAll(SHUT_DOWN);
    }

    /** As {@link #shutdown}, and drops the elements that are left; those count as dealt with. */
    public void shutdownNow() {
        shutdown();
        unfinished -= elements.size();
        elements.clear();
        wakeJoinersIfDone();
    }

    private void wakeJoinersIfDone() {
        if (unfinished == 0) {
            joiners.wakeAll(null);
        }
    }

    private void requireOpen() {
        if (shutDown) {
            throw shutDownError();
        }
    }

    private static QueueShutDownException shutDownError() {
        return new QueueShutDownException("the queue was shut down");
    }

    /** How many elements it holds. */
    public int size() {
        return elements.size();
    }

    /** The most elements it holds. */
    public int capacity() {
        return capacity;
    }

    /** Whether it was shut down. */
    public boolean isShutDown() {
        return shutDown;
    }

    /** Takes elements, waiting for each, until the queue is shut down and empty. */
    @Override
    public Iterator<E> iterator() {
        return new Iterator<>() {
            private @Nullable E next;

            @Override
            public boolean hasNext() {
                if (next == null) {
                    try {
                        next = get();
                    } catch (QueueShutDownException end) {
                        return false;
                    }
                }
                return true;
            }

            @Override
            public E next() {
                if (!hasNext() || next == null) {
                    throw new NoSuchElementException("the queue was shut down");
                }
                E element = next;
                next = null;
                return element;
            }
        };
    }

    @Override
    public String toString() {
        return "Queue[size="
                + elements.size()
                + "/"
                + capacity
                + (shutDown ? ", shut down" : "")
                + "]";
    }
}

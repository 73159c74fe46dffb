package dev.weft.sync;

import dev.weft.Alarm;
import dev.weft.Loop;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A queue whose elements can be taken from a time on, the earliest first; of equal times the one
 * that was put first (Tokio's {@code DelayQueue}). All that it does is said at {@link
 * BoundedQueue}; an element whose time has not come counts as one that it holds, and {@link
 * #shutdown} does not hasten it.
 *
 * <p>Times are on the loop's clock: an {@link Instant} becomes a delay when it is handed in, so
 * later jumps of the wall clock do not matter.
 */
public final class DelayQueue<E> extends BoundedQueue<E> {
    private final Heap<Entry<E>> heap =
            new Heap<>((a, b) -> Long.signum(a.when - b.when)); // a clock may start anywhere

    /** Set while a task waits and there is an element. */
    private final Alarm alarm =
            new Alarm() {
                @Override
                protected void ring() {
                    serve();
                }
            };

    private @Nullable Loop loop;
    private boolean serving;

    /** A queue that holds at most 1024 elements. */
    public DelayQueue() {
        this(DEFAULT_CAPACITY);
    }

    /**
     * @param capacity the most elements that it holds, at least 1
     */
    public DelayQueue(int capacity) {
        super(capacity);
    }

    /**
     * An element in the queue: to take it back, or give it another time. <em>Loop-confined</em>.
     */
    public static final class Entry<E> extends Heap.Node {
        private final DelayQueue<E> queue;
        private final E element;
        private long when;

        private Entry(DelayQueue<E> queue, E element, long when) {
            this.queue = queue;
            this.element = Objects.requireNonNull(element, "the element");
            this.when = when;
        }

        /** The element. */
        public E element() {
            return element;
        }

        /** Whether it is in the queue: neither taken nor removed, nor dropped. */
        public boolean isQueued() {
            return isInHeap();
        }

        /**
         * Takes it out of the queue, which counts as dealt with. Never waits.
         *
         * @return false if it is not in the queue any more
         */
        public boolean remove() {
            queue.getters.check();
            return isInHeap() && queue.remove(this);
        }

        /**
         * Has it wait so long from now instead; nothing or less is at once. Never waits.
         *
         * @return false if it is not in the queue any more
         */
        public boolean reset(Duration delay) {
            Objects.requireNonNull(delay, "the delay");
            queue.getters.check();
            return isInHeap() && queue.reset(this, Alarm.after(delay));
        }

        /** As {@link #reset(Duration)}, with a time. */
        public boolean reset(Instant at) {
            return reset(until(at));
        }
    }

    /**
     * Adds an element that can be taken when {@code delay} has passed since the call, waiting for
     * room if the queue is full. Nothing or less is at once.
     *
     * @throws QueueShutDownException if the queue is, or meanwhile was, shut down; then nothing was
     *     added
     */
    public Entry<E> put(E element, Duration delay) {
        Entry<E> entry = new Entry<>(this, element, Alarm.after(delay));
        putOffer(entry);
        return entry;
    }

    /** As {@link #put(Object, Duration)}, with a time. */
    public Entry<E> put(E element, Instant at) {
        return put(element, until(at));
    }

    /**
     * As {@link #put(Object, Duration)} if there is room now; else empty. Never waits.
     *
     * @throws QueueShutDownException if the queue is shut down
     */
    public Optional<Entry<E>> tryPut(E element, Duration delay) {
        Entry<E> entry = new Entry<>(this, element, Alarm.after(delay));
        return tryPutOffer(entry) ? Optional.of(entry) : Optional.empty();
    }

    private static Duration until(Instant at) {
        Objects.requireNonNull(at, "the time");
        return Duration.between(Loop.current().clock().instant(), at);
    }

    private boolean reset(Entry<E> entry, long when) {
        heap.remove(entry);
        entry.when = when;
        heap.add(entry);
        serve();
        return true;
    }

    private boolean remove(Entry<E> entry) {
        heap.remove(entry);
        serving = true; // what comes in for it is served when its put is done
        left();
        serve();
        dealtWith(1);
        return true;
    }

    /** Hands the elements whose time has come to those who wait. */
    private void serve() {
        serving = true;
        Entry<E> due;
        while (!getters.isEmpty() && (due = firstDue()) != null) {
            heap.remove(due);
            getters.wakeFirst(due.element);
            left();
        }
        serving = false;
        arm();
    }

    private @Nullable Entry<E> firstDue() {
        Entry<E> first = heap.first();
        return first != null && loop != null && first.when - loop.nanoTime() <= 0 ? first : null;
    }

    private void arm() {
        Entry<E> first = heap.first();
        if (first == null || getters.isEmpty()) {
            alarm.cancel();
        } else {
            alarm.set(first.when);
        }
    }

    @Override
    void accept(Object offer) {
        if (loop == null) {
            loop = Loop.current();
        }
        @SuppressWarnings("unchecked")
        Entry<E> entry = (Entry<E>) offer;
        heap.add(entry);
        if (!serving) {
            serve();
        }
    }

    @Override
    @Nullable E take() {
        serve(); // those who wait were first
        Entry<E> due = firstDue();
        if (due == null) {
            return null;
        }
        heap.remove(due);
        return due.element;
    }

    @Override
    boolean canTake() {
        serve();
        return firstDue() != null;
    }

    @Override
    Entry<E> offerOf(E element) {
        return new Entry<>(this, element, Alarm.after(Duration.ZERO));
    }

    @Override
    void getWaits() {
        Entry<E> first = heap.first();
        if (first != null) {
            alarm.set(first.when);
        }
    }

    @Override
    void getWaited() {
        arm();
    }

    @Override
    void drop() {
        heap.clear();
        alarm.cancel();
    }

    @Override
    public int size() {
        return heap.size();
    }
}

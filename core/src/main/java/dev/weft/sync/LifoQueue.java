package dev.weft.sync;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * A queue, last in, first out (asyncio's {@code LifoQueue}). All that it does is said at {@link
 * BoundedQueue}. Tasks that wait are served in the order in which they came.
 */
public final class LifoQueue<E> extends BoundedQueue<E> {
    private final ArrayDeque<E> elements = new ArrayDeque<>();

    /** A queue that holds at most 1024 elements. */
    public LifoQueue() {
        this(DEFAULT_CAPACITY);
    }

    /**
     * @param capacity the most elements that it holds, at least 1
     */
    public LifoQueue(int capacity) {
        super(capacity);
    }

    @Override
    void accept(Object offer) {
        if (!getters.wakeFirst(offer)) {
            elements.push(element(offer));
        }
    }

    @Override
    @Nullable E take() {
        return elements.poll();
    }

    @Override
    void drop() {
        elements.clear();
    }

    @Override
    public int size() {
        return elements.size();
    }
}

package dev.weft.sync;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * A queue, first in, first out (asyncio's {@code Queue}). All that it does is said at {@link
 * BoundedQueue}.
 */
public final class Queue<E> extends BoundedQueue<E> {
    private final ArrayDeque<E> elements = new ArrayDeque<>();

    /** A queue that holds at most 1024 elements. */
    public Queue() {
        this(DEFAULT_CAPACITY);
    }

    /**
     * @param capacity the most elements that it holds, at least 1
     */
    public Queue(int capacity) {
        super(capacity);
    }

    @Override
    void accept(Object offer) {
        if (!getters.wakeFirst(offer)) {
            elements.add(element(offer));
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

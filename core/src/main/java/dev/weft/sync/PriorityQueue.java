package dev.weft.sync;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.Objects;

/**
 * A queue that gives the least element first (asyncio's {@code PriorityQueue}); of equal ones the
 * one that was put first. All that it does is said at {@link BoundedQueue}. An element whose {@code
 * put} waits for room is not in the queue yet and overtakes nothing.
 *
 * <p>What the order throws, the operation throws that asked it, and the queue is as it was before.
 * If that is about an element whose {@code put} waited for room, that {@code put} throws it.
 */
public final class PriorityQueue<E> extends BoundedQueue<E> {
    private static final class Node<E> extends Heap.Node {
        final E element;

        Node(E element) {
            this.element = element;
        }
    }

    private final Heap<Node<E>> heap;

    /**
     * A queue that holds at most 1024 elements.
     *
     * @param order which element is less, such as {@code Comparator.naturalOrder()}; must not wait
     */
    public PriorityQueue(Comparator<? super E> order) {
        this(DEFAULT_CAPACITY, order);
    }

    /**
     * @param capacity the most elements that it holds, at least 1
     * @param order which element is less, such as {@code Comparator.naturalOrder()}; must not wait
     */
    public PriorityQueue(int capacity, Comparator<? super E> order) {
        super(capacity);
        Objects.requireNonNull(order, "the order");
        this.heap = new Heap<>((a, b) -> order.compare(a.element, b.element));
    }

    @Override
    void accept(Object offer) {
        if (!getters.wakeFirst(offer)) {
            heap.add(new Node<>(element(offer)));
        }
    }

    @Override
    @Nullable E take() {
        Node<E> least = heap.first();
        if (least == null) {
            return null;
        }
        heap.remove(least);
        return least.element;
    }

    @Override
    void drop() {
        heap.clear();
    }

    @Override
    public int size() {
        return heap.size();
    }
}

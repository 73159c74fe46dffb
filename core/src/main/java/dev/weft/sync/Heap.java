package dev.weft.sync;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;

/**
 * A binary heap whose nodes know their place, so that any can be removed; of equal ones the one
 * that was added first comes first.
 */
final class Heap<N extends Heap.Node> {
    abstract static class Node {
        static final int OUTSIDE = -1;

        int index = OUTSIDE;
        long order;

        final boolean isInHeap() {
            return index != OUTSIDE;
        }
    }

    private final ArrayList<N> nodes = new ArrayList<>();
    private final Comparator<? super N> comparator;
    private long orders;

    Heap(Comparator<? super N> comparator) {
        this.comparator = comparator;
    }

    int size() {
        return nodes.size();
    }

    @Nullable N first() {
        return nodes.isEmpty() ? null : nodes.getFirst();
    }

    /** A node that is in no heap. */
    void add(N node) {
        node.order = orders++;
        nodes.add(node);
        rise(node, nodes.size() - 1);
    }

    /** A node that is in this heap. */
    void remove(N node) {
        int gap = node.index;
        node.index = Node.OUTSIDE;
        N last = nodes.removeLast();
        if (last != node) {
            sink(last, gap);
            rise(last, last.index);
        }
    }

    void clear() {
        for (N node : nodes) {
            node.index = Node.OUTSIDE;
        }
        nodes.clear();
    }

    private void rise(N node, int gap) {
        int i = gap;
        while (i > 0) {
            int up = (i - 1) / 2;
            N parent = nodes.get(up);
            if (isBefore(parent, node)) {
                break;
            }
            place(parent, i);
            i = up;
        }
        place(node, i);
    }

    private void sink(N node, int gap) {
        int i = gap;
        while (true) {
            int child = 2 * i + 1;
            if (child >= nodes.size()) {
                break;
            }
            if (child + 1 < nodes.size() && isBefore(nodes.get(child + 1), nodes.get(child))) {
                child++;
            }
            N least = nodes.get(child);
            if (isBefore(node, least)) {
                break;
            }
            place(least, i);
            i = child;
        }
        place(node, i);
    }

    private void place(N node, int i) {
        nodes.set(i, node);
        node.index = i;
    }

    private boolean isBefore(N a, N b) {
        int d = comparator.compare(a, b);
        return d < 0 || (d == 0 && a.order < b.order);
    }
}

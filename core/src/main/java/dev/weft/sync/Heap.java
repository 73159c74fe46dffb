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
        int gap = nodes.size();
        int at = above(node, gap);
        nodes.add(node);
        raise(node, gap, at);
    }

    /** A node that is in this heap. */
    void remove(N node) {
        int gap = node.index;
        int end = nodes.size() - 1;
        N last = nodes.get(end);
        if (last == node) {
            nodes.removeLast();
        } else {
            int below = below(last, gap, end);
            int above = below == gap ? above(last, gap) : gap;
            nodes.removeLast();
            if (below == gap) {
                raise(last, gap, above);
            } else {
                lower(last, gap, below);
            }
        }
        node.index = Node.OUTSIDE;
    }

    void clear() {
        for (N node : nodes) {
            node.index = Node.OUTSIDE;
        }
        nodes.clear();
    }

    // Where a node belongs is found first and nodes move then: a comparison that throws has changed
    // nothing.

    /** Where a node belongs that goes into a gap, or above it. */
    private int above(N node, int gap) {
        int i = gap;
        while (i > 0 && isBefore(node, nodes.get((i - 1) / 2))) {
            i = (i - 1) / 2;
        }
        return i;
    }

    /** Where a node belongs that goes into a gap, or below it, in a heap that ends before there. */
    private int below(N node, int gap, int end) {
        int i = gap;
        for (int child; (child = 2 * i + 1) < end; i = child) {
            if (child + 1 < end && isBefore(nodes.get(child + 1), nodes.get(child))) {
                child++;
            }
            if (isBefore(node, nodes.get(child))) {
                break;
            }
        }
        return i;
    }

    private void raise(N node, int gap, int to) {
        int i = gap;
        while (i != to) {
            int up = (i - 1) / 2;
            place(nodes.get(up), i);
            i = up;
        }
        place(node, i);
    }

    private void lower(N node, int gap, int to) {
        N moved = node;
        for (int i = to; i != gap; i = (i - 1) / 2) {
            N up = nodes.get(i);
            place(moved, i);
            moved = up;
        }
        place(moved, gap);
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

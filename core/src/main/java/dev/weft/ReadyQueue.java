package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Continuations ready to run, strictly first in, first out: a growing ring. Loop-confined. In a
 * simulation {@link SimulatedTurns} takes its place.
 */
sealed class ReadyQueue permits SimulatedTurns {
    private @Nullable Runnable[] ring;
    private int head;
    private int size;

    ReadyQueue() {
        this(256);
    }

    /**
     * @param room at first, a power of two; 0 if none is needed
     */
    ReadyQueue(int room) {
        ring = new Runnable[room];
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(Runnable continuation) {
        @Nullable Runnable[] r = ring;
        if (size == r.length) {
            r = grow();
        }
        r[(head + size++) & (r.length - 1)] = continuation;
    }

    @Nullable Runnable poll() {
        if (size == 0) {
            return null;
        }
        @Nullable Runnable[] r = ring;
        int h = head;
        Runnable next = r[h];
        r[h] = null;
        head = (h + 1) & (r.length - 1);
        size--;
        return next;
    }

    private @Nullable Runnable[] grow() {
        int n = ring.length;
        @Nullable Runnable[] bigger = Arrays.copyOfRange(ring, head, head + n * 2);
        System.arraycopy(ring, 0, bigger, n - head, head);
        head = 0;
        return ring = bigger;
    }
}

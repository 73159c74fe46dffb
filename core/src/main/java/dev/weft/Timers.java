package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * The loop's timers: a 4-ary heap in which each timer knows its place, so that cancelling one is as
 * cheap as setting it. Timers due at the same instant fire in the order in which they were set.
 * Loop-confined.
 */
final class Timers {
    private @Nullable Timer[] heap = new Timer[64];
    private int size;
    private long orders;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** When the first timer is due, or {@code Long.MAX_VALUE}. */
    long earliest() {
        return size == 0 ? Long.MAX_VALUE : at(0).when;
    }

    void set(Timer timer, long when) {
        if (timer.index >= 0) {
            cancel(timer);
        }
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        timer.when = when;
        timer.order = orders++;
        siftUp(size++, timer);
    }

    void cancel(Timer timer) {
        int i = timer.index;
        if (i < 0) {
            return;
        }
        timer.index = -1;
        Timer last = at(--size);
        heap[size] = null;
        if (last != timer) {
            siftDown(i, last);
            if (last.index == i) {
                siftUp(i, last);
            }
        }
    }

    /** Takes the first timer out if it is due at {@code now}. */
    @Nullable Timer pollDue(long now) {
        if (size == 0) {
            return null;
        }
        Timer first = at(0);
        if (first.when - now > 0) {
            return null;
        }
        cancel(first);
        return first;
    }

    @SuppressWarnings("NullAway") // entries below size are set
    private Timer at(int i) {
        return heap[i];
    }

    private static boolean before(Timer a, Timer b) {
        long d = a.when - b.when;
        return d < 0 || (d == 0 && a.order - b.order < 0);
    }

    private void siftUp(int i, Timer timer) {
        while (i > 0) {
            int up = (i - 1) >>> 2;
            Timer parent = at(up);
            if (!before(timer, parent)) {
                break;
            }
            heap[i] = parent;
            parent.index = i;
            i = up;
        }
        heap[i] = timer;
        timer.index = i;
    }

    private void siftDown(int i, Timer timer) {
        for (; ; ) {
            int child = (i << 2) + 1;
            if (child >= size) {
                break;
            }
            int end = Math.min(child + 4, size);
            int least = child;
            for (int c = child + 1; c < end; c++) {
                if (before(at(c), at(least))) {
                    least = c;
                }
            }
            Timer t = at(least);
            if (!before(t, timer)) {
                break;
            }
            heap[i] = t;
            t.index = i;
            i = least;
        }
        heap[i] = timer;
        timer.index = i;
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

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
        add(timer);
    }

    // add() and cancel() call nothing: a stack overflow, which strikes where a method is entered,
    // never finds the heap half-way.

    @SuppressWarnings("NullAway") // entries below size are set
    private void add(Timer timer) {
        Timer[] h = heap;
        int i = size++;
        while (i > 0) {
            int up = (i - 1) >>> 2;
            Timer parent = h[up];
            long d = timer.when - parent.when;
            if (d > 0 || (d == 0 && timer.order - parent.order > 0)) {
                break;
            }
            h[i] = parent;
            parent.index = i;
            i = up;
        }
        h[i] = timer;
        timer.index = i;
    }

    @SuppressWarnings("NullAway") // entries below size are set
    void cancel(Timer timer) {
        int i = timer.index;
        if (i < 0) {
            return;
        }
        timer.index = -1;
        Timer[] h = heap;
        int n = --size;
        Timer moved = h[n];
        h[n] = null;
        if (moved == timer) {
            return;
        }
        while (true) {
            int child = (i << 2) + 1;
            if (child >= n) {
                break;
            }
            int end = child + 4 < n ? child + 4 : n;
            Timer least = h[child];
            int at = child;
            for (int c = child + 1; c < end; c++) {
                Timer other = h[c];
                long d = other.when - least.when;
                if (d < 0 || (d == 0 && other.order - least.order < 0)) {
                    least = other;
                    at = c;
                }
            }
            long d = least.when - moved.when;
            if (d > 0 || (d == 0 && least.order - moved.order > 0)) {
                break;
            }
            h[i] = least;
            least.index = i;
            i = at;
        }
        while (i > 0) {
            int up = (i - 1) >>> 2;
            Timer parent = h[up];
            long d = moved.when - parent.when;
            if (d > 0 || (d == 0 && moved.order - parent.order > 0)) {
                break;
            }
            h[i] = parent;
            parent.index = i;
            i = up;
        }
        h[i] = moved;
        moved.index = i;
    }

    /** Those that are due at {@code now}, in the order in which they would fire. */
    List<Timer> due(long now) {
        List<Timer> all = new ArrayList<>();
        addDue(0, now, all);
        all.sort(
                (a, b) ->
                        a.when != b.when
                                ? Long.signum(a.when - b.when)
                                : Long.signum(a.order - b.order));
        return all;
    }

    /** What is below a timer that is not due is not due either. */
    private void addDue(int i, long now, List<Timer> to) {
        if (i < size && at(i).when - now <= 0) {
            to.add(at(i));
            for (int child = (i << 2) + 1; child <= (i << 2) + 4; child++) {
                addDue(child, now, to);
            }
        }
    }

    /** How often one was set. If this and {@link #size} are the same, so are the timers. */
    long sets() {
        return orders;
    }

    /** In no particular order. */
    @SuppressWarnings("NullAway") // entries below size are set
    void forEach(Consumer<? super Timer> action) {
        for (int i = 0; i < size; i++) {
            action.accept(heap[i]);
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
}

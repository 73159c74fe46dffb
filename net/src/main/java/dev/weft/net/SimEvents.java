package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.util.PriorityQueue;

/** What is still to come in a simulated network: in the order of time, then of the calls. */
final class SimEvents {
    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private long orders;

    /** Something that will happen, unless it is cancelled. */
    static final class Event implements Comparable<Event> {
        private final long when;
        private final long order;
        private @Nullable Runnable what;

        Event(long when, long order, Runnable what) {
            this.when = when;
            this.order = order;
            this.what = what;
        }

        void cancel() {
            what = null;
        }

        @Override
        public int compareTo(Event other) {
            return when != other.when
                    ? Long.signum(when - other.when)
                    : Long.signum(order - other.order);
        }
    }

    Event at(long when, Runnable what) {
        Event event = new Event(when, orders++, what);
        queue.add(event);
        return event;
    }

    /** When the next one is due; {@code Long.MAX_VALUE} if there is none. */
    long next() {
        for (Event first = queue.peek(); first != null; first = queue.peek()) {
            if (first.what != null) {
                return first.when;
            }
            queue.remove();
        }
        return Long.MAX_VALUE;
    }

    /** Lets everything happen that is due. */
    void runDue(long now) {
        while (next() <= now) {
            Runnable what = queue.remove().what;
            if (what != null) {
                what.run();
            }
        }
    }

    void clear() {
        queue.clear();
    }
}

package dev.weft.sync;

import java.util.ArrayDeque;

/** The permits of the last window, those of one instant together. */
final class SlidingWindow implements RateMeter {
    private static final class Taken {
        final long instant;
        int permits;

        Taken(long instant) {
            this.instant = instant;
        }
    }

    private final ArrayDeque<Taken> taken = new ArrayDeque<>();
    private final int most;
    private final long window;
    private int inWindow;

    SlidingWindow(int permits, long window) {
        this.most = permits;
        this.window = window;
    }

    @Override
    public long take(int n, long now) {
        forgetBefore(now);
        int missing = n - (most - inWindow);
        if (missing > 0) {
            return instantOf(missing) + window - now;
        }
        Taken last = taken.peekLast();
        if (last == null || last.instant != now) {
            last = new Taken(now);
            taken.add(last);
        }
        last.permits += n;
        inWindow += n;
        return 0;
    }

    private void forgetBefore(long now) {
        for (Taken first; (first = taken.peek()) != null && now - first.instant >= window; ) {
            inWindow -= first.permits;
            taken.remove();
        }
    }

    /** When so many of the permits in the window had been taken. */
    private long instantOf(int permits) {
        int missing = permits;
        for (Taken t : taken) {
            missing -= t.permits;
            if (missing <= 0) {
                return t.instant;
            }
        }
        throw new AssertionError(this);
    }

    @Override
    public int most() {
        return most;
    }

    @Override
    public String toString() {
        return "inWindow=" + inWindow + "/" + most;
    }
}

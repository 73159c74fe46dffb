package dev.weft.sync;

/** The instants of the last permits, in a ring. */
final class SlidingWindow implements RateMeter {
    private final long[] instants;
    private final long window;
    private int oldest;
    private int inWindow;

    SlidingWindow(int permits, long window) {
        this.instants = new long[permits];
        this.window = window;
    }

    @Override
    public long take(int n, long now) {
        while (inWindow > 0 && now - instants[oldest] >= window) {
            oldest = (oldest + 1) % instants.length;
            inWindow--;
        }
        int missing = n - (instants.length - inWindow);
        if (missing > 0) {
            return instants[at(missing - 1)] + window - now;
        }
        for (int i = 0; i < n; i++) {
            instants[at(inWindow++)] = now;
        }
        return 0;
    }

    private int at(int i) {
        return (int) (((long) oldest + i) % instants.length);
    }

    @Override
    public int most() {
        return instants.length;
    }

    @Override
    public String toString() {
        return "inWindow=" + inWindow + "/" + instants.length;
    }
}

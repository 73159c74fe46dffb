package dev.weft;

/**
 * The platform thread of a loop. It runs continuations, fires timers and empties the inbox, and
 * nothing else ever.
 */
final class Carrier extends Thread {
    /** Address space, not memory. A task's frames lie here while it runs. */
    private static final long STACK_BYTES = 16L << 20;

    final Loop loop;

    Carrier(Loop loop, String name) {
        super(null, null, name, STACK_BYTES, false);
        setDaemon(true); // whoever runs a program waits for it; a runner left open keeps no process
        this.loop = loop;
    }

    @Override
    public void run() {
        loop.carry();
    }
}

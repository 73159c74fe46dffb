package dev.weft;

/**
 * The platform thread of a loop. It runs continuations, fires timers and empties the inbox, and
 * nothing else ever.
 */
final class Carrier extends Thread {
    final Loop loop;

    Carrier(Loop loop, String name) {
        super(null, null, name, 0, false);
        this.loop = loop;
    }

    @Override
    public void run() {
        loop.turn();
    }
}

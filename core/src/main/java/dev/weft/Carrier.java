package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * The platform thread of a loop. It runs continuations, fires timers and empties the inbox, and
 * nothing else ever. That of a session of simulations has one loop after the other.
 */
final class Carrier extends Thread {
    /** Address space, not memory. A task's frames lie here while it runs. */
    private static final long STACK_BYTES = 16L << 20;

    /** Null while what runs is off the loop: a call that a simulated program has offloaded. */
    @Nullable Loop loop;

    /** Of a session: the loop of the program that runs, whatever of it does. */
    volatile @Nullable Loop program;

    final @Nullable SimulatedSession session;

    /** Of a session: whether Weft makes a thread of its own now. */
    boolean makesOwn;

    /** Whether who waits for the session was interrupted: then its programs end. */
    volatile boolean interruptedFromOutside;

    Carrier(Loop loop, String name) {
        super(null, null, name, STACK_BYTES, false);
        setDaemon(true); // whoever runs a program waits for it; a runner left open keeps no process
        this.loop = loop;
        this.session = null;
    }

    Carrier(SimulatedSession session) {
        super(null, null, "weft-simulation", STACK_BYTES, false);
        setDaemon(true);
        this.session = session;
    }

    @Override
    public void run() {
        SimulatedSession s = session;
        Loop l = loop;
        if (s != null) {
            s.run();
        } else if (l != null) {
            l.carry();
        }
    }
}

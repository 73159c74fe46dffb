package dev.weft;

import java.util.concurrent.Executor;

/**
 * Where a simulated program's offloaded calls run: on virtual threads whose steps are chosen among
 * those of the tasks, one at a time. To what runs there it looks as on the threads of {@link
 * Workers}: it is off the loop.
 */
final class SimulatedWorkers {
    /** How many compute at once, so that a run is the same on each machine. */
    static final int CPUS = 2;

    private final Loop loop;
    private final SimulatedTurns turns;
    private final Carrier carrier;
    final Executor blocking = threads("weft-offload-");
    final Executor computing = threads("weft-compute-");

    private boolean begins;
    private boolean inStep;

    SimulatedWorkers(Loop loop, SimulatedTurns turns, Carrier carrier) {
        this.loop = loop;
        this.turns = turns;
        this.carrier = carrier;
    }

    private Executor threads(String prefix) {
        return new Executor() {
            private int number;

            @Override
            public void execute(Runnable call) {
                String name = prefix + ++number;
                Thread thread = loop.switching.newThread(name, call);
                begins = true;
                turns.begins(thread, name);
                loop.switching.start(thread);
                turns.hasBegun();
                begins = false;
            }
        };
    }

    /**
     * Whether what becomes ready for the first time runs off the loop: the thread of a call, or one
     * that a call has made.
     */
    boolean own() {
        return inStep || begins;
    }

    /** The carrier lets it go on, until it waits or ends. */
    void step(Runnable continuation) {
        carrier.loop = null;
        inStep = true;
        loop.noStrangerRuns();
        try {
            loop.step(continuation);
        } finally {
            inStep = false;
            carrier.loop = loop;
        }
    }
}

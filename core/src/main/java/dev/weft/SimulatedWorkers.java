package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;
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

    /** Those that have begun a call and not ended it. */
    private final Map<Runnable, Thread> alive = new LinkedHashMap<>();

    private @Nullable Thread beginning;
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
                beginning = thread;
                turns.begins(name);
                loop.switching.start(thread);
                turns.begins((String) null);
                beginning = null;
            }
        };
    }

    /**
     * Whether what becomes ready for the first time runs off the loop: the thread of a call, or one
     * that a call has made.
     */
    boolean own(Runnable continuation) {
        if (beginning != null) {
            alive.put(continuation, beginning);
        }
        return inStep || beginning != null;
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
        Thread thread = alive.get(continuation);
        if (thread != null && !thread.isAlive()) {
            alive.remove(continuation);
            turns.forget(continuation);
        } else if (thread != null && thread.getState() == Thread.State.BLOCKED) {
            turns.escaped(
                    "an offloaded call, on thread '"
                            + thread.getName()
                            + "', waits for a monitor; who gets it when is the JDK's choice",
                    thread);
        }
    }

    /** The thread of a call; null if it is one that a call has made. */
    @Nullable Thread thread(Runnable continuation) {
        return alive.get(continuation);
    }

    /** No task is left that could do anything, and nothing is going to happen. */
    void lookForStuck() {
        for (Thread thread : alive.values()) {
            turns.escaped(
                    "an offloaded call, on thread '"
                            + thread.getName()
                            + "', waits for what no task is left to do: another thread would have"
                            + " to",
                    thread);
        }
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CancellationException;

/**
 * Notices that a step of a simulated program never ends, so that nothing of it ever will: the
 * carrier is held by a task that waits while it is pinned, or, once somebody wants an end, by one
 * that computes. The thread that waits for the session looks, and gives the session's thread up.
 */
final class StuckStep {
    static final long LOOK_MILLIS = 500;

    private final Carrier carrier;
    private @Nullable Loop lastLoop;
    private long lastStep;

    StuckStep(Carrier carrier) {
        this.carrier = carrier;
    }

    /**
     * Throws if the step is the same as at the last look and stands still.
     *
     * @param interrupted whether the program was to end before that
     */
    void look(boolean interrupted) {
        Loop loop = carrier.program;
        long step = loop == null ? 0 : loop.stepNow();
        boolean isSame = loop != null && loop == lastLoop && step == lastStep && step % 2 != 0;
        lastLoop = loop;
        lastStep = step;
        if (loop == null || !isSame) {
            return;
        }
        SimulatedTurns turns = loop.simulated;
        LoopTask<?> task = loop.runningFromOutside();
        Thread thread = task == null ? carrier : task.thread;
        String who = task == null ? loop.whoRunsBesidesTasks() : "task '" + task.path() + "'";
        StackTraceElement[] stack = thread.getStackTrace();
        if (task != null && turns != null && thread.getState() != Thread.State.RUNNABLE) {
            RuntimeException escape =
                    turns.outcomeOf(
                            who
                                    + " waits while it is pinned to the carrier by "
                                    + Watchdog.pinnedBy(stack)
                                    + ", so that nothing else can run; wait outside of it",
                            thread);
            if (escape != null) {
                throw escape;
            }
        }
        if (interrupted) {
            var endless =
                    new CancellationException(
                            "the thread that waits for the simulation was interrupted, and the step"
                                    + " of "
                                    + who
                                    + " does not end");
            endless.setStackTrace(stack);
            throw endless;
        }
    }
}

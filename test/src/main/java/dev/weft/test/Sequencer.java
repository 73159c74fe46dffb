package dev.weft.test;

import dev.weft.Action;
import dev.weft.WaitList;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Steps of several tasks in an order that the test wants (Trio's {@code Sequencer}): that of number
 * 0 runs first, wherever it stands, then that of number 1. <em>Loop-confined</em>.
 */
public final class Sequencer {
    private final List<Integer> taken = new ArrayList<>();
    private final WaitList waiting = new WaitList("Sequencer.at");
    private int next;
    private boolean broken;

    Sequencer() {}

    /**
     * Waits until all steps of lower numbers are over, and runs this one. If the wait is cancelled,
     * all that come later fail: their turn would never come.
     *
     * @param number from 0 on, each once
     * @throws IllegalStateException if the number was used before, or a step before it was given up
     */
    public <X extends Exception> void at(int number, Action<X> step) throws X {
        Objects.requireNonNull(step, "the step");
        if (number < 0 || taken.contains(number)) {
            throw new IllegalStateException(
                    "step "
                            + number
                            + " of a sequencer: each number from 0 on stands for one step");
        }
        taken.add(number);
        try {
            waiting.enter();
            while (next != number && !broken) {
                waiting.await();
            }
        } catch (Throwable notWaited) {
            broken = true;
            waiting.wakeAll(null);
            throw notWaited;
        }
        if (broken) {
            throw new IllegalStateException(
                    "step " + number + " of a sequencer never comes: one before it was given up");
        }
        try {
            step.run();
        } finally {
            next++;
            waiting.wakeAll(null);
        }
    }
}

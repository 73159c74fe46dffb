package dev.weft.test;

import dev.weft.Simulation.Candidate;
import dev.weft.Simulation.Stage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What happened in a run: as a hash always, step by step where somebody is to read it. */
final class Trace {
    /** More steps are not kept; they are still hashed. */
    private static final int MOST = 20_000;

    /**
     * One step.
     *
     * @param actor whose; -1 for a timer, -2 for a note
     * @param what what the task did afterwards: the wait that it is in, or its end
     * @param others how many others could have come
     */
    record Step(int actor, String name, String what, Duration at, int others) {}

    private final List<Step> steps = new ArrayList<>();
    private long hash = 0xcbf29ce484222325L;
    private int others;

    void chosen(int index, int of, int actor, long nanos) {
        others = of - 1;
        add(index);
        add(of);
        add(actor);
        add(nanos);
    }

    /** How its step left a task. */
    void left(Stage stage) {
        add(stage.name().hashCode());
    }

    private void add(long value) {
        hash = (hash ^ value) * 0x100000001b3L;
        hash ^= hash >>> 29;
    }

    void happened(Candidate who, String what, Duration at) {
        add(new Step(who.actor(), who.name(), what, at, others));
    }

    void slow(Duration by) {
        add(by.toNanos());
    }

    void note(String what) {
        add(new Step(-2, "", what, steps.isEmpty() ? Duration.ZERO : steps.getLast().at(), 0));
    }

    private void add(Step step) {
        if (steps.size() < MOST) {
            steps.add(step);
        }
    }

    /** Equal for equal runs. */
    long hash() {
        return hash;
    }

    List<Step> steps() {
        return steps;
    }
}

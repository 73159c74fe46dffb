package dev.weft.test;

import dev.weft.Simulation.Candidate;
import dev.weft.Simulation.Stage;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** What happened in a run: as a hash always, step by step where somebody is to read it. */
final class Trace {
    /** Of more steps than these only the last ones are kept; all are hashed. */
    private static final int MOST = 20_000;

    private static final int LAST = 200;

    /** What the loop's own thread is called, which no task can be. */
    static final String OF_THE_LOOP = "\0";

    /**
     * One step.
     *
     * @param actor whose; -1 for a timer, -2 for a note
     * @param what what the task did afterwards: the wait that it is in, or its end
     * @param others how many others could have come
     */
    record Step(int actor, String name, String what, Duration at, int others) {}

    private final List<Step> steps = new ArrayList<>();
    private final ArrayDeque<Step> last = new ArrayDeque<>();
    private int leftOut;
    private Duration at = Duration.ZERO;
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

    void happened(Candidate who, String what, Duration now) {
        at = now;
        boolean isOwn = who.task() == null && who.name().equals("system");
        add(new Step(who.actor(), isOwn ? OF_THE_LOOP : who.name(), what, now, others));
    }

    void slow(Duration by) {
        add(by.toNanos());
    }

    void note(String what) {
        add(new Step(-2, "", what, at, 0));
    }

    private void add(Step step) {
        if (steps.size() < MOST) {
            steps.add(step);
            return;
        }
        last.add(step);
        if (last.size() > LAST) {
            last.remove();
            leftOut++;
        }
    }

    /** Equal for equal runs. */
    long hash() {
        return hash;
    }

    /** In order; of very many the first and the last. */
    List<Step> steps() {
        if (last.isEmpty()) {
            return steps;
        }
        List<Step> all = new ArrayList<>(steps);
        all.addAll(last);
        return all;
    }

    /** How many steps are left out of {@link #steps}. */
    int leftOut() {
        return leftOut;
    }
}

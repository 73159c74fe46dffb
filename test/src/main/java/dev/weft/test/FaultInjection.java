package dev.weft.test;

import dev.weft.Action;
import dev.weft.Simulation.Candidate;
import dev.weft.Simulation.Stage;
import dev.weft.Task;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/** Puts one fault into a run, when its victim has come to the point; and counts who comes where. */
final class FaultInjection {
    private static final int MOST_MOMENTS = 10_000;

    /** The program's own task. */
    private static final String MAIN = "main";

    private final Run run;
    private final @Nullable Fault fault;
    private long steps;

    private @Nullable Actor[] actors = new Actor[16];
    private final Map<String, Integer> named = new HashMap<>();
    private final Set<String> taskNames = new TreeSet<>();

    /** Those in a timeout of the kit's own, which is not to expire. */
    private final Set<Task<?>> spared = Collections.newSetFromMap(new IdentityHashMap<>());

    /** How often each place was passed, of what may fail and of what may break. */
    private final Map<Fault.Kind, Map<String, Integer>> passes = new EnumMap<>(Fault.Kind.class);

    private @Nullable Actor acting;
    private boolean struck;

    /** The victim in the wait in which it is to be struck, and in how many steps. */
    private @Nullable Task<?> waiting;

    private @Nullable Actor waitingActor;
    private int left;

    FaultInjection(Run run, @Nullable Fault fault) {
        this.run = run;
        this.fault = fault;
    }

    // ---- what the run does

    /** A thread of the program, or a timer, is chosen. */
    void goesOn(Candidate next) {
        if (next.isTimer()) {
            return;
        }
        acting = actor(next);
        acting.goesOn(steps);
        if (isDue(Fault.Window.READY)) {
            Task<?> task = next.task();
            if (task != null && run.stageOf(task) == Stage.WOKEN) {
                strike(task);
            }
        }
    }

    /** What was chosen has had its step. */
    void suspended(Candidate chosen) {
        steps++;
        Task<?> task = chosen.task();
        if (!chosen.isTimer() && acting != null) {
            acting.suspends(steps);
            if (task != null && waiting == null && isDue(Fault.Window.PENDING) && isInWait(task)) {
                waiting = task;
                waitingActor = acting;
                left = fault == null ? 0 : fault.later() + 1;
            }
            acting = null;
        }
        if (waiting != null && --left == 0) {
            strikeWaiting(waiting);
        }
    }

    private Actor actor(Candidate candidate) {
        int n = candidate.actor();
        if (n >= actors.length) {
            actors = Arrays.copyOf(actors, Math.max(n + 1, n * 2));
        }
        Actor known = actors[n];
        if (known == null) {
            String name = candidate.name();
            if (candidate.task() != null) {
                taskNames.add(name);
            }
            int which = named.merge(name, 1, Integer::sum) - 1;
            actors[n] = known = new Actor(name, which);
        }
        return known;
    }

    /** The running task has come to a cancellation point. */
    void atPoint(Task<?> task) {
        Actor a = acting;
        if (a != null) {
            a.comesToPoint();
            if (isDue(Fault.Window.ENTRY)) {
                strike(task);
            }
        }
    }

    /** A place is passed that may fail, or break; whether it does. */
    boolean strikesAt(String place, Fault.Kind kind) {
        int n =
                passes.computeIfAbsent(kind, _ -> new LinkedHashMap<>())
                                .merge(place, 1, Integer::sum)
                        - 1;
        Fault f = fault;
        if (f == null || f.kind() != kind || f.point() != n || !f.victim().equals(place)) {
            return false;
        }
        hasStruck(f);
        return true;
    }

    // ---- striking

    /** Whether the acting task is the victim, and at its point. */
    private boolean isDue(Fault.Window window) {
        return fault != null && !struck && fault.window() == window && isAtPoint(fault, acting);
    }

    private static boolean isAtPoint(Fault f, @Nullable Actor a) {
        return a != null && a.points() - 1 == f.point() && a.isVictim(f);
    }

    private boolean isInWait(Task<?> task) {
        Stage stage = run.stageOf(task);
        return stage == Stage.WAITING || stage == Stage.JOINING;
    }

    private void strikeWaiting(Task<?> victim) {
        if (fault != null && isAtPoint(fault, waitingActor) && isInWait(victim)) {
            strike(victim);
        }
    }

    private void strike(Task<?> task) {
        Fault f = fault;
        if (f != null
                && !(f.kind() == Fault.Kind.EXPIRE && spared.contains(task))
                && run.does(f, task)) {
            hasStruck(f);
        }
    }

    /** Meanwhile no timeout of the task is made to expire. */
    <X extends Exception> void sparing(Task<?> task, Action<X> action) throws X {
        boolean isOutermost = spared.add(task);
        try {
            action.run();
        } finally {
            if (isOutermost) {
                spared.remove(task);
            }
        }
    }

    /** Whether this is how a program ends whose main task was cancelled here. */
    boolean accountsFor(Throwable thrown) {
        Fault f = struck();
        return thrown instanceof CancellationException
                && f != null
                && f.kind() == Fault.Kind.CANCEL
                && f.victim().equals(MAIN);
    }

    private void hasStruck(Fault f) {
        struck = true;
        run.noteStruck(f);
    }

    /** The fault, if it has happened. */
    @Nullable Fault struck() {
        return struck ? fault : null;
    }

    // ---- whom it could strike

    /** What the tasks were called. */
    Set<String> names() {
        return taskNames;
    }

    /** How many cancellation points the running task has come to. */
    int points() {
        Actor a = acting;
        if (a == null) {
            throw new IllegalStateException(
                    "only a task of the simulated program can ask for that");
        }
        return a.points();
    }

    /** All faults that could have befallen this run's tasks of such a name, and its places. */
    List<Fault> possible(Sweep sweep) {
        List<Fault> all = new ArrayList<>();
        for (Actor a : actors) {
            for (Fault.Kind kind : Fault.Kind.values()) {
                if (a != null && sweep.has(kind, a.name)) {
                    for (int point = 0; point < a.points(); point++) {
                        for (Fault.Window window : Fault.Window.values()) {
                            all.add(new Fault(kind, a.name, a.which, point, window));
                        }
                    }
                }
            }
        }
        passes.forEach(
                (kind, places) -> {
                    if (sweep.has(kind)) {
                        places.forEach((place, times) -> all.addAll(atEach(kind, place, times)));
                    }
                });
        return all;
    }

    private static List<Fault> atEach(Fault.Kind kind, String place, int times) {
        return IntStream.range(0, times)
                .mapToObj(n -> new Fault(kind, place, 0, n, Fault.Window.ENTRY))
                .toList();
    }

    /** As {@link #possible}, those in the midst of a wait: one for each moment. */
    List<Fault> late(Sweep sweep) {
        List<Fault> all = new ArrayList<>();
        for (Fault f : possible(sweep)) {
            int length = f.window() == Fault.Window.PENDING ? lengthOf(f) : 0;
            for (int later = 1; later < length && all.size() < MOST_MOMENTS; later++) {
                all.add(f.withLater(later));
            }
        }
        return all;
    }

    private int lengthOf(Fault f) {
        for (Actor a : actors) {
            if (a != null && a.isVictim(f)) {
                return a.length(f.point());
            }
        }
        return 0;
    }
}

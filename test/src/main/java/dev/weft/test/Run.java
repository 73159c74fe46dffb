package dev.weft.test;

import dev.weft.LoopFailure;
import dev.weft.Simulation;
import dev.weft.Task;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One execution of a program: who decides, what was decided, what happened, how it ended. */
final class Run extends Simulation {
    static final Instant STARTS_AT = Instant.parse("2030-01-01T00:00:00Z");

    /** A step longer than that is no step. */
    private static final Duration LONGEST_STEP = Duration.ofSeconds(1);

    private static final int MOST_FAILURES = 10;

    private static final int MOST_MOMENTS = 10_000;

    /** How one thread of the program is known to the run. */
    private static final class Actor {
        final String name;
        final int which;

        /** How many cancellation points it has come to. */
        int points;

        private long suspendedAt;

        /** How many steps of the program it was suspended for at each point. */
        private int[] lengths = new int[8];

        Actor(String name, int which) {
            this.name = name;
            this.which = which;
        }

        void suspends(long step) {
            suspendedAt = step;
        }

        void goesOn(long step) {
            if (points > 0) {
                if (points > lengths.length) {
                    lengths = Arrays.copyOf(lengths, points * 2);
                }
                lengths[points - 1] = (int) (step - suspendedAt);
            }
        }

        int length(int point) {
            return point < lengths.length ? lengths[point] : 0;
        }
    }

    private final Strategy strategy;
    private final long data;
    private final long mostSteps;
    private final @Nullable Fault fault;
    private final boolean traces;
    final Trace trace = new Trace();
    final Oracles oracles;
    private final Sim sim = new Sim(this);

    private int[] schedule = new int[64];
    private int choices;
    private int[] slow = new int[16];
    private int moments;
    private long steps;

    private @Nullable Actor[] actors = new Actor[16];
    private final Map<String, Integer> named = new HashMap<>();
    private final Map<String, Integer> places = new HashMap<>();
    private @Nullable Actor acting;
    private boolean struck;

    /** The victim in the wait in which it is to be struck, and in how many steps. */
    private @Nullable Task<?> waiting;

    private @Nullable Actor waitingActor;
    private int left;
    private @Nullable String real;

    /** It has done what can't be repeated; how it unwinds from there is no part of what it was. */
    private boolean escaped;

    private final List<LoopFailure> failures = new ArrayList<>();
    private boolean expectsFailures;
    private @Nullable Throwable wrong;

    Run(
            Strategy strategy,
            long data,
            long mostSteps,
            @Nullable Fault fault,
            boolean traces,
            Seen seen) {
        super(data, STARTS_AT);
        this.strategy = strategy;
        this.data = data;
        this.mostSteps = mostSteps;
        this.fault = fault;
        this.traces = traces;
        this.oracles = new Oracles(this, seen);
    }

    /** Runs it; gives what is wrong, null if nothing. In a session. */
    @Nullable Throwable execute(Program<?> program) {
        wrong = judge(program);
        return wrong;
    }

    /** What {@link #execute} gave. */
    @Nullable Throwable wrong() {
        return wrong;
    }

    private @Nullable Throwable judge(Program<?> program) {
        Throwable thrown = null;
        try {
            run(
                    () -> {
                        program.run(sim);
                        return null;
                    });
        } catch (Throwable t) {
            thrown = t;
        }
        Throwable violation = oracles.violation();
        if (violation != null) {
            return violation;
        }
        if (thrown != null) {
            return thrown;
        }
        if (!failures.isEmpty() && !expectsFailures) {
            LoopFailure first = failures.getFirst();
            return new AssertionError(first.message(), first.failure());
        }
        if (!leftovers().isEmpty()) {
            return new AssertionError("left behind by the program: " + leftovers());
        }
        return null;
    }

    // ---- deciding

    @Override
    protected int choose(List<? extends Candidate> candidates) {
        if (escaped) {
            return 0;
        }
        int index = 0;
        if (candidates.size() > 1) {
            index = strategy.choose(candidates);
            if (choices == schedule.length) {
                schedule = Arrays.copyOf(schedule, choices * 2);
            }
            schedule[choices++] = index;
        }
        Candidate next = candidates.get(index);
        if (!next.isTimer()) {
            acting = actor(next);
            acting.goesOn(steps);
            if (isDue(Fault.Window.READY)) {
                Task<?> task = next.task();
                if (task != null && stage(task) == Stage.WOKEN) {
                    strike(task);
                }
            }
        }
        trace.chosen(index, candidates.size(), next.actor(), elapsed().toNanos());
        return index;
    }

    @Override
    protected boolean isSlow(Duration by) {
        if (escaped || by.compareTo(LONGEST_STEP) > 0) {
            return false;
        }
        boolean is = strategy.isSlow();
        if (moments == slow.length) {
            slow = Arrays.copyOf(slow, moments * 2);
        }
        slow[moments++] = is ? 1 : 0;
        if (is) {
            trace.slow(by);
        }
        return is;
    }

    @Override
    protected void happened(Candidate chosen) {
        steps++;
        if (escaped) {
            return;
        }
        Task<?> task = chosen.task();
        if (traces) {
            trace.happened(
                    chosen,
                    task == null ? "" : chosen.isTimer() ? "fires" : doing(task),
                    elapsed());
        }
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
        oracles.look();
    }

    private Actor actor(Candidate candidate) {
        int n = candidate.actor();
        if (n >= actors.length) {
            actors = Arrays.copyOf(actors, Math.max(n + 1, n * 2));
        }
        Actor known = actors[n];
        if (known == null) {
            String name = candidate.name();
            int which = named.merge(name, 1, Integer::sum) - 1;
            actors[n] = known = new Actor(name, which);
        }
        return known;
    }

    // ---- faults

    @Override
    protected void atPoint(Task<?> task) {
        Actor a = acting;
        if (a != null) {
            a.points++;
            if (isDue(Fault.Window.ENTRY)) {
                strike(task);
            }
        }
    }

    /** Whether the acting task is the victim, and at its point. */
    private boolean isDue(Fault.Window window) {
        return fault != null && !struck && fault.window() == window && isAtPoint(fault, acting);
    }

    private static boolean isAtPoint(Fault f, @Nullable Actor a) {
        return a != null
                && f.kind() != Fault.Kind.FAIL
                && a.points - 1 == f.point()
                && a.which == f.which()
                && a.name.equals(f.victim());
    }

    private boolean isInWait(Task<?> task) {
        Stage stage = stage(task);
        return stage == Stage.WAITING || stage == Stage.JOINING;
    }

    private void strikeWaiting(Task<?> victim) {
        if (fault != null && isAtPoint(fault, waitingActor) && isInWait(victim)) {
            strike(victim);
        }
    }

    private void strike(Task<?> task) {
        Fault f = fault;
        if (f == null) {
            return;
        }
        struck =
                f.kind() == Fault.Kind.CANCEL
                        ? cancel(task, "cancelled by the simulation: " + f.describe())
                        : expire(task);
        if (struck && traces) {
            trace.note(f.describe());
        }
    }

    /** The program is at a place that may fail; whether it does. */
    boolean failsAt(String place) {
        int n = places.merge(place, 1, Integer::sum) - 1;
        Fault f = fault;
        if (f == null
                || f.kind() != Fault.Kind.FAIL
                || f.point() != n
                || !f.victim().equals(place)) {
            return false;
        }
        struck = true;
        if (traces) {
            trace.note(f.describe());
        }
        return true;
    }

    /** Whether the fault has happened. */
    boolean hasStruck() {
        return struck;
    }

    /** What its tasks and other threads were called. */
    Set<String> names() {
        return named.keySet();
    }

    /** How many cancellation points the running task has come to. */
    int points() {
        Actor a = acting;
        if (a == null) {
            throw new IllegalStateException(
                    "only a task of the simulated program can ask for that");
        }
        return a.points;
    }

    /** All faults that could have befallen this run's tasks of such a name, and its places. */
    List<Fault> possibleFaults(Sweep sweep) {
        List<Fault> all = new ArrayList<>();
        for (Actor a : actors) {
            for (Fault.Kind kind : Fault.Kind.values()) {
                if (a != null && sweep.has(kind, a.name)) {
                    for (int point = 0; point < a.points; point++) {
                        for (Fault.Window window : Fault.Window.values()) {
                            all.add(new Fault(kind, a.name, a.which, point, window));
                        }
                    }
                }
            }
        }
        if (sweep.has(Fault.Kind.FAIL)) {
            places.forEach(
                    (place, times) -> {
                        for (int n = 0; n < times; n++) {
                            all.add(new Fault(Fault.Kind.FAIL, place, 0, n, Fault.Window.ENTRY));
                        }
                    });
        }
        return all;
    }

    /** As {@link #possibleFaults}, those in the midst of a wait: one for each moment. */
    List<Fault> lateFaults(Sweep sweep) {
        List<Fault> all = new ArrayList<>();
        for (Fault f : possibleFaults(sweep)) {
            int length = f.window() == Fault.Window.PENDING ? lengthOf(f) : 0;
            for (int later = 1; later < length && all.size() < MOST_MOMENTS; later++) {
                all.add(f.withLater(later));
            }
        }
        return all;
    }

    private int lengthOf(Fault f) {
        for (Actor a : actors) {
            if (a != null && a.which == f.which() && a.name.equals(f.victim())) {
                return a.length(f.point());
            }
        }
        return 0;
    }

    // ---- what must not happen

    @Override
    protected @Nullable RuntimeException escaped(String what, @Nullable Thread thread) {
        if (real != null) {
            return null;
        }
        escaped = true;
        return new EscapeException(what, thread);
    }

    @Override
    protected Duration patience() {
        return real == null ? Duration.ZERO : Duration.ofSeconds(10);
    }

    void allowReal(String reason) {
        real = reason;
    }

    /** Why it can't be repeated; null if it can. */
    @Nullable String real() {
        return real;
    }

    @Override
    protected RuntimeException tooManySteps(long n) {
        return new IllegalStateException(
                "the program was not over after "
                        + n
                        + " steps, at "
                        + elapsed()
                        + " of its time: it goes round in circles, or needs a higher limit of"
                        + " steps");
    }

    @Override
    protected long mostSteps() {
        return mostSteps;
    }

    @Override
    protected void failed(LoopFailure failure) {
        if (failures.size() < MOST_FAILURES) {
            failures.add(failure);
        }
    }

    void expectFailures() {
        expectsFailures = true;
    }

    List<LoopFailure> failures() {
        return failures;
    }

    // ---- what it was

    /** All that was decided in it. */
    Decisions decisions() {
        return new Decisions(
                data,
                Decisions.trimmed(Arrays.copyOf(schedule, choices)),
                Decisions.trimmed(Arrays.copyOf(slow, moments)),
                struck ? fault : null);
    }

    int choices() {
        return choices;
    }

    long steps() {
        return steps;
    }

    @Override
    protected boolean isIdle() {
        return oracles.idle();
    }

    Duration time() {
        return elapsed();
    }

    void letPass(Duration time) {
        pass(time);
    }
}

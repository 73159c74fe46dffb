package dev.weft.test;

import dev.weft.LoopFailure;
import dev.weft.Simulation;
import dev.weft.Task;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One execution of a program: who decides, what was decided, what happened, how it ended. */
final class Run extends Simulation {
    static final Instant STARTS_AT = Instant.parse("2030-01-01T00:00:00Z");

    /** A step longer than that is no step. */
    private static final Duration LONGEST_STEP = Duration.ofSeconds(1);

    private static final int MOST_FAILURES = 10;

    /** What a task does that has. */
    private static final String FAILED = "failed: ";

    /** Of each task's stack, in the tree of a failure. */
    private static final int FRAMES = 3;

    private final Strategy strategy;
    private final long data;
    private final long mostSteps;
    private final boolean traces;
    final Trace trace = new Trace();
    final Oracles oracles;
    private final Sim sim = new Sim(this);

    private int[] schedule = new int[64];
    private int choices;
    private int[] slow = new int[16];
    private int moments;
    private long steps;

    final Trees trees = new Trees();
    private final FaultInjection faults;
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
        this.traces = traces;
        this.faults = new FaultInjection(this, fault);
        this.oracles = new Oracles(this, seen);
    }

    /** Runs it; gives what is wrong, null if nothing. In a session. */
    @Nullable Throwable execute(Program<?> program) {
        wrong = judge(program);
        return wrong;
    }

    /** Whether nobody waits for the rest, so that it says nothing of the program. */
    boolean isCutShort() {
        return wasInterrupted();
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
                        try {
                            program.run(sim);
                        } catch (Throwable t) {
                            failed(t.toString());
                            throw t;
                        }
                        return null;
                    });
        } catch (Throwable t) {
            thrown = t;
        }
        Throwable violation = oracles.violation();
        if (violation != null) {
            return violation;
        }
        if (thrown != null && !faults.accountsFor(thrown)) {
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
        faults.goesOn(next);
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
        if (task != null) {
            trace.left(stage(task));
        }
        if (traces) {
            String what = chosen.isTimer() ? "fires" : task == null ? "runs" : doing(task);
            trace.happened(chosen, what, elapsed());
            if (what.startsWith(FAILED)) {
                failed(what.substring(FAILED.length()));
            }
        }
        faults.suspended(chosen);
        oracles.look();
    }

    /** Keeps how the tasks are now, if somebody is to read it. */
    void failed(String what) {
        if (traces) {
            trees.add(what, () -> tree(FRAMES));
        }
    }

    // ---- faults

    @Override
    protected void atPoint(Task<?> task) {
        faults.atPoint(task);
    }

    @Override
    public boolean breaks(String place) {
        return faults.strikesAt(place, Fault.Kind.BREAK);
    }

    /** Whom it strikes, and whom it could. */
    FaultInjection faults() {
        return faults;
    }

    Stage stageOf(Task<?> task) {
        return stage(task);
    }

    /** Whether the fault could be done to the task. */
    boolean does(Fault fault, Task<?> task) {
        return fault.kind() == Fault.Kind.CANCEL
                ? cancel(task, "cancelled by the simulation: " + fault.describe())
                : expire(task);
    }

    void noteStruck(Fault fault) {
        if (traces) {
            trace.note(fault.describe());
        }
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

    @Override
    protected boolean ends(String wait) {
        return Oracles.WAITS.contains(wait);
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
                faults.struck());
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

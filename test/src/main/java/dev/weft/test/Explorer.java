package dev.weft.test;

import dev.weft.Simulation;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Tries many orders of one program, and finds those that fail. Immutable: each method gives another
 * one. {@link #run} does it.
 *
 * <p>The first run has the order of a loop without a simulation, the second the reverse; of the
 * others most choose at random, some by priorities (PCT). In a quarter of them steps now and then
 * take long. After the first one come, if wanted, those in which one task is cancelled, one timeout
 * expires, one place fails or one thing breaks, at each point once; then every second run has such
 * a fault too, at a moment drawn at random. The same seed gives the same runs.
 *
 * <p>A failure is run again to see that it repeats, then made as small as it gets, and thrown as a
 * {@link SimFailure}.
 */
public final class Explorer {
    static final long MOST_STEPS = 1_000_000;

    /** One run in so many is run twice, to see that it repeats. */
    private static final int CHECKED = 20;

    private int runs = 100;
    private long seed = 1;
    private long mostSteps = MOST_STEPS;
    private Sweep sweep = Sweep.NONE;
    private int sweepOrders = 1;
    private boolean exhaustive;
    private @Nullable Duration time;

    Explorer() {}

    private Explorer(Explorer other) {
        this.runs = other.runs;
        this.seed = other.seed;
        this.mostSteps = other.mostSteps;
        this.sweep = other.sweep;
        this.sweepOrders = other.sweepOrders;
        this.exhaustive = other.exhaustive;
        this.time = other.time;
    }

    /**
     * How many runs, without those of a sweep; 100 unless set.
     *
     * @throws IllegalArgumentException if less than 1
     */
    public Explorer runs(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("at least 1 run, not " + number);
        }
        Explorer other = new Explorer(this);
        other.runs = number;
        return other;
    }

    /** Where the runs' seeds come from; 1 unless set. */
    public Explorer seed(long master) {
        Explorer other = new Explorer(this);
        other.seed = master;
        return other;
    }

    /** Runs until so much real time is over, instead of a number of runs. */
    public Explorer lasting(Duration realTime) {
        Objects.requireNonNull(realTime, "the time");
        Explorer other = new Explorer(this);
        if (!realTime.isPositive()) {
            throw new IllegalArgumentException("a time above zero, not " + realTime);
        }
        other.time = realTime;
        return other;
    }

    /**
     * How many steps a run may have, after which it counts as going round in circles; a million
     * unless set.
     */
    public Explorer mostSteps(long number) {
        if (number < 1) {
            throw new IllegalArgumentException("at least 1 step, not " + number);
        }
        Explorer other = new Explorer(this);
        other.mostSteps = number;
        return other;
    }

    /**
     * Besides, cancels each task of one of these names at each of its cancellation points, one in
     * each run: as it enters the wait, while it waits, and when the wait has happened but the task
     * has not gone on. A name that ends with an asterisk is that of all tasks whose names begin so:
     * {@code "connection from *"} are a server's connections.
     */
    public Explorer cancelling(String... tasks) {
        return sweeping(Fault.Kind.CANCEL, tasks);
    }

    /** Besides, likewise, has the innermost timeout expire that is around what such a task does. */
    public Explorer expiring(String... tasks) {
        return sweeping(Fault.Kind.EXPIRE, tasks);
    }

    /** Besides, has each pass of a place of {@link Sim#mayFail} throw, one in each run. */
    public Explorer failing() {
        return sweeping(Fault.Kind.FAIL);
    }

    /**
     * Besides, breaks what goes through the simulated network, one thing in each run: data that
     * arrives, or the end of a stream, is a reset of its connection; an attempt to connect is
     * refused; a datagram is lost; a question for a name is answered with a failure. That is a run
     * for each piece of data, so leave {@code fragments()} and the like out where much is sent.
     */
    public Explorer breaking() {
        return sweeping(Fault.Kind.BREAK);
    }

    private Explorer sweeping(Fault.Kind kind, String... tasks) {
        if (!kind.isOfPlaces() && tasks.length == 0) {
            throw new IllegalArgumentException(
                    "name the tasks, as Group.start(name, body) has them");
        }
        Explorer other = new Explorer(this);
        other.sweep = sweep.and(kind, tasks);
        return other;
    }

    /** The sweeps are done for so many orders; one unless set, that of a loop. */
    public Explorer sweepOrders(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("at least 1 order, not " + number);
        }
        Explorer other = new Explorer(this);
        other.sweepOrders = number;
        return other;
    }

    /**
     * Tries all orders of the program, one after the other, at most {@link #runs} of them; whether
     * that was all, {@link Exploration#complete} says. The program's own randomness stays the same,
     * and steps take no time.
     */
    public Explorer exhaustively() {
        Explorer other = new Explorer(this);
        other.exhaustive = true;
        return other;
    }

    // ---- doing it

    /**
     * Runs the program as often as wanted. An assumption of JUnit's that does not hold ends all of
     * it with its {@code TestAbortedException}.
     *
     * @throws SimFailure if a run failed: the first one that did
     * @throws IllegalArgumentException if a sweep has met nothing: a task that it names was not
     *     there to befall, no place could fail, nothing went through the network
     */
    public Exploration run(Program<?> program) {
        Objects.requireNonNull(program, "the program");
        if (exhaustive && !sweep.isNone()) {
            throw new IllegalArgumentException(
                    "all orders and a sweep are two explorations: do one after the other");
        }
        if (exhaustive && time != null) {
            throw new IllegalArgumentException(
                    "all orders end by themselves or after so many runs, not after a time: leave"
                            + " lasting() out");
        }
        Flag.require();
        return Simulation.session(() -> new Search(program).all());
    }

    /**
     * Runs what a {@link SimFailure} said, and throws what comes of it.
     *
     * @throws SimFailure if the run fails, as it did
     * @throws IllegalArgumentException if it is no replay
     */
    public void replay(String replay, Program<?> program) {
        replay(Decisions.parse(replay), program);
    }

    /** Gives whether all that was decided could happen: not so if the program is another now. */
    boolean replay(Decisions decisions, Program<?> program) {
        Objects.requireNonNull(program, "the program");
        Flag.require();
        return Simulation.session(
                () -> {
                    Run run = new Search(program).again(decisions, true);
                    Throwable wrong = run.wrong();
                    if (wrong != null) {
                        Aborted.pass(wrong);
                        throw Report.failure(run, wrong, decisions, "replayed", null);
                    }
                    return run.decisions().equals(decisions);
                });
    }

    /** One exploration. In a session. */
    final class Search {
        private final Program<?> program;
        private final Seen seen = new Seen();
        private long executed;
        private long steps;
        private int length = 50;
        private final List<Fault> struck = new ArrayList<>();
        private final Set<String> names = new TreeSet<>();

        /** What could befall the victims in the run that was swept first. */
        private List<Fault> faults = List.of();

        /** The same, in the midst of a wait. */
        private List<Fault> lateFaults = List.of();

        Search(Program<?> program) {
            this.program = program;
        }

        Exploration all() {
            boolean complete = false;
            if (exhaustive) {
                complete = orders();
            } else {
                long until = time == null ? Long.MAX_VALUE : System.nanoTime() + time.toNanos();
                for (int i = 0; time == null ? i < runs : System.nanoTime() - until < 0; i++) {
                    one(i);
                    if (i < sweepOrders && !sweep.isNone()) {
                        sweep(i);
                    }
                }
                if (executed > 0) {
                    sweep.requireAll(struck, names);
                }
            }
            List<String> never = seen.never();
            if (!never.isEmpty()) {
                throw new AssertionError(
                        never + " never held in " + executed + " runs, though it should sometimes");
            }
            return new Exploration(executed, steps, complete);
        }

        void one(int i) {
            Run run = execute(strategy(i), data(i), anyFault(i), false);
            length = run.choices();
            if (run.wrong() == null && i % CHECKED == CHECKED / 2) {
                requireSame(run, "run " + i + " of seed " + seed);
            }
            Throwable wrong = run.wrong();
            if (wrong != null) {
                throw failure(run, wrong, "run " + i + " of seed " + seed);
            }
        }

        /** Does again what went well. */
        private void requireSame(Run run, String which) {
            Decisions decisions = run.decisions();
            if (run.real() == null && !isSame(run, again(decisions, false))) {
                throw notTheSame(run, decisions, which);
            }
        }

        private boolean isSame(Run run, Run twin) {
            return run.trace.hash() == twin.trace.hash()
                    && Report.kind(run.wrong()).equals(Report.kind(twin.wrong()));
        }

        private SimFailure notTheSame(Run run, Decisions decisions, String which) {
            Run twin = again(decisions, true);
            Run third = again(decisions, true);
            return Report.notTheSame(run.wrong(), twin, third, decisions, which);
        }

        private void sweep(int i) {
            for (Fault fault : faultsOf(i)) {
                Run run = execute(strategy(i), data(i), fault, false);
                if (run.faults().struck() != null) {
                    struck.add(fault);
                }
                Throwable wrong = run.wrong();
                if (wrong != null) {
                    throw failure(run, wrong, "the sweep of run " + i + " of seed " + seed);
                }
            }
        }

        /** What could befall the victims in this run. */
        List<Fault> faultsOf(int i) {
            Run calm = execute(strategy(i), data(i), null, false);
            names.addAll(calm.faults().names());
            List<Fault> possible = calm.faults().possible(sweep);
            if (i == 0) {
                faults = possible;
                lateFaults = calm.faults().late(sweep);
            }
            return possible;
        }

        /** For every second run at random one of the faults that are swept, at a random moment. */
        private @Nullable Fault anyFault(int i) {
            if (i < 2 || i % 2 == 1 || faults.isEmpty()) {
                return null;
            }
            SplittableRandom drawn = new SplittableRandom(spread(i) + 1);
            List<Fault> some = lateFaults.isEmpty() || drawn.nextBoolean() ? faults : lateFaults;
            return some.get(drawn.nextInt(some.size()));
        }

        private boolean orders() {
            Strategy.Exhaustive all = new Strategy.Exhaustive();
            for (int i = 0; i < runs; i++) {
                Run run = execute(all, data(0), null, false);
                if (run.wrong() == null && i % CHECKED == 0) {
                    long orders = executed;
                    requireSame(run, "order " + i);
                    executed = orders;
                }
                Throwable wrong = run.wrong();
                if (wrong != null) {
                    throw failure(run, wrong, "order " + i);
                }
                if (!all.next()) {
                    return run.real() == null;
                }
            }
            return false;
        }

        private long data(int i) {
            return i == 0 ? seed : new SplittableRandom(spread(i)).nextLong() >>> 20;
        }

        /** Far from that of every other run, of other seeds, too. */
        private long spread(int i) {
            return seed * 0x9e3779b97f4a7c15L + i * 0xd1342543de82ef95L;
        }

        private Strategy strategy(int i) {
            if (i == 0) {
                return new Strategy.Fifo();
            }
            if (i == 1) {
                return new Strategy.Lifo();
            }
            SplittableRandom drawn = new SplittableRandom(~spread(i));
            int kind = drawn.nextInt(100);
            long own = drawn.nextLong();
            return kind < 15
                    ? new Strategy.Pct(own, 1 + drawn.nextInt(4), length)
                    : new Strategy.RandomWalk(own, kind < 40 ? 0.02 : 0);
        }

        private Run execute(Strategy strategy, long data, @Nullable Fault fault, boolean traces) {
            executed++;
            Run run = new Run(strategy, data, mostSteps, fault, traces, seen);
            Throwable wrong = run.execute(program);
            steps += run.steps();
            if (run.isCutShort() && wrong != null) {
                throw Throwing.sneaky(wrong);
            }
            return run;
        }

        /** Runs what was decided. */
        Run again(Decisions decisions, boolean traces) {
            return execute(
                    new Strategy.Replayed(decisions), decisions.data(), decisions.fault(), traces);
        }

        private Error failure(Run run, Throwable wrong, String which) {
            Aborted.pass(wrong);
            long executions = executed;
            Decisions found = run.decisions();
            if (run.real() != null) {
                return Report.notRepeatable(run, wrong, which);
            }
            if (!isSame(run, again(found, false))) {
                return wrong instanceof EscapeException escape
                        ? Report.escaped(escape, found, which)
                        : notTheSame(run, found, which);
            }
            Shrinker shrinker = new Shrinker(this, wrong);
            Decisions smallest = shrinker.shrink(found);
            SimFailure.Hunt hunt =
                    new SimFailure.Hunt(executions, found, smallest, shrinker.runs());
            Run last = again(smallest, true);
            Throwable end = last.wrong();
            return Report.failure(last, end == null ? wrong : end, smallest, which, hunt);
        }
    }
}

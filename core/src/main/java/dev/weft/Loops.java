package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Several loops that run one program side by side, as a rule one per core (what servers on asyncio
 * do with processes). They share nothing: a task stays on the loop where it was started, and the
 * primitives of {@code dev.weft.sync} refuse the tasks of another loop. What crosses are the types
 * marked <em>any thread</em>: {@link Promise}, {@code SharedChannel}, and work handed to a {@link
 * Loop}.
 *
 * <pre>{@code
 * Loops.run(loops -> serve(loops.index()));
 * }</pre>
 *
 * <p><em>Any thread</em>.
 */
public final class Loops implements AutoCloseable {
    private final List<Runner> runners;
    private final List<Loop> loops;
    private final AtomicInteger turn = new AtomicInteger();

    /** Whether their end is for the user to say. */
    private final boolean byHand;

    private Loops(List<Runner> runners, boolean byHand) {
        this.runners = runners;
        this.byHand = byHand;
        List<Loop> started = new ArrayList<>(runners.size());
        try {
            for (Runner runner : runners) {
                started.add(runner.loop());
            }
        } catch (Throwable notStarted) {
            close();
            throw notStarted;
        }
        this.loops = Collections.unmodifiableList(started);
    }

    // ---- a program on all of them

    /** As {@link #run(int, LoopsAction)}, with one loop per core. */
    public static <X extends Exception> void run(LoopsAction<X> body) throws X {
        run(Runtime.getRuntime().availableProcessors(), body);
    }

    /**
     * Runs {@code body} on each of {@code n} new loops and blocks until all have ended; a loop
     * whose body has ended takes work from the others until then. Background tasks are cancelled
     * and joined at the end, as by {@link Weft#run}.
     *
     * <p>The first failure cancels all loops, and so does interrupting the calling thread, and, on
     * the process's main thread, SIGINT or SIGTERM.
     *
     * @throws X the first failure, the very object, with those of other loops suppressed in it
     * @throws CancellationException if a body was cancelled; after a signal it names the signal
     * @throws IllegalStateException inside a task
     * @throws IllegalArgumentException if {@code n} is less than 1
     */
    public static <X extends Exception> void run(int n, LoopsAction<X> body) throws X {
        run(n, Runner.builder(), body);
    }

    /**
     * As {@link #run(int, LoopsAction)}, on loops as {@code options} describes them. A name becomes
     * {@code name-0}, {@code name-1} and so on.
     */
    public static <X extends Exception> void run(int n, Runner.Builder options, LoopsAction<X> body)
            throws X {
        Objects.requireNonNull(body, "the body");
        Loops.<@Nullable Void, X>call(
                n,
                options,
                all -> {
                    body.run(all);
                    return null;
                });
    }

    /** As {@link #run(int, LoopsAction)}, and gives the values in the order of the loops. */
    public static <T extends @Nullable Object, X extends Exception> List<T> call(
            int n, LoopsBody<T, X> body) throws X {
        return call(n, Runner.builder(), body);
    }

    /** As {@link #call(int, LoopsBody)}, on loops as {@code options} describes them. */
    public static <T extends @Nullable Object, X extends Exception> List<T> call(
            int n, Runner.Builder options, LoopsBody<T, X> body) throws X {
        Objects.requireNonNull(options, "the options");
        Objects.requireNonNull(body, "the body");
        Programs.requireNoTask("Loops.run");
        try (Loops all = open(n, options, false)) {
            return new LoopsRun<T>(all, options.options(null).signals()).run(body);
        }
    }

    // ---- to be used by hand

    /**
     * Starts {@code n} loops that wait for work.
     *
     * @throws IllegalArgumentException if {@code n} is less than 1
     */
    public static Loops open(int n) {
        return open(n, Runner.builder());
    }

    /** As {@link #open(int)}, as {@code options} describes the loops. */
    public static Loops open(int n, Runner.Builder options) {
        Objects.requireNonNull(options, "the options");
        return open(n, options, true);
    }

    private static Loops open(int n, Runner.Builder options, boolean byHand) {
        if (n < 1) {
            throw new IllegalArgumentException(
                    "the number of loops is " + n + "; it must be at least 1");
        }
        List<Runner> runners = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            runners.add(options.build(i));
        }
        return new Loops(runners, byHand);
    }

    /** How many there are. */
    public int size() {
        return loops.size();
    }

    /**
     * One of them.
     *
     * @throws IndexOutOfBoundsException unless 0 &lt;= {@code i} &lt; {@link #size}
     */
    public Loop get(int i) {
        return loops.get(i);
    }

    /** Each in turn, whoever asks: for spreading work. */
    public Loop next() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    /**
     * The number of the loop that runs the caller.
     *
     * @throws IllegalStateException if that is none of these
     */
    public int index() {
        Loop here = Loop.currentOrNull();
        int i = here == null ? -1 : loops.indexOf(here);
        if (i < 0) {
            throw new IllegalStateException(
                    "index() is for tasks of these loops; thread '"
                            + Thread.currentThread().getName()
                            + "' is no task of any of them; "
                            + OffloadCall.wayToLoop(null, "hand over with Loop.execute of one"));
        }
        return i;
    }

    /**
     * Cancels what is left on all of them, waits for it and ends them. The second time it does
     * nothing.
     *
     * @throws IllegalStateException inside a task of one of them, or a call that one has offloaded
     */
    @Override
    public void close() {
        List<LoopTask<?>> roots = new ArrayList<>();
        for (Runner runner : runners) {
            LoopTask<?> root = runner.beginToClose(byHand ? "Loops.close" : null);
            if (root != null) {
                roots.add(root);
            }
        }
        Throwable first = null;
        for (LoopTask<?> root : roots) {
            try {
                root.loop.join(root);
            } catch (Throwable died) {
                if (first == null) {
                    first = died;
                } else {
                    first.addSuppressed(died);
                }
            }
        }
        if (first != null) {
            throw Throwing.sneaky(first);
        }
    }

    @Override
    public String toString() {
        return loops.toString();
    }
}

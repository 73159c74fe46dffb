package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * The calls of every day: run a program, start and join tasks, set deadlines, wait.
 *
 * <p>All but {@link #run} are <em>loop-confined</em>: called in a task of a loop, and {@code
 * IllegalStateException} anywhere else. Every call that may wait is a cancellation point: it throws
 * {@link CancelledError} before it has any effect, or has its effect and leaves the request for the
 * next wait. A body's own exceptions pass through as they are; {@code X} is what it declares.
 */
public final class Weft {
    private Weft() {}

    // ---- run

    /**
     * Runs a program on a new loop: {@code main} as its root task, on a thread of the loop's own.
     * Blocks until the whole tree has ended; then background tasks that are left have been
     * cancelled and joined (asyncio's {@code run}).
     *
     * <p>On the process's main thread SIGINT and SIGTERM cancel the tree; a second one ends the
     * process at once. The loop hears of the first between two steps, so one that computes or
     * blocks the loop is not cut short, and the request arrives at a wait after it.
     *
     * @return what {@code main} returned
     * @throws X what {@code main} threw, the very object; if that was after a signal and leaves the
     *     main thread, the process prints it and ends with the signal's status
     * @throws CancellationException if the root task was cancelled; after a signal it names the
     *     signal, and if it leaves the main thread the process ends with status 130 (SIGINT) or 143
     *     (SIGTERM)
     * @throws IllegalStateException inside a task, or without the JVM flag that Weft needs
     */
    public static <T extends @Nullable Object, X extends Exception> T run(Body<T, X> main)
            throws X {
        return Programs.run(main);
    }

    /** As {@link #run(Body)}, without a value. */
    public static <X extends Exception> void run(Action<X> main) throws X {
        Programs.run(ActionBody.of(main));
    }

    // ---- structure

    /**
     * Runs {@code body} with a group in which it may start children, and returns when all of them
     * have ended (Trio's nursery, asyncio's {@code TaskGroup}).
     *
     * <p>A request to cancel that arrives while the children are being joined goes to them, and is
     * thrown when they have ended.
     *
     * @throws X what the body threw; a child's checked exception that nobody awaited leaves
     *     undeclared
     */
    public static <X extends Exception> void group(GroupAction<X> body) throws X {
        Combinators.withGroup("group", TaskGroup.Policy.FAIL_TOGETHER, body);
    }

    /**
     * As {@link #group}, with a value.
     *
     * @throws CancellationException if the group was cancelled by {@link Group#cancel}, and so has
     *     no value
     */
    public static <T extends @Nullable Object, X extends Exception> T groupCall(
            GroupBody<T, X> body) throws X {
        return Combinators.inGroup(TaskGroup.UNNAMED, TaskGroup.Policy.FAIL_TOGETHER, body);
    }

    /**
     * As {@link #group}, but its children are on their own: the failure of one touches neither the
     * others nor the body (Kotlin's {@code supervisorScope}). It reaches whoever awaits the child;
     * if nobody has begun to within a second, it is reported. A failure of the body cancels and
     * joins the children.
     *
     * @throws X what the body threw
     */
    public static <X extends Exception> void supervisor(GroupAction<X> body) throws X {
        Combinators.withGroup(TaskGroup.UNNAMED_SUPERVISOR, TaskGroup.Policy.ISOLATE, body);
    }

    /**
     * As {@link #supervisor}, with a value.
     *
     * @throws CancellationException if it was cancelled by {@link Group#cancel}, and so has no
     *     value
     */
    public static <T extends @Nullable Object, X extends Exception> T supervisorCall(
            GroupBody<T, X> body) throws X {
        return Combinators.inGroup(TaskGroup.UNNAMED_SUPERVISOR, TaskGroup.Policy.ISOLATE, body);
    }

    /**
     * Starts a task that belongs to the program as a whole (asyncio's {@code create_task}, never
     * lost). It is cancelled and joined when the root body ends. Its failure cancels nothing; it is
     * logged a second later unless somebody has begun to await it. Deadlines, shields and
     * cancellation of the caller do not reach it.
     */
    public static <T extends @Nullable Object> Task<T> background(Body<T, ?> body) {
        return Loop.current().rootGroup().start(null, LoopTask.ORDINARY, body);
    }

    /** As {@link #background(Body)}, without a value. */
    public static Task<@Nullable Void> background(Action<?> body) {
        return background(ActionBody.of(body));
    }

    /** As {@link #background(Body)}, with a name for messages and dumps. */
    public static <T extends @Nullable Object> Task<T> background(String name, Body<T, ?> body) {
        Objects.requireNonNull(name, "the name");
        return Loop.current().rootGroup().start(name, LoopTask.ORDINARY, body);
    }

    /** As {@link #background(String, Body)}, without a value. */
    public static Task<@Nullable Void> background(String name, Action<?> body) {
        return background(name, ActionBody.of(body));
    }

    // ---- combinators: they take bodies, and cancel only what they started

    /**
     * Runs all bodies at once and gives their values in order. The first failure cancels the
     * others, which are joined before it is thrown (asyncio's {@code gather} leaves them running).
     * A body that ends cancelled fails it with {@link CancellationException}.
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T extends @Nullable Object, X extends Exception> List<T> gather(
            Body<? extends T, ? extends X>... bodies) throws X {
        return Combinators.gather(bodies);
    }

    /** As {@link #gather(Body[])}, without values. */
    @SafeVarargs
    public static <X extends Exception> void gather(Action<? extends X>... bodies) throws X {
        Objects.requireNonNull(bodies, "the bodies");
        @SuppressWarnings({"unchecked", "rawtypes"})
        Body<? extends @Nullable Void, ? extends X>[] all = new Body[bodies.length];
        Arrays.setAll(all, i -> ActionBody.of(bodies[i]));
        Combinators.<@Nullable Void, X>gather(all);
    }

    /** Runs both bodies at once and combines their values. */
    public static <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    R extends @Nullable Object,
                    X extends Exception>
            R gather(
                    Body<A, ? extends X> a,
                    Body<B, ? extends X> b,
                    BiFunction<? super A, ? super B, ? extends R> with)
                    throws X {
        return Combinators.gather(a, b, with);
    }

    /**
     * Applies {@code each} to every input, at most {@code limit} at a time, and gives the values in
     * the order of the inputs. Inputs not begun when something fails never run.
     *
     * @throws IllegalArgumentException if {@code limit} is less than 1
     */
    public static <A extends @Nullable Object, T extends @Nullable Object, X extends Exception>
            List<T> gather(
                    Collection<? extends A> inputs,
                    int limit,
                    Each<? super A, ? extends T, ? extends X> each)
                    throws X {
        return Combinators.gather(inputs, limit, each);
    }

    /**
     * Applies {@code each} to every input, at most {@code limit} at a time. Takes the inputs one by
     * one, as there is room, and keeps nothing: fit for a million of them, or for an endless
     * source. The iterator runs in the calling task and may wait.
     *
     * @throws IllegalArgumentException if {@code limit} is less than 1
     */
    public static <A extends @Nullable Object, X extends Exception> void forEach(
            Iterable<? extends A> inputs, int limit, EachAction<? super A, ? extends X> each)
            throws X {
        Combinators.forEach(inputs, limit, each);
    }

    /**
     * Runs all bodies at once and says of each how it ended; no failure touches the others
     * (asyncio's {@code gather(return_exceptions=True)}). Throws only the caller's own
     * cancellation, when all have ended.
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(
            Body<? extends T, ?>... bodies) {
        Combinators.requireAll(bodies);
        return Combinators.gatherOutcomes(
                Arrays.asList(bodies), Math.max(1, bodies.length), Body::run);
    }

    /** As {@link #gatherOutcomes(Body[])}, over inputs, at most {@code limit} at a time. */
    public static <A extends @Nullable Object, T extends @Nullable Object>
            List<Outcome<T>> gatherOutcomes(
                    Collection<? extends A> inputs,
                    int limit,
                    Each<? super A, ? extends T, ?> each) {
        return Combinators.gatherOutcomes(inputs, limit, each);
    }

    /**
     * Applies {@code each} to every input and hands the results to {@code body} in the order in
     * which they come (asyncio's {@code as_completed}), failures among them. Inputs are taken one
     * by one, in a task of their own; at most {@code limit} are running or waiting to be taken, so
     * a body that is slow to take holds up the rest, and an endless source will do.
     *
     * <p>When the body ends, or closes the results, what has not ended is cancelled, and joined
     * before this returns. Of results that nobody took then, values that are {@code AutoCloseable}
     * are closed, and failures are suppressed in what the body threw, or reported. A failure of the
     * source cancels the whole and is thrown.
     *
     * @throws IllegalArgumentException if {@code limit} is less than 1
     * @throws X what the body threw
     */
    public static <A extends @Nullable Object, T extends @Nullable Object, X extends Exception>
            void asCompleted(
                    Iterable<? extends A> inputs,
                    int limit,
                    Each<? super A, ? extends T, ?> each,
                    EachAction<? super Completions<A, T>, ? extends X> body)
                    throws X {
        Objects.requireNonNull(body, "the body");
        Completions.<A, T, @Nullable Void, X>call(
                inputs,
                limit,
                each,
                results -> {
                    body.accept(results);
                    return null;
                });
    }

    /** As {@link #asCompleted}, with a value, such as the first result that will do. */
    public static <
                    A extends @Nullable Object,
                    T extends @Nullable Object,
                    R extends @Nullable Object,
                    X extends Exception>
            R asCompletedCall(
                    Iterable<? extends A> inputs,
                    int limit,
                    Each<? super A, ? extends T, ?> each,
                    Each<? super Completions<A, T>, ? extends R, ? extends X> body)
                    throws X {
        return Completions.call(inputs, limit, each, body);
    }

    /**
     * Runs all bodies at once and gives the first value; the others are cancelled, and joined
     * before this returns (Ox's {@code raceSuccess}). A failure counts only if no body gives a
     * value: then the first failure is thrown, with the others suppressed in it.
     *
     * <p>A body that gives a value too late, in the same turn as the winner or in spite of its
     * cancellation, hands it to nobody: if it is {@code AutoCloseable} (a connection, a permit) and
     * not the winner's own, it is closed. So let a body give what it has opened, not what it has
     * borrowed. What a loser throws after the race is won goes to the log.
     *
     * <p>Cancelling it cancels all bodies. If one gives its value all the same, that is the result,
     * and the request shows at the next wait.
     *
     * @throws IllegalArgumentException without a body
     * @throws CancellationException if the first that failed ended cancelled
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T extends @Nullable Object, X extends Exception> T race(
            Body<? extends T, ? extends X>... bodies) throws X {
        return Race.run("race", bodies, null);
    }

    /** As {@link #race(Body[])}, over inputs. */
    public static <A extends @Nullable Object, T extends @Nullable Object, X extends Exception>
            T race(Collection<? extends A> inputs, Each<? super A, ? extends T, ? extends X> each)
                    throws X {
        return Race.run("race", Combinators.bodies(inputs, each), null);
    }

    /**
     * As {@link #race(Body[])}, but one after the other: the next body begins when the latest has
     * failed or has run for {@code delay} (asyncio's {@code staggered_race}, the Happy Eyeballs of
     * RFC 8305). With a delay that never passes it is a chain of fallbacks.
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T extends @Nullable Object, X extends Exception> T staggeredRace(
            Duration delay, Body<? extends T, ? extends X>... bodies) throws X {
        return Race.run("staggeredRace", bodies, Objects.requireNonNull(delay, "the delay"));
    }

    /** As {@link #staggeredRace(Duration, Body[])}, over inputs. */
    public static <A extends @Nullable Object, T extends @Nullable Object, X extends Exception>
            T staggeredRace(
                    Duration delay,
                    Collection<? extends A> inputs,
                    Each<? super A, ? extends T, ? extends X> each)
                    throws X {
        return Race.run(
                "staggeredRace",
                Combinators.bodies(inputs, each),
                Objects.requireNonNull(delay, "the delay"));
    }

    /**
     * Runs {@code body} again when it fails, as the policy has it, and gives its first value.
     *
     * <p>A cancellation, also one that another exception wraps, and an {@code Error} are never
     * retried. Nor is a failure after which the next attempt could begin only when the policy's
     * time is up, or a deadline around it ({@link #timeLeft}): rather than sleep into a timeout it
     * throws what the last attempt threw.
     *
     * @throws X what the last attempt threw, with the failures of the earlier ones suppressed in
     *     it, at most 32
     */
    public static <T extends @Nullable Object, X extends Exception> T retry(
            Retry policy, Body<T, X> body) throws X {
        return Retrying.run(policy, body, value -> true);
    }

    /** As {@link #retry(Retry, Body)}, without a value. */
    public static <X extends Exception> void retry(Retry policy, Action<X> body) throws X {
        retry(policy, ActionBody.of(body));
    }

    /**
     * As {@link #retry(Retry, Body)}, and tries again, too, when the value will not do. If that
     * goes on until the policy ends it, the last value is given; earlier ones that are {@code
     * AutoCloseable} are closed.
     */
    public static <T extends @Nullable Object, X extends Exception> T retry(
            Retry policy, Body<T, X> body, Predicate<? super T> accept) throws X {
        return Retrying.run(policy, body, accept);
    }

    // ---- scopes in place

    /**
     * Runs {@code body} in the calling task and cancels it after {@code limit}. A body that gives a
     * value all the same, gives it. {@code limit} zero or less is noticed at the first wait that
     * suspends.
     *
     * @throws TimeoutException if the body unwound because of the limit; its cause shows the line
     *     that waited
     * @throws CancellationException if the body unwound because of {@link Scope#cancel}
     * @throws X what the body threw; if the limit had passed, with the {@code TimeoutException}
     *     suppressed
     */
    public static <T extends @Nullable Object, X extends Exception> T timeout(
            Duration limit, Body<T, X> body) throws X, TimeoutException {
        return Timeouts.timeout(limit, body);
    }

    /** As {@link #timeout(Duration, Body)}, without a value. */
    public static <X extends Exception> void timeout(Duration limit, Action<X> body)
            throws X, TimeoutException {
        Timeouts.timeout(limit, ActionBody.of(body));
    }

    /**
     * As {@link #timeout(Duration, Body)}, with the instant of {@link Loop#clock} at which the body
     * is cancelled (asyncio's {@code timeout_at}). It is looked up on entry: what happens to the
     * wall clock afterwards changes nothing. {@link Instant#MAX} is no limit.
     */
    public static <T extends @Nullable Object, X extends Exception> T timeoutAt(
            Instant deadline, Body<T, X> body) throws X, TimeoutException {
        return Timeouts.timeout(Durations.until(Loop.current(), deadline), body);
    }

    /** As {@link #timeoutAt(Instant, Body)}, without a value. */
    public static <X extends Exception> void timeoutAt(Instant deadline, Action<X> body)
            throws X, TimeoutException {
        timeoutAt(deadline, ActionBody.of(body));
    }

    /**
     * As {@link #timeout(Duration, Body)}, but empty when the limit passes (Trio's {@code
     * move_on_after}).
     */
    public static <T, X extends Exception> Optional<T> moveOnAfter(Duration limit, Body<T, X> body)
            throws X {
        return Timeouts.moveOnAfter(limit, body);
    }

    /**
     * As {@link #moveOnAfter(Duration, Body)}, without a value: whether the body came to its end.
     */
    public static <X extends Exception> boolean moveOnAfter(Duration limit, Action<X> body)
            throws X {
        return Timeouts.moveOnAfter(limit, body);
    }

    /** As {@link #moveOnAfter(Duration, Body)}, with an instant as {@link #timeoutAt} takes it. */
    public static <T, X extends Exception> Optional<T> moveOnAt(Instant deadline, Body<T, X> body)
            throws X {
        return Timeouts.moveOnAfter(Durations.until(Loop.current(), deadline), body);
    }

    /**
     * As {@link #moveOnAfter(Duration, Action)}, with an instant as {@link #timeoutAt} takes it.
     */
    public static <X extends Exception> boolean moveOnAt(Instant deadline, Action<X> body)
            throws X {
        return Timeouts.moveOnAfter(Durations.until(Loop.current(), deadline), body);
    }

    /**
     * How long the caller's next wait may last before a cancellation ends it, as far as is known:
     * until the nearest deadline around it, whoever set it (Trio's {@code
     * current_effective_deadline}). For a library that passes its budget on, to a server or a
     * database. Zero if a request is due now; empty if there is no deadline.
     *
     * <p>In clean-up the scopes that have cancelled this task count no more: then it is at most the
     * end of the grace. In a {@link #shield} the scopes outside it do not count, but if one of them
     * has asked to cancel it is at most the end of the shield.
     */
    public static Optional<Duration> timeLeft() {
        long nanos = LoopTask.current().nanosLeft();
        return nanos >= Durations.LONGEST_NANOS
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(nanos));
    }

    /**
     * Runs {@code body} out of reach of cancellation from outside, for {@code limit} at most; for
     * clean-up. Then what is pending is thrown at the next wait. Its own timeouts and groups work
     * as ever. It is no timeout: without a request nothing happens at the limit.
     */
    public static <T extends @Nullable Object, X extends Exception> T shield(
            Duration limit, Body<T, X> body) throws X {
        Objects.requireNonNull(body, "the body");
        return ShieldScope.open(limit).around(body);
    }

    /** As {@link #shield(Duration, Body)}, without a value. */
    public static <X extends Exception> void shield(Duration limit, Action<X> body) throws X {
        shield(limit, ActionBody.of(body));
    }

    /**
     * Runs {@code body} under Trio's rule: every cancellation that reaches it, from inside this
     * call or from outside, is due at <em>every</em> wait in it and in the tasks below it, not
     * once. Then nothing in it waits while it cleans up, unless in a {@link #shield}, in which the
     * rule does not hold.
     *
     * <p>A wait of the JDK's that follows a delivery is interrupted once more, further ones as ever
     * after the grace.
     */
    public static <T extends @Nullable Object, X extends Exception> T strict(Body<T, X> body)
            throws X {
        Objects.requireNonNull(body, "the body");
        return StrictScope.open().around(body);
    }

    /** As {@link #strict(Body)}, without a value. */
    public static <X extends Exception> void strict(Action<X> body) throws X {
        strict(ActionBody.of(body));
    }

    // ---- waiting

    /**
     * Waits so long; zero or less lets the others have one turn. A cancelled sleep leaves nothing
     * behind.
     */
    public static void sleep(Duration time) {
        Sleep.sleep(time);
    }

    /** A cancellation point, and one turn for every other task that is ready. */
    public static void checkpoint() {
        LoopTask<?> task = LoopTask.current();
        task.checkCancelled();
        task.yieldTurn();
    }

    /**
     * A cancellation point that does not give way. It sees what has been requested on the loop so
     * far; deadlines, signals and other threads are heard in the loop's turns only, so a long
     * computation calls {@link #checkpoint} now and then.
     */
    public static void checkCancelled() {
        LoopTask.current().checkCancelled();
    }

    /**
     * Waits for a stage that something else completes, on whatever thread, and gives its value.
     * Cancelling the wait leaves the stage as it is.
     *
     * <p>Throws what the stage failed with, the very object, without the JDK's {@code
     * CompletionException} around it; {@link CancellationException} if the stage was cancelled.
     */
    public static <T extends @Nullable Object> T await(CompletionStage<? extends T> stage) {
        return Stages.await(Objects.requireNonNull(stage, "the stage"));
    }

    /**
     * Waits until one of the clauses can happen, and has exactly that one happen (Go's and Kotlin's
     * {@code select}):
     *
     * <pre>{@code
     * Weft.select(
     *         orders.receiving().then(order -> handle(order)),
     *         results.sending(next).thenRun(() -> sent++),
     *         Clause.after(Duration.ofSeconds(1)).thenRun(() -> flush()));
     * }</pre>
     *
     * <p>If several can happen at once each is as likely, by {@link Loop#random}; if none can, it
     * waits, in first-come order with everybody else, for the first that does. What to do then runs
     * in the calling task when the choice is over: it may wait and throw. What the source throws,
     * such as a channel that is closed, comes out of the select.
     *
     * <p>Cancelled before the choice, nothing has happened in any clause; after it, the request
     * shows at the next wait.
     *
     * @return what the clause gave, null for {@code then} and {@code thenRun}
     * @throws IllegalArgumentException if there is no clause that could ever happen
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    public static <R extends @Nullable Object, X extends Exception> R select(
            Clause<? extends R, ? extends X>... clauses) throws X {
        return Select.select(Select.listOf(clauses), false);
    }

    /** As {@link #select}, over any number of clauses. */
    public static <R extends @Nullable Object, X extends Exception> R select(
            Collection<? extends Clause<? extends R, ? extends X>> clauses) throws X {
        return Select.select(Select.listOf(clauses), false);
    }

    /**
     * As {@link #select}, but of several clauses that can happen at once the first one does
     * (Tokio's {@code biased}): for a clause that must not be kept waiting by a busy one, such as a
     * stop signal.
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    public static <R extends @Nullable Object, X extends Exception> R selectInOrder(
            Clause<? extends R, ? extends X>... clauses) throws X {
        return Select.select(Select.listOf(clauses), true);
    }

    /** As {@link #selectInOrder}, over any number of clauses. */
    public static <R extends @Nullable Object, X extends Exception> R selectInOrder(
            Collection<? extends Clause<? extends R, ? extends X>> clauses) throws X {
        return Select.select(Select.listOf(clauses), true);
    }

    /**
     * Waits for several tasks at once and says which have ended (asyncio's {@code wait}). It throws
     * nothing of theirs, cancels none of them, and knows no time: put {@link #moveOnAfter} around
     * it, and look at the tasks afterwards.
     *
     * <p>Cancelling the wait leaves the tasks running. Waiting often for the same task costs it
     * nothing.
     *
     * @throws IllegalArgumentException without a task
     * @throws IllegalStateException if the caller is among them, or a task of another loop
     */
    public static <T extends @Nullable Object> Waited<T> await(
            Collection<? extends Task<? extends T>> tasks, Until until) {
        return AwaitTasks.await(tasks, until);
    }

    /**
     * As {@link #await(CompletionStage)}; here to choose between the two faces of a {@code
     * CompletableFuture}.
     */
    public static <T extends @Nullable Object> T await(CompletableFuture<? extends T> future) {
        return Stages.await(Objects.requireNonNull(future, "the future"));
    }

    /**
     * Waits for a future that something else completes, with its {@code get()}, and gives its
     * value: the task parks as in any wait of the JDK's, and no thread is blocked. Cancelling the
     * wait leaves the future as it is. Throws what the future failed with, the very object; {@link
     * CancellationException} if it was cancelled.
     *
     * <p>A future whose {@code get()} does not park but computes, or waits in native code, goes
     * into {@link #offload}.
     */
    public static <T extends @Nullable Object> T await(Future<? extends T> future) {
        Objects.requireNonNull(future, "the future");
        return LoopTask.current().awaitFuture(future);
    }

    /**
     * Runs a blocking call on another thread and waits for it: files, DNS, JDBC drivers, native
     * code (asyncio's {@code to_thread}). At most 64 at once for one loop ({@code
     * -Dweft.offload.threads}); further calls wait their turn, first come, first served. The call
     * sees the caller's {@link TaskLocal} bindings, and those of {@link ScopedValue} unless in
     * portable mode; {@link Offload} says what else it may do.
     *
     * <p>Cancelling it interrupts the thread and waits until the call has ended; if the call gives
     * a result all the same, that is the result and the request shows at the next wait. A call that
     * does not end is reported after the grace with its stack. One that has not begun never runs.
     */
    public static <T extends @Nullable Object, X extends Exception> T offload(Body<T, X> body)
            throws X {
        return offload(OffloadOptions.defaults(), body);
    }

    /** As {@link #offload(Body)}, without a value. */
    public static <X extends Exception> void offload(Action<X> body) throws X {
        offload(ActionBody.of(body));
    }

    /**
     * As {@link #offload(Body)}, with a limit of its own, on another executor, or left to itself
     * when it is cancelled.
     */
    public static <T extends @Nullable Object, X extends Exception> T offload(
            OffloadOptions options, Body<T, X> body) throws X {
        Objects.requireNonNull(options, "the options");
        Objects.requireNonNull(body, "the body");
        return Loop.current().workers().offload(options, body);
    }

    /** As {@link #offload(OffloadOptions, Body)}, without a value. */
    public static <X extends Exception> void offload(OffloadOptions options, Action<X> body)
            throws X {
        offload(options, ActionBody.of(body));
    }

    /**
     * As {@link #offload(Body)}, on the threads of an executor (asyncio's {@code run_in_executor}),
     * which bounds the calls itself. What it throws when it refuses the call is thrown here.
     */
    public static <T extends @Nullable Object, X extends Exception> T offload(
            Executor executor, Body<T, X> body) throws X {
        Objects.requireNonNull(executor, "the executor");
        return offload(OffloadOptions.on(executor), body);
    }

    /** As {@link #offload(Executor, Body)}, without a value. */
    public static <X extends Exception> void offload(Executor executor, Action<X> body) throws X {
        offload(executor, ActionBody.of(body));
    }

    /**
     * Runs a long computation on another thread and waits for it, on a pool of its own, so that
     * blocking calls never hold it up, nor it them. As many compute at once as there are CPUs; one
     * that waits in {@link Offload#onLoop} does not, and computations that are made there run in
     * its place. Otherwise as {@link #offload(Body)}.
     *
     * <p>Cancelling it interrupts the thread, which a computation does not notice by itself: let it
     * call {@link Offload#checkCancelled} now and then.
     */
    public static <T extends @Nullable Object, X extends Exception> T compute(Body<T, X> body)
            throws X {
        Objects.requireNonNull(body, "the body");
        return Loop.current().workers().compute(body);
    }

    /** As {@link #compute(Body)}, without a value. */
    public static <X extends Exception> void compute(Action<X> body) throws X {
        compute(ActionBody.of(body));
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.AbstractList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * What a loop does in place of its turns when a {@link Simulation} decides: one step or one timer
 * at a time, and a jump of the clock when there is neither. It is the loop's ready queue as well.
 */
final class SimulatedTurns extends ReadyQueue {
    private final Loop loop;
    private final Simulation simulation;
    private final Carrier carrier;

    /** Ready, in the order in which they became so. */
    private final Line ready = new Line();

    /**
     * The timers that are due, in the order in which they would fire; looked up when they change.
     */
    private final Line due = new Line();

    private long dueAt;
    private long timersSet = -1;
    private int timers;

    /** What can come next. */
    private final List<Simulation.Candidate> candidates =
            new AbstractList<>() {
                @Override
                public int size() {
                    return due.size() + ready.size();
                }

                @Override
                public Simulation.Candidate get(int index) {
                    int n = due.size();
                    return index < n ? due.get(index) : ready.get(index - n);
                }
            };

    private final IdentityHashMap<Runnable, Simulation.Candidate> known = new IdentityHashMap<>();
    private int actors;
    private @Nullable LoopTask<?> beginning;
    private @Nullable Thread beginningThread;
    private @Nullable String beginningName;
    final SimulatedWorkers workers;
    final Outsiders outsiders;

    /** Whether a timed wait of the JDK's has begun in this step. */
    private boolean waitsForJdk;

    private long steps;
    private boolean abandoned;

    SimulatedTurns(Loop loop, Simulation simulation, Carrier carrier) {
        super(0);
        this.loop = loop;
        this.simulation = simulation;
        this.carrier = carrier;
        this.workers = new SimulatedWorkers(loop, this, carrier);
        this.outsiders = new Outsiders(loop, simulation, carrier);
    }

    // ---- as the ready queue

    @Override
    int size() {
        return ready.size();
    }

    @Override
    boolean isEmpty() {
        return ready.isEmpty();
    }

    @Override
    void add(Runnable continuation) {
        Simulation.Candidate candidate = known.get(continuation);
        if (candidate == null) {
            LoopTask<?> task = beginning;
            String name = beginningName;
            int actor = actors++;
            if (name == null) {
                name = task != null ? "" : "thread-" + actor;
            }
            candidate =
                    new Simulation.Candidate(
                            continuation, actor, beginningThread, task, name, workers.own());
            known.put(continuation, candidate);
        }
        ready.add(candidate);
    }

    @Override
    @Nullable Runnable poll() {
        return ready.isEmpty() ? null : ready.removeFirst().continuation;
    }

    /** What becomes ready for the first time until {@link #hasBegun} is this task's thread. */
    void begins(LoopTask<?> task) {
        beginning = task;
        beginningThread = task.thread;
        task.isWatched = true;
    }

    /** Likewise, a thread that is no task, and is called so. */
    void begins(Thread thread, String name) {
        beginningThread = thread;
        beginningName = name;
    }

    void hasBegun() {
        beginning = null;
        beginningThread = null;
        beginningName = null;
    }

    /** The running virtual thread waits for time to pass with a call of the JDK's. */
    void jdkWaits() {
        waitsForJdk = true;
    }

    void atPoint(LoopTask<?> task) {
        simulation.atPoint(task);
    }

    /** Takes the step of what became ready last: the system task's first, which has no effect. */
    void takeLast() {
        Runnable continuation = ready.removeLast().continuation;
        if (continuation != null) {
            loop.step(continuation);
        }
    }

    // ---- turns

    /** Until the program has ended. */
    void take() {
        while (!abandoned) {
            for (Inbox.Entry e = loop.inbox.takeAll(); e != null; e = e.next) {
                handedIn(e);
            }
            long now = simulation.nanoTime();
            loop.turnTime = now;
            lookForDue(now);
            if (candidates.isEmpty()) {
                if (loop.hasFinished()) {
                    return;
                }
                idle();
                continue;
            }
            long next = loop.timers.earliest();
            if (due.isEmpty()
                    && next != Long.MAX_VALUE
                    && simulation.isSlow(Duration.ofNanos(next - now))) {
                simulation.jumpTo(next);
                continue;
            }
            happen(simulation.choose(candidates));
            count();
        }
    }

    private void lookForDue(long now) {
        if (now == dueAt && timersSet == loop.timers.sets() && timers == loop.timers.size()) {
            return;
        }
        due.clear();
        for (Timer timer : loop.timers.due(now)) {
            due.add(new Simulation.Candidate(timer));
        }
        dueAt = now;
        remember();
    }

    private void remember() {
        timersSet = loop.timers.sets();
        timers = loop.timers.size();
    }

    private void happen(int index) {
        int n = due.size();
        Simulation.Candidate chosen = index < n ? due.remove(index) : ready.remove(index - n);
        Timer timer = chosen.timer;
        Runnable continuation = chosen.continuation;
        if (timer != null) {
            loop.timers.cancel(timer);
            remember();
            loop.fire(timer);
        } else if (continuation != null) {
            step(chosen, continuation);
        }
        simulation.happened(chosen);
    }

    private void step(Simulation.Candidate chosen, Runnable continuation) {
        LoopTask<?> left = null;
        Thread thread;
        do {
            if (chosen.isOutside) {
                workers.step(continuation);
            } else {
                loop.step(continuation);
            }
            LoopTask<?> announced = loop.lastTask();
            left = announced == null ? left : announced;
            thread = left == null ? chosen.thread : left.thread;
        } while (thread != null
                && (left == null || left.isInForeignWait())
                && thread.getState() == Thread.State.BLOCKED
                && comesBack(continuation));
        if (left != null) {
            chosen.is(left);
        }
        if (thread != null && !thread.isAlive()) {
            known.remove(continuation);
        } else if (left == null || left.isInForeignWait()) {
            inspectWait(left == null ? chosen.toString() : "task '" + left.path() + "'", thread);
        }
    }

    /** Whether another thread, which held the monitor, has made it ready again. */
    private boolean comesBack(Runnable continuation) {
        SimulatedSession.current().monitors.await(loop, carrier);
        boolean came = false;
        for (Inbox.Entry e = loop.inbox.takeAll(); e != null; e = e.next) {
            if (e.work == continuation) {
                came = true;
            } else {
                handedIn(e);
            }
        }
        return came;
    }

    /** A wait with the JDK's calls may be for what is outside. */
    private void inspectWait(String who, @Nullable Thread thread) {
        if (waitsForJdk) {
            waitsForJdk = false;
            escaped(
                    who
                            + " waits for time to pass with a call of the JDK's, which reads the"
                            + " real clock; use Weft.sleep, Weft.timeout and the timed waits of"
                            + " dev.weft.sync",
                    thread);
        }
        if (thread != null && thread.getState() == Thread.State.BLOCKED) {
            escaped(
                    who
                            + " waits for a monitor that another task holds while it waits itself;"
                            + " who gets it when is the JDK's choice. Use dev.weft.sync.Lock around"
                            + " code that waits",
                    thread);
        }
    }

    private void handedIn(Inbox.Entry entry) {
        Simulation.Candidate who = entry.isContinuation ? known.get(entry.work) : null;
        LoopTask<?> task = who == null ? null : (LoopTask<?>) who.task();
        escaped(
                entry.isContinuation
                        ? "another thread woke "
                                + (task == null
                                        ? "a virtual thread of the loop"
                                        : "task '" + task.path() + "'")
                                + ", when is not the simulation's choice"
                        : "another thread handed work to the loop, when is not the simulation's"
                                + " choice",
                task == null ? null : task.thread);
        loop.take(entry);
    }

    /** Nothing can happen at this instant. */
    private void idle() {
        if (simulation.isIdle()) {
            return;
        }
        long next = loop.timers.earliest();
        if (outsiders.arePermitted() && outsiders.bring(next)) {
            return;
        }
        if (next != Long.MAX_VALUE) {
            simulation.jumpTo(next);
            return;
        }
        loop.lookForDeadlock();
        if (!ready.isEmpty()) {
            return; // the look itself is a step
        }
        if (outsiders.bring()) {
            return;
        }
        lookForStuckCalls();
        for (LoopTask<?> task : TreeReader.allOf(loop)) {
            if (task.isInForeignWait()) {
                escaped(
                        "task '"
                                + task.path()
                                + "' waits with a call of the JDK's for what no task is left to do:"
                                + " another thread would have to",
                        task.thread);
            }
            for (WaitList list : task.waitingIn()) {
                if (list.isExternal()) {
                    escaped(
                            "task '"
                                    + task.path()
                                    + "' waits in "
                                    + list.what()
                                    + " for what no task is left to do: another thread would have"
                                    + " to",
                            task.thread);
                }
            }
        }
        if (ready.isEmpty() && !loop.isCondemned()) {
            loop.condemn(
                    new DeadlockException(
                            "deadlock: no task of the simulated program can ever go on\n"
                                    + TreeReader.here(loop, 8)),
                    "deadlock");
        }
        if (ready.isEmpty() && loop.timers.isEmpty()) {
            abandon(null);
        }
    }

    private void lookForStuckCalls() {
        for (Simulation.Candidate candidate : known.values()) {
            if (candidate.isOutside) {
                escaped(
                        candidate
                                + ", an offloaded call, waits for what no task is left to do:"
                                + " another thread would have to",
                        candidate.thread);
            }
        }
    }

    /** The running task makes a thread, and does not get it. */
    void threadIsMade() {
        RuntimeException failure =
                escaped(
                        "a thread is made, and what it does when is not the simulation's choice;"
                                + " use Weft.background or Group.start",
                        Thread.currentThread());
        if (failure != null) {
            throw failure;
        }
    }

    /** What becomes of a program that did so; null if it may. By the thread that waits for it. */
    @Nullable RuntimeException outcomeOf(String what, Thread thread) {
        return simulation.escaped(what, thread);
    }

    @Nullable RuntimeException escaped(String what, @Nullable Thread thread) {
        RuntimeException failure = simulation.escaped(what, thread);
        if (failure != null) {
            loop.condemn(failure, "it left the simulation");
        }
        return failure;
    }

    private void count() {
        steps++;
        long most = simulation.mostSteps();
        if (steps == most) {
            loop.condemn(simulation.tooManySteps(steps), "the simulation's limit of steps");
        } else if (steps < most && carrier.interruptedFromOutside) {
            steps = most;
            simulation.wasInterrupted = true;
            String why = "the thread that waits for the simulation was interrupted";
            loop.condemn(new CancellationException(why), why);
        } else if (steps - most >= most) {
            abandon(simulation.tooManySteps(steps));
        }
    }

    /** Its tasks do not end, cancelled or not; they are never resumed. */
    private void abandon(@Nullable RuntimeException why) {
        abandoned = true;
        ready.clear();
        if (why != null && !loop.isCondemned()) {
            loop.condemn(why, "it was abandoned");
        }
        loop.died(
                new IllegalStateException(
                        "the simulated program did not end, although it was cancelled"));
    }
}

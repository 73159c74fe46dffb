package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/** A thread that runs simulated programs, one after the other, as their carrier. */
final class SimulatedSession implements Runnable {
    private final Carrier carrier;
    private final Body<?, ?> body;
    final OutsideMonitors monitors = new OutsideMonitors();
    private Combinators.@Nullable Attempt<?> end;

    private SimulatedSession(Body<?, ?> body) {
        this.body = body;
        this.carrier = new Carrier(this);
    }

    static <T extends @Nullable Object, X extends Exception> T run(Body<T, X> session) throws X {
        Objects.requireNonNull(session, "the session");
        Programs.requireNoTask("Simulation.session");
        if (Switching.PORTABLE) {
            throw new IllegalStateException(
                    "a simulation needs the JVM flag " + Internals.flag(), Internals.whyClosed());
        }
        Programs.warmUp();
        SimulatedSession s = new SimulatedSession(session);
        s.carrier.start();
        boolean interrupted = false;
        StuckStep stuck = new StuckStep(s.carrier);
        try {
            while (s.carrier.isAlive()) {
                try {
                    s.carrier.join(StuckStep.LOOK_MILLIS);
                    stuck.look(interrupted);
                } catch (InterruptedException e) {
                    interrupted = true;
                    s.carrier.interruptedFromOutside = true;
                    LockSupport.unpark(s.carrier);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        Combinators.Attempt<?> end = s.end;
        if (end == null) {
            throw new IllegalStateException("the thread of the session died");
        }
        if (end.thrown() != null) {
            throw Throwing.sneaky(end.thrown());
        }
        return Erased.value(end.value());
    }

    @Override
    public void run() {
        SimulatedThreads.watch(carrier);
        end = Combinators.attempt(body);
    }

    static SimulatedSession current() {
        if (Thread.currentThread() instanceof Carrier c && c.session != null) {
            return c.session;
        }
        throw new IllegalStateException(
                "Simulation.run called on thread '"
                        + Thread.currentThread().getName()
                        + "', which is not that of a session; call it inside Simulation.session");
    }

    <T extends @Nullable Object> T program(Simulation simulation, Body<T, ?> main) {
        Objects.requireNonNull(main, "the body");
        if (simulation.hasRun) {
            throw new IllegalStateException("a simulation runs one program; make another one");
        }
        simulation.hasRun = true;
        Options options =
                new Options(
                        "sim",
                        () -> simulation,
                        false,
                        simulation::failed,
                        Settings.grace(),
                        Duration.ZERO,
                        Settings.debug());
        Loop loop = new Loop(options, carrier);
        simulation.loop = loop;
        LoopTask<T> task = loop.prepare("main", main);
        Loop before = carrier.program;
        carrier.loop = loop;
        carrier.program = loop;
        try {
            loop.carryHere(task);
        } finally {
            carrier.loop = before;
            carrier.program = before;
            List<String> left = new ArrayList<>(simulation.leftBehind);
            Invariants checked = loop.invariants;
            if (checked != null) {
                left.addAll(checked.broken());
            }
            simulation.leftovers = left;
        }
        loop.requireEnd(task);
        Outcome<T> outcome = task.ending();
        if (outcome instanceof Outcome.Failure<T> failure) {
            throw Throwing.sneaky(failure.cause());
        }
        if (outcome instanceof Outcome.Cancelled<T>) {
            throw task.cancellation();
        }
        return task.value();
    }
}

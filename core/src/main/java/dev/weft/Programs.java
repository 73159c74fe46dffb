package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/** How a program begins and ends: {@link Weft#run}. */
final class Programs {
    private static boolean warm;

    private Programs() {}

    static <T extends @Nullable Object, X extends Exception> T run(Body<T, X> body) throws X {
        return run(Loop::chooseDriver, body);
    }

    static <T extends @Nullable Object, X extends Exception> T run(
            Supplier<? extends Driver> driver, Body<T, X> body) throws X {
        Objects.requireNonNull(body, "the body");
        requireNoTask("Weft.run");
        Options options = Options.with(driver);
        LoopTask<T> main = prepare(options, "main", body);
        Loop loop = main.loop;
        Signals signals = Signals.install(options.signals(), reason -> loop.stop(main, reason));
        try {
            loop.start(main);
            loop.join(main);
        } finally {
            signals.close();
        }
        return result(main.ending(), signals);
    }

    /** Fails in a task, where one would wait for oneself. */
    static void requireNoTask(String call) {
        Switching.require();
        Loop here = Loop.currentOrNull();
        if (here != null) {
            throw new IllegalStateException(
                    call
                            + " called inside task '"
                            + OneLine.of(here.actor())
                            + "' of "
                            + here
                            + "; a loop runs already, so call the body as it is, or start it with"
                            + " Weft.background or in a group");
        }
    }

    /** The main task of a new loop, not started yet. */
    static <T extends @Nullable Object> LoopTask<T> prepare(
            Options options, String mainName, Body<T, ?> body) {
        Switching.require();
        boolean first = warmJdk();
        return new Loop(options)
                .prepare(
                        mainName,
                        first
                                ? () -> {
                                    warmWaits();
                                    return body.run();
                                }
                                : body);
    }

    /** What {@code run} gives or throws. */
    static <T extends @Nullable Object> T result(Outcome<T> end, Signals signals) {
        if (end instanceof Outcome.Failure<T> failure) {
            throw Throwing.sneaky(signals.failed(failure.cause()));
        }
        if (end instanceof Outcome.Cancelled<T> cancelled) {
            throw signals.ended(cancelled.reason());
        }
        return ((Outcome.Success<T>) end).value();
    }

    /**
     * Once per JVM, before the first task: initialises the JDK's socket poller from a virtual
     * thread of the default scheduler, or its threads would belong to our loop and end with it; and
     * lets that thread end, or the JIT compiles the end of a virtual thread as a trap and every
     * task parked by then is deoptimised.
     */
    private static synchronized boolean warmJdk() {
        if (warm) {
            return false;
        }
        Thread thread =
                Thread.ofVirtual()
                        .unstarted(Settings.warmPoller() ? Programs::loadPoller : () -> {});
        thread.start();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        warm = true;
        return true;
    }

    private static void loadPoller() {
        try {
            Class.forName("sun.nio.ch.Poller");
        } catch (ClassNotFoundException | LinkageError e) {
            return; // no descriptor is left, say: whoever uses the JDK's sockets will hear of it
        }
    }

    /** Does now what the first program does first. On a thread that is no task. */
    static void warmUp() {
        if (!isWarm()) {
            run(ParkingDriver::new, () -> null);
        }
    }

    private static synchronized boolean isWarm() {
        return warm;
    }

    /** Each kind of wait once, for the same reason. */
    private static void warmWaits() {
        WaitList list = new WaitList("warm-up");
        Weft.group(
                g -> {
                    Task<@Nullable Object> waiter = g.start(list::await);
                    g.start(() -> Weft.sleep(Duration.ofNanos(1)));
                    g.start(() -> list.wakeFirst(null));
                    waiter.await();
                });
        Weft.moveOnAfter(Duration.ofNanos(1), () -> Weft.sleep(Duration.ofSeconds(1)));
        Weft.checkpoint();
    }
}

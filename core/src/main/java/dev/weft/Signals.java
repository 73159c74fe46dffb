package dev.weft;

import org.jspecify.annotations.Nullable;

import sun.misc.Signal;
import sun.misc.SignalHandler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * SIGINT and SIGTERM for a program that runs on the process's main thread: the first cancels the
 * tree, the second ends the process.
 */
final class Signals {
    private record Installed(Signal signal, SignalHandler before) {}

    private final LoopTask<?> main;
    private final List<Installed> installed = new ArrayList<>();
    private volatile @Nullable Signal received;

    private Signals(LoopTask<?> main) {
        this.main = main;
    }

    /**
     * Installs handlers if the caller is the process's main thread; {@link #close} puts the old
     * ones back.
     */
    static Signals install(LoopTask<?> main) {
        Signals signals = new Signals(main);
        if (isMainThread(Thread.currentThread())) {
            signals.take("INT");
            signals.take("TERM");
        }
        return signals;
    }

    /** The launcher's thread; its number differs between JDKs. */
    private static boolean isMainThread(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        return thread.getName().equals("main") && group != null && group.getName().equals("main");
    }

    private void take(String name) {
        Signal signal = new Signal(name);
        try {
            installed.add(new Installed(signal, Signal.handle(signal, this::arrived)));
        } catch (IllegalArgumentException reserved) {
            // the JVM was started with -Xrs, or the platform has no such signal: then it keeps its
            // own behaviour
            return;
        }
    }

    private void arrived(Signal signal) {
        if (received != null) {
            Runtime.getRuntime().halt(exitStatus(signal));
        }
        received = signal;
        main.cancel("SIG" + signal.getName());
    }

    private static int exitStatus(Signal signal) {
        return 128 + signal.getNumber();
    }

    void close() {
        for (Installed i : installed) {
            Signal.handle(i.signal(), i.before());
        }
    }

    /**
     * What {@code run} throws when the main task was cancelled. After a signal the process ends
     * with its status, if this leaves the main thread.
     */
    CancellationException ended(String reason) {
        Signal signal = received;
        CancellationException thrown =
                new CancellationException(
                        signal == null
                                ? "the main task was cancelled: " + reason
                                : "SIG" + signal.getName());
        if (signal != null) {
            Thread thread = Thread.currentThread();
            Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
            thread.setUncaughtExceptionHandler(
                    (t, e) -> {
                        if (e == thrown) {
                            System.exit(exitStatus(signal));
                        } else {
                            before.uncaughtException(t, e);
                        }
                    });
        }
        return thrown;
    }
}

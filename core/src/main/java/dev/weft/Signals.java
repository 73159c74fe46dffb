package dev.weft;

import org.jspecify.annotations.Nullable;

import sun.misc.Signal;
import sun.misc.SignalHandler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * SIGINT and SIGTERM for a program that runs on the process's main thread, or that asks for them:
 * the first cancels the tree, the second ends the process. The process has one handler for each; of
 * several programs that want them, the first installs it and the last puts the old one back.
 */
final class Signals {
    private record Installed(Signal signal, SignalHandler before) {}

    private static final List<Signals> PROGRAMS = new ArrayList<>();
    private static final List<Installed> INSTALLED = new ArrayList<>();

    private final Consumer<String> cancel;
    private volatile @Nullable Signal received;

    private Signals(Consumer<String> cancel) {
        this.cancel = cancel;
    }

    /**
     * Has signals tell {@code cancel}, until {@link #close}.
     *
     * @param wanted null: if the caller is the process's main thread
     */
    static Signals install(@Nullable Boolean wanted, Consumer<String> cancel) {
        Signals signals = new Signals(cancel);
        if (wanted == null ? isMainThread(Thread.currentThread()) : wanted) {
            add(signals);
        }
        return signals;
    }

    /** The launcher's thread; its number differs between JDKs. */
    private static boolean isMainThread(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        return thread.getName().equals("main") && group != null && group.getName().equals("main");
    }

    private static synchronized void add(Signals signals) {
        if (PROGRAMS.isEmpty()) {
            take("INT");
            take("TERM");
        }
        PROGRAMS.add(signals);
    }

    private static void take(String name) {
        Signal signal = new Signal(name);
        try {
            INSTALLED.add(new Installed(signal, Signal.handle(signal, Signals::arrived)));
        } catch (IllegalArgumentException reserved) {
            // the JVM was started with -Xrs, or the platform has no such signal: then it keeps its
            // own behaviour
            return;
        }
    }

    private static synchronized void arrived(Signal signal) {
        for (Signals program : PROGRAMS) {
            if (program.received != null) {
                Runtime.getRuntime().halt(exitStatus(signal));
            }
        }
        for (Signals program : PROGRAMS) {
            program.received = signal;
            program.cancel.accept("SIG" + signal.getName());
        }
    }

    private static int exitStatus(Signal signal) {
        return 128 + signal.getNumber();
    }

    void close() {
        remove(this);
    }

    private static synchronized void remove(Signals signals) {
        if (PROGRAMS.remove(signals) && PROGRAMS.isEmpty()) {
            for (Installed i : INSTALLED) {
                Signal.handle(i.signal(), i.before());
            }
            INSTALLED.clear();
        }
    }

    /**
     * What {@code run} throws when the main task was cancelled. After a signal the process ends
     * with its status, if this leaves the thread that called {@code run}.
     */
    CancellationException ended(String reason) {
        Signal signal = received;
        CancellationException thrown =
                new CancellationException(
                        signal == null
                                ? "the main task was cancelled: " + reason
                                : "SIG" + signal.getName());
        if (signal != null) {
            endWith(exitStatus(signal), thrown, false);
        }
        return thrown;
    }

    /**
     * What {@code run} throws when the main task failed, the very object. After a signal the
     * process prints it and ends with the signal's status, as above.
     */
    Throwable failed(Throwable cause) {
        Signal signal = received;
        if (signal != null) {
            endWith(exitStatus(signal), cause, true);
        }
        return cause;
    }

    private static void endWith(int status, Throwable thrown, boolean isPrinted) {
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler(
                (t, e) -> {
                    try {
                        if (e != thrown || isPrinted) {
                            before.uncaughtException(t, e);
                        }
                    } finally {
                        if (e == thrown) {
                            System.exit(status);
                        }
                    }
                });
    }
}

package dev.weft.process;

import org.jspecify.annotations.Nullable;

import sun.misc.SignalHandler;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a signal comes to while somebody receives it. The process has one handler for each signal,
 * so this remembers the one before, and gives way to those that others install later, such as
 * another program's {@code Weft.run}: when they put this one back it goes on, or passes the signal
 * on if nobody is left to receive it.
 */
final class Caught implements SignalHandler {
    private static final class Kind {
        final List<Signals> receivers = new ArrayList<>();
        @Nullable Caught installed;

        /** Whether it has come, and no receiver has taken it since. */
        boolean untaken;
    }

    /** Guarded by the class. */
    private static final Map<Signal, Kind> KINDS = new EnumMap<>(Signal.class);

    private final Signal signal;
    private final sun.misc.Signal system;
    private final SignalHandler before;

    private Caught(Signal signal) {
        this.signal = signal;
        try {
            this.system = new sun.misc.Signal(signal.name());
            SignalHandler current = sun.misc.Signal.handle(system, this);
            this.before = current instanceof Caught same ? same.before : current;
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(why(signal), refused);
        }
    }

    private static String why(Signal signal) {
        return "SIG"
                + signal
                + switch (signal) {
                    case KILL, STOP -> " can't be received by any process; TERM and CONT can";
                    case QUIT ->
                            " can't be received: the JVM prints its threads then; take HUP or USR1";
                    case HUP, INT, TERM ->
                            " can't be received: leave out -Xrs, if this JVM was started with it"
                                    + " (and Windows has no HUP)";
                    default -> " can't be received on this platform; INT and TERM can";
                };
    }

    static synchronized void add(Signal signal, Signals receiver) {
        Caught installed = new Caught(signal);
        Kind kind = KINDS.computeIfAbsent(signal, _ -> new Kind());
        kind.installed = installed;
        kind.receivers.add(receiver);
    }

    /** The last one to go raises again what nobody has taken. */
    static synchronized void remove(Signal signal, Signals receiver) {
        Kind kind = KINDS.get(signal);
        if (kind == null || !kind.receivers.remove(receiver) || !kind.receivers.isEmpty()) {
            return;
        }
        KINDS.remove(signal);
        Caught installed = kind.installed;
        if (installed != null) {
            installed.giveWay();
            if (kind.untaken) {
                sun.misc.Signal.raise(installed.system);
            }
        }
    }

    static synchronized void taken(Signal signal) {
        Kind kind = KINDS.get(signal);
        if (kind != null) {
            kind.untaken = false;
        }
    }

    private void giveWay() {
        SignalHandler current = sun.misc.Signal.handle(system, before);
        if (current != this) {
            sun.misc.Signal.handle(system, current);
        }
    }

    @Override
    public void handle(sun.misc.Signal arrived) {
        List<Signals> receivers = receivers();
        if (receivers.isEmpty()) {
            sun.misc.Signal.raise(system);
        }
        receivers.forEach(receiver -> receiver.arrived(signal));
    }

    /** Empty if this is of no use any more; then it has given way. */
    private List<Signals> receivers() {
        synchronized (Caught.class) {
            Kind kind = KINDS.get(signal);
            if (kind == null) {
                giveWay();
                return List.of();
            }
            kind.untaken = true;
            return List.copyOf(kind.receivers);
        }
    }
}

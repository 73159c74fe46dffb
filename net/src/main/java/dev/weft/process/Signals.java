package dev.weft.process;

import dev.weft.Loop;
import dev.weft.Source;
import dev.weft.WaitList;
import dev.weft.net.Descriptors;

import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;

/**
 * Signals that come to this process, as a stream: from {@link #receive} to {@link #close} they come
 * here, and what they would do otherwise is not done.
 *
 * <pre>{@code
 * try (var signals = Signals.receive(Signal.HUP)) {
 *     for (Signal signal : signals) {
 *         readConfiguration();
 *     }
 * }
 * }</pre>
 *
 * <p>So {@code INT} and {@code TERM} do not cancel the program while a receiver has them, not even
 * the second one: whoever takes them ends it. What was so before is so again when the last receiver
 * of a signal is closed. Each of several receivers, in one loop or in many, gets each signal.
 *
 * <p>As on POSIX, a signal that comes while one of its kind has not been taken yet is the same one:
 * at most one of each kind is kept. A signal that this process was started to ignore ({@code HUP}
 * under {@code nohup}, {@code INT} in the background of a shell script) does not come.
 *
 * <p><em>Loop-confined</em>, on any thread's loop that one of Netty's drivers drives; no signals
 * come to a simulation, which refuses it. A cancelled wait has taken nothing. One that is still
 * open when its loop ends is closed. Trio's {@code open_signal_receiver}.
 */
public final class Signals implements Iterable<Signal>, AutoCloseable {
    private final Loop loop;
    private final List<Signal> kinds;
    private final WaitList takers = WaitList.external("Signals.next");
    private final Descriptors.Registration loopEnd;

    /** Nobody has taken them yet. */
    final Set<Signal> arrived = new LinkedHashSet<>();

    /** On their way to the loop; guarded by itself. */
    private final Set<Signal> underWay = EnumSet.noneOf(Signal.class);

    private boolean closed;

    private Signals(List<Signal> kinds) {
        this.loopEnd = Descriptors.whenLoopEnds("Signals.receive", this::end);
        this.loop = Loop.current();
        this.kinds = kinds;
        takers.check();
    }

    /**
     * Begins to receive these signals. Never waits.
     *
     * @throws IllegalArgumentException without a signal, or for one that can't be received: {@code
     *     KILL} and {@code STOP}; {@code QUIT}, which is the JVM's own; what the platform does not
     *     have; {@code HUP}, {@code INT} and {@code TERM} with {@code -Xrs}
     * @throws IllegalStateException off a loop, or in a simulation
     */
    public static Signals receive(Signal... signals) {
        List<Signal> kinds = List.of(signals).stream().distinct().toList();
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException(
                    "no signal to receive: name one, as in Signals.receive(Signal.HUP)");
        }
        Signals receiver = new Signals(kinds);
        try {
            kinds.forEach(signal -> Caught.add(signal, receiver));
        } catch (IllegalArgumentException refused) {
            receiver.close();
            throw refused;
        }
        return receiver;
    }

    /**
     * Waits for a signal and takes it.
     *
     * @throws IllegalStateException if this is closed, before or meanwhile
     */
    public Signal next() {
        Signal signal = nextOrNull();
        if (signal == null) {
            throw closed();
        }
        return signal;
    }

    private @Nullable Signal nextOrNull() {
        takers.enter();
        return arrived.isEmpty() && !closed ? (Signal) takers.await() : take();
    }

    private @Nullable Signal take() {
        Iterator<Signal> first = arrived.iterator();
        if (!first.hasNext()) {
            return null;
        }
        Signal signal = first.next();
        first.remove();
        Caught.taken(signal);
        return signal;
    }

    private IllegalStateException closed() {
        return new IllegalStateException(this + " is closed");
    }

    /** The clause of a {@link dev.weft.Weft#select} that takes a signal, as {@link #next}. */
    public Source<Signal> receiving() {
        takers.check();
        return new Source<>() {
            @Override
            protected WaitList waiters() {
                return takers;
            }

            @Override
            protected boolean isReady() {
                return closed || !arrived.isEmpty();
            }

            @Override
            protected Signal take() {
                return received(Signals.this.take());
            }

            @Override
            protected Signal received(@Nullable Object handedOver) {
                if (handedOver == null) {
                    throw closed();
                }
                return (Signal) handedOver;
            }
        };
    }

    /** Takes one after the other, as {@link #next}, until this is closed. {@code hasNext} waits. */
    @Override
    public Iterator<Signal> iterator() {
        return new Iterator<>() {
            private @Nullable Signal upcoming;

            @Override
            public boolean hasNext() {
                if (upcoming == null) {
                    upcoming = nextOrNull();
                }
                return upcoming != null;
            }

            @Override
            public Signal next() {
                if (!hasNext()) {
                    throw new NoSuchElementException(Signals.this + " is closed");
                }
                Signal signal = Objects.requireNonNull(upcoming);
                upcoming = null;
                return signal;
            }
        };
    }

    /** On a thread of the JVM's. */
    void arrived(Signal signal) {
        synchronized (underWay) {
            if (!underWay.add(signal)) {
                return;
            }
        }
        try {
            loop.post(() -> arrivedHere(signal));
        } catch (RejectedExecutionException hasEnded) {
            return; // and with it this
        }
    }

    private void arrivedHere(Signal signal) {
        synchronized (underWay) {
            underWay.remove(signal);
        }
        if (closed) {
            return;
        }
        if (takers.wakeFirst(signal)) {
            Caught.taken(signal);
        } else {
            arrived.add(signal);
        }
    }

    /**
     * Receives no more; a {@code for} loop over it in another task ends. If it was the last
     * receiver of a signal that has come and that none of them has taken, that is raised again, and
     * does what it did before. May be called twice.
     */
    @Override
    public void close() {
        takers.check();
        loopEnd.close();
        end();
    }

    /** When the loop ends, too. */
    private void end() {
        if (closed) {
            return;
        }
        closed = true;
        kinds.forEach(signal -> Caught.remove(signal, this));
        arrived.clear();
        takers.wakeAll(null);
    }

    @Override
    public String toString() {
        return "Signals " + kinds;
    }
}

package dev.weft.http;

import dev.weft.Loop;
import dev.weft.Task;
import dev.weft.WaitList;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The client's connections, counted and lent.
 *
 * <p><em>Count.</em> {@link #open} and {@link Origin#open} count connections in use, idle and being
 * made. Whoever is lent a connection, or the room to make one, owns that count until {@link
 * #giveBack} or {@link #forget}.
 *
 * <p><em>Order.</em> Who comes first is served first among those who can be served: a task that
 * waits only because its own origin is at its limit holds up nobody else. {@link #servable} has the
 * origins whose first waiter lacks nothing but room in the whole, by that waiter's number. If all
 * room is taken by idle connections to other origins, the one idle longest goes.
 *
 * <p><em>Reuse.</em> The connection used last is lent first: it is the least likely to have been
 * closed by its server, and what a burst left over ages and ends. An idle connection is watched;
 * the first byte or end that comes closes it.
 */
final class ConnectionPool {

    /** The client was closed while a task waited here. */
    static final class ClosedWhileWaiting extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ClosedWhileWaiting() {
            super("closed", null, false, false);
        }
    }

    private final Loop loop;
    private final int max;
    private final int maxPerOrigin;
    private final Duration idleLimit;
    private final Map<Origin.Key, Origin> origins = new HashMap<>();
    private final TreeMap<Long, Origin> servable = new TreeMap<>();

    /** Idle ones, the longest idle first. */
    private final LinkedHashSet<Connection> idle = new LinkedHashSet<>();

    private final Set<Wire> live = new LinkedHashSet<>();
    private final Set<Wire> closing = new LinkedHashSet<>();
    private final WaitList turnstile = new WaitList("acquiring an HTTP connection");
    private int open;
    private int waiting;
    private long arrivals;
    private @Nullable Task<?> reaper;
    private boolean closed;

    ConnectionPool(Loop loop, int max, int maxPerOrigin, Duration idleLimit) {
        this.loop = loop;
        this.max = max;
        this.maxPerOrigin = maxPerOrigin == 0 ? Integer.MAX_VALUE : maxPerOrigin;
        this.idleLimit = idleLimit;
    }

    /** Refuses a thread that is no task of the client's loop. */
    void check() {
        turnstile.check();
    }

    boolean isClosed() {
        return closed;
    }

    int open() {
        return open;
    }

    int idle() {
        return idle.size();
    }

    int waiting() {
        return waiting;
    }

    /** The same object as long as something of it is counted or waited for. */
    Origin origin(Url url) {
        return origins.computeIfAbsent(
                new Origin.Key(url.secure(), url.host(), url.port()), Origin::new);
    }

    /**
     * Lends a connection, or the room to make one, waiting for it if need be.
     *
     * @return null for room
     * @throws Deadline.Passed if none came free in time; a cancelled wait leaves nothing behind
     */
    @Nullable Connection acquire(Url url, Deadline deadline) {
        turnstile.enter();
        Origin origin = origin(url);
        Connection reusable = takeIdle(origin);
        if (reusable != null) {
            return reusable;
        }
        if (makeRoom(origin)) {
            return null;
        }
        return awaitTurn(origin, deadline);
    }

    private @Nullable Connection takeIdle(Origin origin) {
        for (Connection newest = origin.idle.peekFirst();
                newest != null;
                newest = origin.idle.peekFirst()) {
            leaveIdle(newest);
            if (newest.wire.unwatch()) {
                return newest;
            }
            forget(newest);
        }
        return null;
    }

    private boolean makeRoom(Origin origin) {
        if (origin.open >= maxPerOrigin || (open >= max && !evict())) {
            return false;
        }
        open++;
        origin.open++;
        return true;
    }

    private boolean evict() {
        if (idle.isEmpty()) {
            return false;
        }
        dropOldest();
        return true;
    }

    /** Gives up the connection that has been idle longest. */
    void dropOldest() {
        Connection oldest = idle.iterator().next();
        leaveIdle(oldest);
        drop(oldest);
        uncount(oldest.origin);
        prune(oldest.origin);
    }

    private @Nullable Connection awaitTurn(Origin origin, Deadline deadline) {
        var waiter = new Waiter(origin, arrivals++);
        origin.append(waiter);
        waiting++;
        update(origin);
        try {
            deadline.await(waiter.slot, false);
        } catch (Throwable notServed) {
            Object granted = waiter.granted;
            if (granted == null) {
                leaveQueue(waiter);
            } else if (granted instanceof Connection connection) {
                giveBack(connection);
            } else {
                forget(origin);
            }
            throw notServed;
        }
        return waiter.granted instanceof Connection connection ? connection : null;
    }

    private void leaveQueue(Waiter waiter) {
        if (!waiter.isQueued) {
            return;
        }
        waiter.isQueued = false;
        servable.remove(waiter.number);
        waiter.origin.remove(waiter);
        waiting--;
        update(waiter.origin);
        prune(waiter.origin);
    }

    /**
     * Keeps the origin's place in {@link #servable} right after its queue or its count has changed.
     */
    private void update(Origin origin) {
        Waiter first = origin.first;
        if (first != null) {
            if (origin.open < maxPerOrigin) {
                servable.put(first.number, origin);
            } else {
                servable.remove(first.number);
            }
        }
    }

    private void grant(Waiter waiter, Object what) {
        waiter.granted = what;
        leaveQueue(waiter);
        waiter.slot.wakeFirst(null);
    }

    /** Counts a connection that was made in the room that was lent. */
    Connection made(Wire wire, Origin origin) {
        live.add(wire);
        return new Connection(wire, origin);
    }

    /** Takes a whole connection back: for who waits, or to keep it. */
    void giveBack(Connection connection) {
        Origin origin = connection.origin;
        connection.isReused = true;
        Waiter first = origin.first;
        if (closed || !connection.wire.unwatch()) {
            forget(connection);
        } else if (first != null && (servable.isEmpty() || servable.firstKey() >= first.number)) {
            grant(first, connection);
        } else if (!servable.isEmpty()) {
            forget(connection);
        } else if (idleLimit.isZero() || !connection.wire.watch(() -> ended(connection))) {
            forget(connection);
        } else {
            connection.idleSince = loop.nanoTime();
            origin.idle.addFirst(connection);
            idle.add(connection);
            if (reaper == null) {
                reaper = Weft.background(this::reap);
            }
        }
    }

    /** An idle connection was closed by its server, or spoke out of turn. */
    private void ended(Connection connection) {
        leaveIdle(connection);
        forget(connection);
    }

    /** Closes a connection that is not to be used again and passes its room on. */
    void forget(Connection connection) {
        drop(connection);
        forget(connection.origin);
    }

    /** Passes on the room of a connection that was never made. */
    void forget(Origin origin) {
        uncount(origin);
        serve();
        prune(origin);
    }

    /** Closes a dead connection but keeps its room, to make another one in its place. */
    void drop(Connection connection) {
        Wire wire = connection.wire;
        live.remove(wire);
        wire.close();
        if (wire.isOpen()) {
            closing.add(wire);
            wire.onClosed(() -> closing.remove(wire));
        }
    }

    private void uncount(Origin origin) {
        open--;
        origin.open--;
        update(origin);
    }

    private void serve() {
        while (!servable.isEmpty() && (open < max || evict())) {
            Origin origin = servable.firstEntry().getValue();
            Waiter first = origin.first;
            if (first == null) {
                throw new IllegalStateException(
                        "an origin without a waiter is to be served: " + origin.key);
            }
            open++;
            origin.open++;
            grant(first, Waiter.ROOM);
        }
    }

    private void leaveIdle(Connection connection) {
        idle.remove(connection);
        connection.origin.idle.remove(connection);
    }

    private void prune(Origin origin) {
        if (origin.open == 0 && origin.first == null) {
            origins.remove(origin.key, origin);
        }
    }

    /** Closes what has been idle too long; ends when nothing is idle. */
    private void reap() {
        try {
            while (!idle.isEmpty()) {
                Connection oldest = idle.iterator().next();
                long left = oldest.idleSince + Deadline.nanos(idleLimit) - loop.nanoTime();
                if (left > 0) {
                    Weft.sleep(Duration.ofNanos(left));
                } else {
                    ended(oldest);
                }
            }
        } finally {
            reaper = null;
        }
    }

    /**
     * Closes everything, fails who waits, and waits until the sockets are closed, at most {@code
     * limit}.
     */
    void close(Duration limit) {
        check();
        closed = true;
        var queued = new ArrayList<Waiter>();
        for (Origin origin : origins.values()) {
            for (Waiter waiter = origin.first; waiter != null; waiter = waiter.next) {
                queued.add(waiter);
            }
        }
        for (Waiter waiter : queued) {
            leaveQueue(waiter);
            waiter.slot.failFirst(new ClosedWhileWaiting());
        }
        for (Connection connection : List.copyOf(idle)) {
            ended(connection);
        }
        if (reaper != null) {
            reaper.cancel("the client is closed");
        }
        List<Wire> inUse = List.copyOf(live);
        for (Wire wire : inUse) {
            wire.close();
        }
        var all = new ArrayList<Wire>(inUse);
        all.addAll(closing);
        Weft.moveOnAfter(
                limit,
                () -> {
                    for (Wire wire : all) {
                        wire.awaitClosed();
                    }
                });
    }
}

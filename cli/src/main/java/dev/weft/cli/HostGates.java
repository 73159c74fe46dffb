package dev.weft.cli;

import dev.weft.sync.Semaphore;

import java.util.HashMap;
import java.util.Map;

/**
 * Lets so many requests through to each host at a time, first come first served. Loop-confined.
 *
 * <p>The client's pool has the same limit for connections. This gate stands before a request's time
 * begins, so that no URL times out merely because its host has many.
 */
final class HostGates {
    private static final class Gate {
        private final Semaphore open;
        private int users;

        Gate(int limit) {
            open = new Semaphore(limit);
        }
    }

    /** To be closed when the request is done. */
    interface Pass extends AutoCloseable {
        @Override
        void close();
    }

    private final int limit;
    private final Map<String, Gate> gates = new HashMap<>();

    /**
     * @param limit 0 for none
     */
    HostGates(int limit) {
        this.limit = limit;
    }

    /** Waits for its turn. */
    Pass enter(String host) {
        if (limit == 0) {
            return () -> {};
        }
        var gate = gates.computeIfAbsent(host, _ -> new Gate(limit));
        gate.users++;
        boolean entered = false;
        try {
            gate.open.acquire();
            entered = true;
        } finally {
            if (!entered) {
                leave(host, gate);
            }
        }
        return () -> {
            gate.open.release();
            leave(host, gate);
        };
    }

    /** How many hosts have a request waiting or under way. */
    int hosts() {
        return gates.size();
    }

    private void leave(String host, Gate gate) {
        if (--gate.users == 0) {
            gates.remove(host);
        }
    }
}

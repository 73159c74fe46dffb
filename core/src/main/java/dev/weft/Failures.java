package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Several failures that become one: the first, with the others suppressed in it. */
final class Failures {
    private static final int MAX_SUPPRESSED = 32;

    private Throwable first;
    private @Nullable List<Throwable> further;
    private int uncounted;

    Failures(Throwable first) {
        this.first = first;
    }

    /** The first, or the first {@code VirtualMachineError} if there is one. */
    Throwable first() {
        return first;
    }

    void add(Throwable f) {
        Throwable other = f;
        if (f instanceof VirtualMachineError && !(first instanceof VirtualMachineError)) {
            other = first;
            first = f;
        }
        List<Throwable> list = further;
        if (list == null) {
            further = list = new ArrayList<>();
        }
        if (list.size() < MAX_SUPPRESSED) {
            list.add(other);
        } else {
            uncounted++;
        }
    }

    /**
     * Suppresses all others in {@code shown}, but for those reachable from either side, which would
     * make a cycle.
     *
     * @param where for the report of a failure that could not be suppressed
     */
    void suppressIn(Throwable shown, Reports reports, String where) {
        List<Throwable> list = further;
        if (list == null && shown == first) {
            return;
        }
        Set<Throwable> seen = reachableFrom(shown);
        suppress(first, shown, seen, reports, where);
        if (list != null) {
            for (Throwable f : list) {
                suppress(f, shown, seen, reports, where);
            }
        }
        if (uncounted > 0) {
            suppress(new Uncounted(uncounted), shown, seen, reports, where);
        }
    }

    private static void suppress(
            Throwable f, Throwable shown, Set<Throwable> seen, Reports reports, String where) {
        if (seen.contains(f)) {
            return;
        }
        Set<Throwable> reached = reachableFrom(f);
        if (reached.contains(shown)) {
            return;
        }
        int before = shown.getSuppressed().length;
        shown.addSuppressed(f);
        if (shown.getSuppressed().length == before) {
            reports.notSuppressed(f, where);
        }
        seen.addAll(reached);
    }

    private static Set<Throwable> reachableFrom(Throwable t) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        ArrayDeque<Throwable> untold = new ArrayDeque<>();
        for (Throwable next = t; next != null; next = untold.poll()) {
            if (seen.add(next)) {
                if (next.getCause() != null) {
                    untold.add(next.getCause());
                }
                Collections.addAll(untold, next.getSuppressed());
            }
        }
        return seen;
    }

    /** Stands for the failures that are too many to be suppressed one by one. */
    private static final class Uncounted extends Exception {
        private static final long serialVersionUID = 1L;

        Uncounted(int count) {
            super(count + " further failures", null, false, false);
        }
    }
}

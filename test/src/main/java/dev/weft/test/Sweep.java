package dev.weft.test;

import java.util.Set;

/**
 * Which faults are tried, one in each run, at every point.
 *
 * @param victims the names of the tasks that they befall
 */
record Sweep(Set<String> victims, Set<Fault.Kind> kinds) {
    static final Sweep NONE = new Sweep(Set.of(), Set.of());

    boolean isNone() {
        return kinds.isEmpty();
    }
}

package dev.weft.test;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which faults are tried, one in each run, at every point.
 *
 * @param victims for each kind the names of the tasks that it befalls; places have none
 */
record Sweep(Map<Fault.Kind, Set<String>> victims) {
    static final Sweep NONE = new Sweep(Map.of());

    Sweep and(Fault.Kind kind, String... tasks) {
        Map<Fault.Kind, Set<String>> more = new EnumMap<>(Fault.Kind.class);
        more.putAll(victims);
        more.computeIfAbsent(kind, _ -> new TreeSet<>()).addAll(List.of(tasks));
        return new Sweep(more);
    }

    boolean isNone() {
        return victims.isEmpty();
    }

    boolean has(Fault.Kind kind) {
        return victims.containsKey(kind);
    }

    boolean has(Fault.Kind kind, String victim) {
        return victims.getOrDefault(kind, Set.of()).stream()
                .anyMatch(name -> isMeant(victim, name));
    }

    /** Whether a name is the task's, or ends with an asterisk and begins the task's. */
    private static boolean isMeant(String task, String name) {
        return name.endsWith("*")
                ? task.startsWith(name.substring(0, name.length() - 1))
                : task.equals(name);
    }

    /**
     * A sweep that met nothing has shown nothing.
     *
     * @param struck the faults that happened
     * @param names of the tasks that were there
     * @throws IllegalArgumentException if some of what it is to try was not there
     */
    void requireAll(Collection<Fault> struck, Set<String> names) {
        victims.forEach(
                (kind, tasks) -> {
                    for (String task : tasks) {
                        if (struck.stream()
                                .noneMatch(f -> f.kind() == kind && isMeant(f.victim(), task))) {
                            throw new IllegalArgumentException(missed(kind, task, names));
                        }
                    }
                });
        requireAny(
                Fault.Kind.FAIL,
                struck,
                "nothing could be made to fail: the program passed no Sim.mayFail");
        requireAny(
                Fault.Kind.BREAK,
                struck,
                "nothing could be made to break: nothing went through the program's network");
    }

    private void requireAny(Fault.Kind kind, Collection<Fault> struck, String otherwise) {
        if (has(kind) && struck.stream().noneMatch(f -> f.kind() == kind)) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private static String missed(Fault.Kind kind, String name, Set<String> tasks) {
        if (tasks.stream().noneMatch(task -> isMeant(task, name))) {
            return "no task was named '" + name + "'; there were " + tasks;
        }
        return kind == Fault.Kind.CANCEL
                ? "task '" + name + "' could not be cancelled anywhere: it never waits"
                : "no timeout could expire around a wait of task '" + name + "'";
    }
}

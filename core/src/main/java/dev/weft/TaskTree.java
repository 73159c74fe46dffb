package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What the tasks of a loop were doing at one moment, and who waits for whom: {@link Loop#tree}.
 * Plain values only, so it may be kept, compared and sent anywhere; {@link #toString} is for
 * people. Any thread. (asyncio's {@code pstree}.)
 *
 * @param loop the loop's name
 * @param time when, by the loop's wall clock
 * @param exact false if the loop did not answer, because one step holds it up: then it was read
 *     from outside while it may have changed, and something may be missing
 * @param tasks all tasks that had not ended, a parent always before its children, siblings in the
 *     order of their start
 */
public record TaskTree(String loop, Instant time, boolean exact, List<TaskInfo> tasks) {
    public TaskTree {
        Objects.requireNonNull(loop, "the loop");
        Objects.requireNonNull(time, "the time");
        tasks = List.copyOf(Objects.requireNonNull(tasks, "the tasks"));
    }

    /**
     * Cycles of tasks, each of which waits for the next, and the last for the first; by id, and
     * each beginning with the one that was started first. None of them ends unless one is
     * cancelled.
     */
    public List<List<Long>> cycles() {
        Map<Long, TaskInfo> byId = byId();
        List<List<Long>> cycles = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        for (TaskInfo start : tasks) {
            if (seen.add(start.id())) {
                follow(start.id(), byId, seen, cycles);
            }
        }
        return cycles;
    }

    /** Depth first; not recursive, as trees may be deeper than any stack. */
    private static void follow(
            long start, Map<Long, TaskInfo> byId, Set<Long> seen, List<List<Long>> cycles) {
        List<Long> walk = new ArrayList<>(List.of(start));
        Map<Long, Integer> placeInWalk = new HashMap<>(Map.of(start, 0));
        List<Iterator<Long>> next = new ArrayList<>(List.of(targets(byId.get(start))));
        while (!walk.isEmpty()) {
            Iterator<Long> targets = next.getLast();
            if (!targets.hasNext()) {
                placeInWalk.remove(walk.removeLast());
                next.removeLast();
                continue;
            }
            long target = targets.next();
            Integer place = placeInWalk.get(target);
            if (place != null) {
                cycles.add(fromTheFirst(walk.subList(place, walk.size())));
            } else if (seen.add(target)) {
                placeInWalk.put(target, walk.size());
                walk.add(target);
                next.add(targets(byId.get(target)));
            }
        }
    }

    private static Iterator<Long> targets(@Nullable TaskInfo task) {
        return task == null || task.awaits() == null
                ? Collections.emptyIterator()
                : task.awaits().tasks().iterator();
    }

    private static List<Long> fromTheFirst(List<Long> cycle) {
        int first = cycle.indexOf(Collections.min(cycle));
        List<Long> rotated = new ArrayList<>(cycle.subList(first, cycle.size()));
        rotated.addAll(cycle.subList(0, first));
        return List.copyOf(rotated);
    }

    Map<Long, TaskInfo> byId() {
        Map<Long, TaskInfo> byId = new HashMap<>();
        for (TaskInfo task : tasks) {
            byId.put(task.id(), task);
        }
        return byId;
    }

    /**
     * The tree as text, a task a line: its name, what it waits for and for how long, the line it is
     * at, its deadlines and cancellations; under it, its groups and their tasks. Siblings that do
     * the same are one line. At most about a thousand lines.
     */
    @Override
    public String toString() {
        return new TreeText(this).text();
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A {@link TaskTree} as people read it. Bounded in depth and in lines. */
final class TreeText {
    private static final int MOST_LINES = 1_000;
    private static final int DEEPEST = 64;

    /** So many alike are listed one by one. */
    private static final int FEW = 3;

    private final TaskTree tree;
    private final Map<Long, TaskInfo> byId;
    private final Map<Long, List<TaskInfo>> children = new HashMap<>();
    private final List<TaskInfo> ofRoot = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int lines;
    private int leftOut;

    TreeText(TaskTree tree) {
        this.tree = tree;
        this.byId = tree.byId();
        for (TaskInfo task : tree.tasks()) {
            if (task.group() >= 0) {
                children.computeIfAbsent(task.parent(), id -> new ArrayList<>()).add(task);
            } else if (task.kind() != TaskInfo.Kind.MAIN) {
                ofRoot.add(task);
            }
        }
    }

    String text() {
        int n = tree.tasks().size();
        text.append("loop '").append(OneLine.of(tree.loop())).append("': ").append(n);
        text.append(n == 1 ? " task\n" : " tasks\n");
        if (!tree.exact()) {
            text.append("(it does not answer; read from outside, something may be missing)\n");
        }
        for (TaskInfo task : tree.tasks()) {
            if (task.kind() == TaskInfo.Kind.MAIN) {
                line("", "", describe(task));
                below(task, "", 0);
            }
        }
        if (!ofRoot.isEmpty()) {
            line("", "", "background");
            siblings(ofRoot, "", 0);
        }
        if (leftOut > 0) {
            text.append("... and ").append(leftOut).append(" more lines\n");
        }
        for (List<Long> cycle : tree.cycles()) {
            text.append("cycle: ").append(describe(cycle)).append('\n');
        }
        return text.toString();
    }

    /** {@code a -> b -> a}, with paths. */
    private String describe(List<Long> cycle) {
        StringBuilder names = new StringBuilder();
        for (long id : cycle) {
            TaskInfo task = byId.get(id);
            names.append(task == null ? "#" + id : task.path()).append(" -> ");
        }
        TaskInfo first = byId.get(cycle.getFirst());
        return names.append(first == null ? "#" + cycle.getFirst() : first.path()).toString();
    }

    private void line(String indent, String branch, String content) {
        if (lines++ >= MOST_LINES) {
            leftOut++;
        } else {
            text.append(indent).append(branch).append(content).append('\n');
        }
    }

    /** The groups of a task that have a name worth a line, and the tasks in them. */
    private void below(TaskInfo task, String indent, int depth) {
        List<TaskInfo> all = children.getOrDefault(task.id(), List.of());
        if (all.isEmpty()) {
            return;
        }
        if (depth >= DEEPEST) {
            line(indent, "└─ ", "... deeper than is shown");
            return;
        }
        Map<Integer, List<TaskInfo>> groups = new LinkedHashMap<>();
        for (TaskInfo child : all) {
            groups.computeIfAbsent(child.group(), g -> new ArrayList<>()).add(child);
        }
        int left = groups.size();
        for (Map.Entry<Integer, List<TaskInfo>> entry : groups.entrySet()) {
            boolean last = --left == 0;
            TaskInfo.InScope group = task.scopes().get(entry.getKey());
            if (groups.size() == 1 && TaskGroup.isUnnamed(group.name())) {
                siblings(entry.getValue(), indent, depth);
            } else {
                line(indent, last ? "└─ " : "├─ ", OneLine.of(group.name()) + cancelled(group));
                siblings(entry.getValue(), indent + (last ? "   " : "│  "), depth + 1);
            }
        }
    }

    private static String cancelled(TaskInfo.InScope scope) {
        return scope.cancelled() == null
                ? ""
                : " (cancelled: " + OneLine.of(scope.cancelled()) + ")";
    }

    /** Tasks without children that do the same at the same place become one line. */
    private void siblings(List<TaskInfo> tasks, String indent, int depth) {
        Map<Object, List<TaskInfo>> alike = new LinkedHashMap<>();
        for (TaskInfo task : tasks) {
            Object key = children.containsKey(task.id()) ? task.id() : likeness(task);
            alike.computeIfAbsent(key, k -> new ArrayList<>()).add(task);
        }
        List<List<TaskInfo>> shown = new ArrayList<>();
        for (List<TaskInfo> same : alike.values()) {
            if (same.size() > FEW) {
                shown.add(same);
            } else {
                same.forEach(task -> shown.add(List.of(task)));
            }
        }
        int left = shown.size();
        for (List<TaskInfo> same : shown) {
            boolean last = --left == 0;
            TaskInfo first = same.getFirst();
            line(
                    indent,
                    last ? "└─ " : "├─ ",
                    same.size() == 1 ? describe(first) : describeAll(same));
            below(first, indent + (last ? "   " : "│  "), depth + 1);
        }
    }

    private record Likeness(
            TaskInfo.Kind kind,
            TaskInfo.State state,
            String what,
            List<Long> tasks,
            @Nullable StackTraceElement at,
            String marks) {}

    private Likeness likeness(TaskInfo task) {
        TaskInfo.Wait wait = task.awaits();
        return new Likeness(
                task.kind(),
                task.state(),
                wait == null ? "" : wait.what(),
                wait == null ? List.of() : wait.tasks(),
                task.at(),
                task.scopes().stream().map(TaskInfo.InScope::what).toList()
                        + ""
                        + task.cancellations());
    }

    private String describe(TaskInfo task) {
        TaskInfo.Wait wait = task.awaits();
        String time =
                wait == null || wait.time() == null ? "" : " for " + Durations.show(wait.time());
        return name(task) + "  " + doing(task, time) + place(task) + marks(task);
    }

    private String describeAll(List<TaskInfo> same) {
        Duration least = null;
        Duration most = null;
        for (TaskInfo task : same) {
            Duration time = task.awaits() == null ? null : task.awaits().time();
            if (time != null) {
                least = least == null || time.compareTo(least) < 0 ? time : least;
                most = most == null || time.compareTo(most) > 0 ? time : most;
            }
        }
        String time =
                least == null || most == null
                        ? ""
                        : least.equals(most)
                                ? " for " + Durations.show(least)
                                : " for " + Durations.show(least) + " to " + Durations.show(most);
        TaskInfo first = same.getFirst();
        return OneLine.of(first.name())
                + " and "
                + (same.size() - 1)
                + " like it  "
                + doing(first, time)
                + place(first)
                + marks(first);
    }

    private static String name(TaskInfo task) {
        String number = "#" + task.id();
        return task.name().equals("task-" + task.id())
                ? task.name()
                : OneLine.of(task.name()) + " " + number;
    }

    private String doing(TaskInfo task, String time) {
        TaskInfo.Wait wait = task.awaits();
        String kind =
                switch (task.kind()) {
                    case DAEMON -> "daemon, ";
                    case FOREIGN -> "not Weft's, ";
                    default -> "";
                };
        return kind
                + switch (task.state()) {
                    case NOT_BEGUN -> "not begun";
                    case RUNNING -> "runs";
                    case READY -> "ready";
                    case WAITING -> wait == null ? "waits" : waits(wait, time);
                    case IN_JDK -> "in the JDK: " + (wait == null ? "?" : wait.what());
                };
    }

    private String waits(TaskInfo.Wait wait, String time) {
        StringBuilder s = new StringBuilder(wait.what()).append(time);
        if (wait.left() != null) {
            s.append(", ").append(left(wait.left()));
        }
        int n = wait.tasks().size();
        if (n > 0 && !wait.what().equals(TaskGroup.JOIN)) {
            s.append(" <- ");
            for (int i = 0; i < Math.min(n, FEW); i++) {
                TaskInfo task = byId.get(wait.tasks().get(i));
                s.append(i == 0 ? "" : ", ");
                s.append(task == null ? "#" + wait.tasks().get(i) : name(task));
            }
            if (n > FEW) {
                s.append(" and ").append(n - FEW).append(" more");
            }
        }
        return s.toString();
    }

    private static String left(Duration left) {
        return Durations.isEndless(left) ? "never ends" : Durations.show(left) + " left";
    }

    private static String place(TaskInfo task) {
        StackTraceElement at = task.at();
        String place =
                at == null
                        ? task.body().isEmpty() ? "" : "  of " + shortName(task.body())
                        : "  at " + Frames.show(at);
        return task.startedAt().isEmpty()
                ? place
                : place + ", started at " + Frames.show(task.startedAt().getFirst());
    }

    private static String shortName(String c) {
        return c.substring(c.lastIndexOf('.') + 1);
    }

    private static String marks(TaskInfo task) {
        StringBuilder s = new StringBuilder();
        for (TaskInfo.InScope scope : task.scopes()) {
            Duration left = scope.left();
            if (left != null) {
                s.append("  [").append(scope.what());
                s.append(Durations.isEndless(left) ? "" : ": " + left(left));
                s.append(cancelled(scope)).append(']');
            }
        }
        for (TaskInfo.Cancellation c : task.cancellations()) {
            s.append("  [cancelled by ")
                    .append(OneLine.of(c.by()))
                    .append(": ")
                    .append(OneLine.of(c.reason()));
            s.append(
                    switch (c.stage()) {
                        case PENDING -> ", pending]";
                        case DELIVERED -> ", unwinding]";
                        case DUE_AGAIN -> ", still not unwound]";
                    });
        }
        return s.toString();
    }
}

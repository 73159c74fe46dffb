package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Walks a loop's tasks for whoever looks. On the loop what it finds is exact; from outside, when
 * the loop does not answer, it reads plain fields that may change meanwhile, so every walk is
 * bounded.
 */
final class TreeReader {
    private static final long ANSWER_MILLIS = 1_000;
    private static final int MOST_TASKS = 10_000_000;
    private static final int MOST_SCOPES = 100_000;

    private final Loop loop;
    private final boolean exact;

    private TreeReader(Loop loop, boolean exact) {
        this.loop = loop;
        this.exact = exact;
    }

    static TaskTree tree(Loop loop, int frames) {
        if (frames < 0) {
            throw new IllegalArgumentException("frames must be at least 0, not " + frames);
        }
        return ask(loop, reader -> reader.read(frames));
    }

    /** On the loop. */
    static List<LoopTask<?>> allOf(Loop loop) {
        return new TreeReader(loop, true).walk();
    }

    /** From another thread, at once. */
    static List<LoopTask<?>> seenFrom(Loop loop) {
        return new TreeReader(loop, false).walk();
    }

    /** Any thread; what can be seen without the loop's help. */
    static List<LoopTask<?>> fromOutside(Loop loop) {
        return new TreeReader(loop, false).walk();
    }

    static List<Task<?>> tasks(Loop loop) {
        return ask(loop, reader -> List.copyOf(reader.walk()));
    }

    /** On the loop, the bare carrier included. */
    static TaskTree here(Loop loop, int frames) {
        return new TreeReader(loop, true).read(frames);
    }

    /** Has the loop answer; if it does not within a second, or has ended, reads it from here. */
    private static <R> R ask(Loop loop, Function<TreeReader, R> question) {
        if (Loop.currentOrNull() == loop) {
            return question.apply(new TreeReader(loop, true));
        }
        CompletableFuture<R> answer = new CompletableFuture<>();
        try {
            loop.handIn(
                    () -> {
                        try {
                            answer.complete(question.apply(new TreeReader(loop, true)));
                        } catch (Throwable e) {
                            answer.completeExceptionally(e);
                        }
                    });
            return answer.get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | RejectedExecutionException | ExecutionException e) {
            // held up, ended, or nothing that it could answer: what can be seen from here is better
        }
        return question.apply(new TreeReader(loop, loop.isClosed()));
    }

    /** All tasks that have not ended, a parent before its children. */
    List<LoopTask<?>> walk() {
        List<LoopTask<?>> found = new ArrayList<>();
        LoopTask<?> main = loop.mainTask();
        if (main == null || main.isDone()) {
            return found;
        }
        ArrayDeque<LoopTask<?>> open = new ArrayDeque<>();
        open.push(main);
        List<LoopTask<?>> children = new ArrayList<>();
        for (LoopTask<?> task; (task = open.poll()) != null && found.size() < MOST_TASKS; ) {
            found.add(task);
            children.clear();
            for (Scope s : scopes(task)) {
                if (s instanceof TaskGroup group) {
                    group.addLiveChildrenTo(children, MOST_TASKS);
                }
            }
            for (int i = children.size() - 1; i >= 0; i--) {
                open.push(children.get(i));
            }
        }
        return found;
    }

    /** The scopes that the task has open, outermost first, itself left out. */
    private static List<Scope> scopes(LoopTask<?> task) {
        ArrayDeque<Scope> scopes = new ArrayDeque<>();
        int n = 0;
        for (Scope s = task.innermost; s != null && s != task && n < MOST_SCOPES; s = s.outer) {
            scopes.push(s);
            n++;
        }
        return List.copyOf(scopes);
    }

    private TaskTree read(int frames) {
        long now = loop.nanoTime();
        List<LoopTask<?>> tasks = walk();
        Map<LoopTask<?>, Timer> sleeps = new HashMap<>();
        if (exact) {
            loop.timers.forEach(
                    timer -> {
                        if (timer instanceof Sleep sleep) {
                            sleeps.put(sleep.task, timer);
                        }
                    });
        }
        Map<WaitList, List<Long>> joins = joins(tasks);
        LoopTask<?> running = exact ? loop.announcedTask() : loop.runningFromOutside(tasks);
        List<TaskInfo> infos = new ArrayList<>(tasks.size());
        for (LoopTask<?> task : tasks) {
            infos.add(info(task, task == running, frames, now, sleeps.get(task), joins));
        }
        return new TaskTree(loop.name(), loop.clock().instant(), exact, infos);
    }

    /** Which tasks have to end so that a wait for a task, or of a group for its own, does. */
    private static Map<WaitList, List<Long>> joins(List<LoopTask<?>> tasks) {
        Map<WaitList, List<Long>> joins = new HashMap<>();
        for (LoopTask<?> task : tasks) {
            WaitList joiners = task.joinersOrNull();
            if (joiners != null) {
                joins.put(joiners, List.of(task.thread.threadId()));
            }
            if (task.isJoining()) {
                for (Scope s : scopes(task)) {
                    if (s instanceof TaskGroup group) {
                        List<LoopTask<?>> children = new ArrayList<>();
                        group.addLiveChildrenTo(children, MOST_TASKS);
                        joins.put(group.joinList(), ids(children));
                    }
                }
            }
        }
        return joins;
    }

    private static List<Long> ids(Iterable<? extends Task<?>> tasks) {
        Set<Long> ids = new LinkedHashSet<>();
        for (Task<?> task : tasks) {
            if (task instanceof LoopTask<?> t && !t.isDone() && t.kind() != LoopTask.FOREIGN) {
                ids.add(t.thread.threadId());
            }
        }
        return List.copyOf(ids);
    }

    private TaskInfo info(
            LoopTask<?> task,
            boolean running,
            int frames,
            long now,
            @Nullable Timer sleep,
            Map<WaitList, List<Long>> joins) {
        TaskGroup group = task.group;
        LoopTask<?> parent = group == null ? null : group.owner();
        boolean ofRoot = group != null && group.isRoot();
        TaskInfo.State state = running ? TaskInfo.State.RUNNING : task.stateNow();
        List<StackTraceElement> stack =
                frames == 0 || state == TaskInfo.State.NOT_BEGUN
                        ? List.of()
                        : Frames.innermost(task.thread.getStackTrace(), frames);
        TaskInfo.Wait wait =
                switch (state) {
                    case WAITING -> waitOf(task, now, sleep, joins);
                    case IN_JDK -> new TaskInfo.Wait(callOf(stack), null, null, List.of());
                    default -> null;
                };
        List<TaskInfo.InScope> scopes = new ArrayList<>();
        for (Scope s : scopes(task)) {
            CancelRequest r = s.request;
            scopes.add(
                    new TaskInfo.InScope(
                            s.describe(),
                            s instanceof TaskGroup g ? g.name() : "",
                            s.left(now),
                            r == null ? null : r.reason()));
        }
        return new TaskInfo(
                task.thread.threadId(),
                parent == null || ofRoot ? mainId(task) : parent.thread.threadId(),
                parent == null || ofRoot ? -1 : scopes(parent).indexOf(group),
                task.name(),
                task.path(),
                kind(task, ofRoot),
                state,
                wait,
                scopes,
                task.cancellations(),
                task.bodyClass(),
                stack,
                exact ? loop.startOf(task) : List.of());
    }

    /** The main task has no parent, and that of the root's tasks is the main task. */
    private static long mainId(LoopTask<?> task) {
        TaskGroup group = task.group;
        return group == null ? 0 : group.owner().thread.threadId();
    }

    private static TaskInfo.Kind kind(LoopTask<?> task, boolean ofRoot) {
        return switch (task.kind()) {
            case LoopTask.FOREIGN -> TaskInfo.Kind.FOREIGN;
            case LoopTask.DAEMON -> TaskInfo.Kind.DAEMON;
            default ->
                    task.group == null
                            ? TaskInfo.Kind.MAIN
                            : ofRoot ? TaskInfo.Kind.BACKGROUND : TaskInfo.Kind.CHILD;
        };
    }

    private static TaskInfo.Wait waitOf(
            LoopTask<?> task, long now, @Nullable Timer sleep, Map<WaitList, List<Long>> joins) {
        Duration time = Duration.ofNanos(Math.max(0, now - task.waitingSince));
        List<WaitList> lists = task.waitingIn();
        if (lists.isEmpty()) {
            Duration left = sleep == null ? null : Duration.ofNanos(Math.max(0, sleep.when - now));
            return new TaskInfo.Wait("Weft.sleep", time, left, List.of());
        }
        StringBuilder what = new StringBuilder();
        Set<Long> tasks = new LinkedHashSet<>();
        for (WaitList list : lists) {
            what.append(what.isEmpty() ? "" : " | ").append(list.what());
            List<Long> joined = joins.get(list);
            tasks.addAll(joined != null ? joined : ids(list.holders()));
        }
        return new TaskInfo.Wait(what.toString(), time, null, List.copyOf(tasks));
    }

    /** The JDK's call that the program made. */
    private static String callOf(List<StackTraceElement> stack) {
        StackTraceElement call = null;
        for (StackTraceElement frame : stack) {
            if (Frames.isLibrary(frame)) {
                call = frame;
            } else {
                break;
            }
        }
        if (call == null) {
            return "a call of the JDK";
        }
        String c = call.getClassName();
        return c.substring(c.lastIndexOf('.') + 1) + "." + call.getMethodName();
    }
}

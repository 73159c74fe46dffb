package dev.weft;

import java.util.ArrayList;
import java.util.List;

/**
 * What must hold when a task, a group and a loop end; kept in tests and with {@code -Dweft.debug}.
 * What does not is a fault of Weft's, or of a primitive that somebody else built.
 */
final class Invariants {
    /** A driver whose loops are checked without {@code -Dweft.debug}, too. */
    interface Wanted {}

    private static final int MOST = 100;

    private final Loop loop;
    private final List<String> broken = new ArrayList<>();

    Invariants(Loop loop) {
        this.loop = loop;
    }

    /** What was found, in order; read when the loop has ended. */
    List<String> broken() {
        return broken;
    }

    private void found(String what) {
        if (broken.size() < MOST) {
            broken.add(what);
        }
    }

    /** Before the task forgets its scopes and requests. */
    void taskEnds(LoopTask<?> task) {
        for (WaitList list : task.waitingIn()) {
            found(task.describe() + " ended and is still in the list of " + list.what());
        }
        if (task.innermost != task) {
            found(task.describe() + " ended inside " + task.innermost.describe());
        }
        for (CancelRequest r : task.requests()) {
            if (!task.isInside(r.scope())) {
                found(
                        task.describe()
                                + " ended with a request of "
                                + r.scope().describe()
                                + ", which does not enclose it");
            }
        }
    }

    void groupEnds(TaskGroup group) {
        List<LoopTask<?>> children = new ArrayList<>();
        group.addLiveChildrenTo(children, MOST);
        children.removeIf(child -> child.kind() == LoopTask.FOREIGN && group.isRoot());
        if (!children.isEmpty()) {
            found(group.describe() + " ended with children " + children);
        }
    }

    void loopEnds(boolean handedIn) {
        count(loop.timers.size(), "timers");
        count(loop.liveRequests, "live requests");
        count(loop.readyTasks(), "ready tasks");
        count(loop.registeredTasks(), "registered tasks");
        count(loop.offloadedCalls(), "offloaded calls");
        if (!handedIn) { // otherwise something may come at any time
            count(loop.inboxEntries(), "entries of the inbox");
        }
    }

    private void count(long n, String what) {
        if (n != 0) {
            found(n + " " + what);
        }
    }
}

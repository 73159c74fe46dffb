package dev.weft;

import java.util.List;

/**
 * Notices that every task waits for another one, or for something that no task is left to do. It is
 * asked only when the loop is about to block without a deadline, and looks only when the driver has
 * nothing pending and nothing has happened for a second: what a thread unknown to the loop is about
 * to hand in, comes in between.
 */
final class Deadlock {
    private static final long PATIENCE_NANOS = 1_000_000_000L;

    /** Of more tasks than that no stacks are taken. */
    private static final int MANY = 10_000;

    private final Loop loop;
    private final Driver.Deadlocks how;

    /** The step in which it last looked, and the one after which the loop became idle. */
    private long lookedAt = -1;

    private long idleAt = -1;
    private long until;
    private long reported;

    Deadlock(Loop loop, Driver.Deadlocks how) {
        this.loop = loop;
        this.how = how;
    }

    /**
     * The loop would block without a deadline: until when it may. On the carrier.
     *
     * @param step the steps so far
     */
    long deadline(long step) {
        if (how == Driver.Deadlocks.IGNORE || step == lookedAt || loop.driver().hasPending()) {
            return Long.MAX_VALUE;
        }
        long now = loop.nanoTime();
        if (how == Driver.Deadlocks.REPORT) {
            if (step != idleAt) {
                idleAt = step;
                until = now + PATIENCE_NANOS;
            }
            if (now - until < 0) {
                return until;
            }
        }
        loop.inSystemTask(this::look);
        return now;
    }

    private void look() {
        lookedAt = loop.stepNow() + 1;
        List<LoopTask<?>> tasks = TreeReader.allOf(loop);
        if (tasks.isEmpty() || loop.mayBeWoken() || !areStuck(tasks)) {
            return;
        }
        long waits = 0;
        for (LoopTask<?> task : tasks) {
            waits = waits * 31 + task.thread.threadId() + task.waitingSince;
        }
        if (waits == reported) {
            return;
        }
        reported = waits;
        String report = describe(tasks.size());
        if (how == Driver.Deadlocks.FAIL) {
            loop.condemn(new DeadlockException(report), "deadlock");
        } else {
            loop.reports.deadlock(report);
        }
    }

    private boolean areStuck(List<LoopTask<?>> tasks) {
        for (LoopTask<?> task : tasks) {
            if (!task.isWaiting()) {
                return false;
            }
            for (WaitList list : task.waitingIn()) {
                if (list.isExternal() && !(task.group == null && loop.guests > 0)) {
                    return false;
                }
            }
        }
        return true;
    }

    private String describe(int tasks) {
        TaskTree tree = loop.tree(tasks > MANY ? 0 : 8);
        return "deadlock: no task of "
                + loop
                + " can ever go on. "
                + (tree.cycles().isEmpty()
                        ? "No task is left that would do what they wait for"
                        : "Some wait for each other")
                + ", and there is no timer, no I/O, no offloaded call and no stage to wake one. (If"
                + " another thread is going to hand work in with Loop.execute, all is well.)\n"
                + tree;
    }
}

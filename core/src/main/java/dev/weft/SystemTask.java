package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * A virtual thread of the loop for what must not run on the bare carrier: hand-overs from other
 * threads, interrupts, reports. What it runs must not wait.
 */
final class SystemTask implements Runnable {
    private static final int WORKS_A_STEP = 64;

    private final Loop loop;
    final Thread thread;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private boolean idle;
    private boolean stopping;
    private @Nullable Runnable atEnd;

    SystemTask(Loop loop) {
        this.loop = loop;
        this.thread = loop.switching.newThread(loop.name() + "-system", this);
    }

    /** On the loop, the bare carrier included. */
    void add(Runnable work) {
        queue.add(work);
        wake();
    }

    /** What it did not come to; the loop has ended. */
    @Nullable Runnable poll() {
        return queue.poll();
    }

    private void wake() {
        if (idle) {
            idle = false;
            loop.switching.wake(thread);
        }
    }

    /** Ends once the queue is empty and the driver closed; then runs {@code then}. */
    void stop(Runnable then) {
        stopping = true;
        atEnd = then;
        wake();
    }

    @Override
    public void run() {
        loop.switching.entered();
        loop.noStrangerRuns();
        int works = 0;
        for (; ; ) {
            Runnable work = queue.poll();
            if (work == null) {
                if (stopping && loop.driverHasEnded()) {
                    break;
                }
                idle = true;
                while (idle) {
                    loop.switching.park(null);
                }
                loop.noStrangerRuns();
            } else {
                try {
                    work.run();
                } catch (Throwable e) {
                    loop.reports.unexpected("work handed to " + loop, e);
                }
                Thread.interrupted(); // or park() would return at once from now on
                if (++works % WORKS_A_STEP == 0) {
                    loop.switching.giveWay(null);
                    loop.noStrangerRuns();
                }
            }
        }
        if (atEnd != null) {
            atEnd.run();
        }
    }
}

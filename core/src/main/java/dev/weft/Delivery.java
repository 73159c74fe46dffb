package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.function.Supplier;

/**
 * What has become of one request for one task: pending, delivered, or due again because the grace
 * has passed and the scope has not been left. As a timer it is the end of that grace.
 */
final class Delivery extends Timer {
    static final int PENDING = 0;
    static final int DELIVERED = 1;
    static final int DUE_AGAIN = 2;

    final LoopTask<?> task;
    final CancelRequest request;
    @Nullable Delivery next;
    int state = PENDING;

    /** Which one it was of all that the loop has delivered. */
    int number;

    /** Where it was delivered, for the report when the task does not unwind. */
    @Nullable CancelledError delivered;

    /**
     * Set once an interrupt was sent for it: then an interrupt's exception counts as its delivery.
     */
    boolean asInterrupt;

    /**
     * Whose stack tells why the task does not unwind, if not its own: a thread that works for it.
     */
    @Nullable Supplier<@Nullable Thread> stuck;

    private long graceLeft;
    private boolean isTold;
    private long toldAt;

    Delivery(LoopTask<?> task, CancelRequest request) {
        this.task = task;
        this.request = request;
    }

    TaskInfo.Cancellation info() {
        return new TaskInfo.Cancellation(
                request.scope().describe(),
                request.reason(),
                request.by(),
                switch (state) {
                    case PENDING -> TaskInfo.Stage.PENDING;
                    case DELIVERED -> TaskInfo.Stage.DELIVERED;
                    default -> TaskInfo.Stage.DUE_AGAIN;
                });
    }

    boolean isPending() {
        return state == PENDING;
    }

    boolean isDue() {
        return state != DELIVERED;
    }

    /** Records a delivery; the grace begins with the first. */
    void markDelivered(@Nullable CancelledError error) {
        if (state == PENDING) {
            state = DELIVERED;
            number = ++task.loop.deliveries;
            delivered = error;
            if (error != null || !isSet()) {
                beginGrace();
            }
        }
    }

    /**
     * An interrupt was sent for it. Whether anybody notices is not known, so the grace begins now;
     * at its end the interrupt is sent again.
     */
    void sentAsInterrupt() {
        asInterrupt = true;
        beginGrace();
    }

    private void beginGrace() {
        task.loop.timers.cancel(this);
        graceLeft = task.loop.graceNanos;
        resumeGrace();
    }

    /**
     * For a task that cleans up for another one: the request has been delivered to it as to that
     * one, and its grace ends with that one's.
     */
    void continues(Delivery cleaningUp) {
        state = cleaningUp.state;
        number = cleaningUp.number;
        delivered = cleaningUp.delivered;
        graceLeft = cleaningUp.graceLeft(task.loop.nanoTime());
        resumeGrace();
    }

    /** What is left of the grace. */
    long graceLeft(long now) {
        return isSet() ? Math.max(0, when - now) : graceLeft;
    }

    /** Takes a delivery back: its effect was replaced by a failure, so it arrives anew. */
    void markPending() {
        task.loop.timers.cancel(this);
        state = PENDING;
        asInterrupt = false;
    }

    /** Time under a shield does not count. */
    void pauseGrace() {
        if (isSet()) {
            graceLeft = graceLeft(task.loop.nanoTime());
            task.loop.timers.cancel(this);
        }
    }

    void resumeGrace() {
        boolean running = state == DELIVERED || asInterrupt;
        if (running && !isSet() && !task.isMasked(request)) {
            task.loop.timers.set(this, task.loop.nanoTime() + graceLeft);
        }
    }

    /** Whether that it is ignored was told since {@code time}, or will be when the grace ends. */
    boolean isToldSince(long time) {
        return isTold ? toldAt - time > 0 : isSet();
    }

    @Override
    LoopTask<?> task() {
        return task;
    }

    @Override
    String what() {
        return "end of grace";
    }

    @Override
    void fire() {
        if (task.isDone() || !task.thread.isAlive()) {
            return;
        }
        boolean reported = state == DUE_AGAIN;
        state = DUE_AGAIN;
        // a task that joins waits for children, which are reported; unless a thread works for it
        if (!reported && (!task.isJoining() || stuck != null)) {
            isTold = true;
            toldAt = task.loop.nanoTime();
            task.loop.reports.cancellationIgnored(this);
        }
        task.poke();
    }
}

package dev.weft;

import java.time.Duration;
import java.util.Objects;

/** A timer that wakes a sleeping task. */
final class Sleep extends Timer {
    final LoopTask<?> task;

    private Sleep(LoopTask<?> task) {
        this.task = task;
    }

    static void sleep(Duration time) {
        Objects.requireNonNull(time, "the time");
        LoopTask<?> task = LoopTask.current();
        task.checkCancelled();
        long nanos = Durations.nanos(time);
        if (nanos == 0) {
            task.yieldTurn();
            return;
        }
        Loop loop = task.loop;
        Sleep timer = new Sleep(task);
        loop.timers.set(timer, loop.nanoTime() + nanos);
        try {
            task.suspend(true);
        } finally {
            loop.timers.cancel(timer);
        }
    }

    @Override
    void fire() {
        task.wake(null);
    }

    @Override
    LoopTask<?> task() {
        return task;
    }

    @Override
    String what() {
        return "end of sleep";
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The face that the loop shows to the JDK: what virtual threads are submitted to. A {@code
 * ForkJoinPool} by type alone, because then the JDK brings its timed waits here too instead of to a
 * thread of its own. It has no workers.
 *
 * <p>{@code execute} never throws, never parks and never locks: one rejected call would end the
 * JDK's socket poller, and with it the sockets of the whole JVM.
 */
final class LoopScheduler extends ForkJoinPool {
    private final Loop loop;

    LoopScheduler(Loop loop) {
        super(1);
        this.loop = loop;
    }

    @Override
    public void execute(Runnable continuation) {
        loop.resume(continuation);
    }

    @Override
    public void execute(ForkJoinTask<?> task) {
        loop.resume(task::quietlyInvoke);
    }

    @Override
    public <T extends @Nullable Object> ForkJoinTask<T> submit(ForkJoinTask<T> task) {
        execute(task);
        return task;
    }

    @Override
    public <T extends @Nullable Object> ForkJoinTask<T> externalSubmit(ForkJoinTask<T> task) {
        execute(task);
        return task;
    }

    @Override
    public <T extends @Nullable Object> ForkJoinTask<T> lazySubmit(ForkJoinTask<T> task) {
        execute(task);
        return task;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return loop.schedule(command, unit.toNanos(delay));
    }

    @Override
    public <V extends @Nullable Object> ScheduledFuture<V> schedule(
            Callable<V> callable, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException("the JDK schedules runnables only");
    }

    @Override
    public ForkJoinTask<?> submit(Runnable task) {
        return submit(ForkJoinTask.adapt(task));
    }
}

package dev.weft.net;

import dev.weft.Loop;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ScheduledFuture;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A simulated loop as Netty sees it: nobody polls, so whoever brings work says so. */
final class SimLoop extends NettyLoop {
    private final Runnable wakeup;

    SimLoop(Loop loop, InsideNetty inside, Runnable wakeup) {
        super(loop, inside, loop::nanoTime, _ -> Nothing.HANDLED);
        this.wakeup = wakeup;
    }

    @Override
    public void execute(Runnable task) {
        super.execute(task);
        wakeup.run();
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        wakeup.run();
        return super.schedule(command, delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        wakeup.run();
        return super.schedule(callable, delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
            Runnable command, long initialDelay, long period, TimeUnit unit) {
        wakeup.run();
        return super.scheduleAtFixedRate(command, initialDelay, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
            Runnable command, long initialDelay, long delay, TimeUnit unit) {
        wakeup.run();
        return super.scheduleWithFixedDelay(command, initialDelay, delay, unit);
    }

    /** In place of the operating system's. */
    private enum Nothing implements IoHandler {
        HANDLED;

        @Override
        public int run(IoHandlerContext context) {
            return 0;
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            throw new UnsupportedOperationException("a channel of the operating system's");
        }

        @Override
        public void wakeup() {}

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return false;
        }
    }
}

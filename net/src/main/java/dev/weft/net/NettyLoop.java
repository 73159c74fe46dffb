package dev.weft.net;

import dev.weft.Driver.Gate;
import dev.weft.Loop;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.Ticker;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The loop as Netty sees it: an event loop whose one thread is whichever task runs.
 *
 * <p>So a write of a task runs on its own stack, with no queue between. What is given to {@link
 * #execute} or {@code schedule} runs in the I/O task, at the end of a poll. Netty's timers follow
 * the driver's time.
 */
class NettyLoop extends AbstractScheduledEventExecutor implements IoEventLoop, IoHandlerContext {
    private final Loop loop;
    private final InsideNetty inside;
    private final LoopTicker ticker;
    private final IoHandler handler;
    private final Promise<?> terminated = new DefaultPromise<>(ImmediateEventExecutor.INSTANCE);
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final Queue<Runnable> foreignTasks = new ConcurrentLinkedQueue<>();

    private @Nullable Gate gate;
    private long deadline = -1;

    NettyLoop(Loop loop, InsideNetty inside, LongSupplier nanoTime, IoHandlerFactory factory) {
        this.loop = loop;
        this.inside = inside;
        this.ticker = new LoopTicker(nanoTime);
        this.handler = factory.newHandler(this);
    }

    void start() {
        handler.initialize();
    }

    /**
     * One poll, by the I/O task; {@code mayWait}: until the gate's deadline if nothing is ready.
     */
    void poll(boolean mayWait, Gate gate) {
        long nextTimer = nextScheduledTaskDeadlineNanos();
        long limit = ticker.fromDriver(gate.deadline());
        long until = nextTimer < 0 ? limit : Math.min(limit, nextTimer);
        deadline = until == Long.MAX_VALUE ? -1 : until;
        this.gate = mayWait ? gate : null;
        try {
            handler.run(this);
        } finally {
            this.gate = null;
        }
        runTasks();
    }

    /** How long until a timer of Netty's is due; 0 if a task waits to run. */
    long delayOfTasks() {
        if (hasTasks()) {
            return 0;
        }
        long next = nextScheduledTaskDeadlineNanos();
        return next < 0 ? Long.MAX_VALUE : Math.max(0, next - ticker.nanoTime());
    }

    void wakeup() {
        handler.wakeup();
    }

    /** Closes all channels and the handler; by the I/O task, last. */
    void destroy() {
        handler.prepareToDestroy();
        for (int turn = 0; turn < 16; turn++) {
            handler.run(this);
            runTasks();
        }
        cancelScheduledTasks();
        handler.destroy();
        runTasks();
        terminated.trySuccess(null);
    }

    final void runTasks() {
        for (Runnable due = pollScheduledTask(); due != null; due = pollScheduledTask()) {
            tasks.add(due);
        }
        for (int n = foreignTasks.size(); n > 0; n--) {
            tasks.add(foreignTasks.remove());
        }
        for (int n = tasks.size(); n > 0; n--) {
            safeExecute(tasks.remove());
        }
    }

    final boolean hasTasks() {
        return !tasks.isEmpty() || !foreignTasks.isEmpty();
    }

    // ---- what the handler asks in a poll

    /**
     * Epoll asks twice, the second time after it has announced that it will sleep: both times the
     * gate looks again.
     */
    @Override
    public boolean canBlock() {
        Gate current = gate;
        return current != null && !hasTasks() && current.mayBlock() && foreignTasks.isEmpty();
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
        return deadline < 0 ? Long.MAX_VALUE : Math.max(0, deadline - ticker.nanoTime());
    }

    @Override
    public long deadlineNanos() {
        return deadline;
    }

    // ---- the executor

    @Override
    public boolean inEventLoop(Thread thread) {
        return inside.isOwner(thread)
                || (inside.isFree()
                        && thread == Thread.currentThread()
                        && Loop.currentOrNull() == loop);
    }

    @Override
    public void execute(Runnable task) {
        if (inEventLoop()) {
            tasks.add(task);
        } else {
            foreignTasks.add(task);
            loop.post(NettyLoop::nothing);
        }
    }

    /** What is posted to have the loop poll soon. */
    private static void nothing() {}

    @Override
    public Ticker ticker() {
        return ticker;
    }

    // ---- the event loop

    @Override
    public @Nullable IoEventLoopGroup parent() {
        return null;
    }

    @Override
    public IoEventLoop next() {
        return this;
    }

    @Override
    public Future<IoRegistration> register(IoHandle handle) {
        Promise<IoRegistration> promise = newPromise();
        if (inEventLoop()) {
            register(handle, promise);
        } else {
            execute(() -> register(handle, promise));
        }
        return promise;
    }

    private void register(IoHandle handle, Promise<IoRegistration> promise) {
        try {
            promise.setSuccess(handler.register(handle));
        } catch (Exception e) {
            promise.setFailure(e);
        }
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel) {
        return register(new DefaultChannelPromise(channel, this));
    }

    @Override
    @Deprecated
    public ChannelFuture register(ChannelPromise promise) {
        promise.channel().unsafe().register(this, promise);
        return promise;
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        channel.unsafe().register(this, promise);
        return promise;
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return handler.isCompatible(handleType);
    }

    @Override
    public boolean isIoType(Class<? extends IoHandler> handlerType) {
        return handler.getClass() == handlerType;
    }

    // ---- it ends with its loop, not by itself

    @Override
    @Deprecated
    public void shutdown() {}

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        return terminated;
    }

    @Override
    public Future<?> terminationFuture() {
        return terminated;
    }

    @Override
    public boolean isShuttingDown() {
        return terminated.isDone();
    }

    @Override
    public boolean isShutdown() {
        return terminated.isDone();
    }

    @Override
    public boolean isTerminated() {
        return terminated.isDone();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return terminated.await(timeout, unit);
    }
}

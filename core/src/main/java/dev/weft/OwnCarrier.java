package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.LockSupport;

/**
 * The loop is the scheduler of its virtual threads, on a carrier thread of its own. The JDK submits
 * a continuation whenever one of them may go on, whatever it waited for.
 */
final class OwnCarrier extends Switching {
    private final Loop loop;
    private final Carrier carrier;
    private final DumpContainer container;
    final LoopScheduler scheduler;

    OwnCarrier(Loop loop) {
        this(loop, new Carrier(loop, loop.name()));
    }

    OwnCarrier(Loop loop, Carrier carrier) {
        this.loop = loop;
        this.carrier = carrier;
        this.container = new DumpContainer(loop.name(), loop::threads);
        this.scheduler = new LoopScheduler(loop);
    }

    static @Nullable Loop current() {
        return Internals.currentCarrier() instanceof Carrier c && Thread.currentThread().isVirtual()
                ? c.loop
                : null;
    }

    @Override
    Thread carrier() {
        return carrier;
    }

    @Override
    boolean isOnLoop() {
        return Internals.currentCarrier() == carrier;
    }

    @Override
    Thread newThread(@Nullable String name, Runnable body) {
        if (carrier.session == null) {
            return Internals.newVirtualThread(scheduler, name, body);
        }
        carrier.makesOwn = true;
        try {
            return Internals.newVirtualThread(scheduler, name, body);
        } finally {
            carrier.makesOwn = false;
        }
    }

    @Override
    void start(Thread thread) {
        container.start(thread);
    }

    @Override
    Runnable startAside(Thread thread) {
        container.start(thread);
        return loop.takeFirstContinuation();
    }

    @Override
    void entered() {}

    @Override
    void wake(Thread thread) {
        LockSupport.unpark(thread);
    }

    @Override
    void park(@Nullable LoopTask<?> task) {
        LockSupport.park();
    }

    @Override
    void giveWay(@Nullable LoopTask<?> task) {
        Thread.yield();
    }

    @Override
    void step(Runnable continuation) {
        continuation.run();
    }

    @Override
    void breathe() {}
}

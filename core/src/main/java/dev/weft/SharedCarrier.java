package dev.weft;

import jdk.management.VirtualThreadSchedulerMXBean;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.util.concurrent.locks.LockSupport;

/**
 * Portable mode: the virtual threads of all loops, like all others of the JVM, run on the one
 * carrier of the JDK's default scheduler, and the loop's turn runs in one of them.
 *
 * <p>What is ready are threads. In a step the loop hands over to one: it unparks (or starts) that
 * thread and parks. The thread says that it has got its turn, which unparks the loop; with one
 * carrier the loop goes on no sooner than the thread has left it, be it in a wait of Weft's, in one
 * of the JDK's, or at its end. A thread leaves a wait of Weft's in no other way, so the order is
 * that of the ready queue, and at most one thread of the loop runs between two of the loop's own
 * looks at its queues.
 *
 * <p>A wait of the JDK's ends without the loop being asked. What such a thread does then is still
 * alone on the carrier, but the loop may be parked meanwhile; so whoever asks for the current loop,
 * or makes something ready, rouses it ({@link Loop#stirred}).
 */
final class SharedCarrier extends Switching {
    private static final Inherited LOOP = new Inherited();

    /** Inherited by what tasks start, as the scheduler is in {@link OwnCarrier}. */
    private static final class Inherited extends InheritableThreadLocal<@Nullable Loop> {
        @Override
        protected @Nullable Loop childValue(@Nullable Loop loop) {
            if (loop != null && loop.switching instanceof SharedCarrier shared && !shared.making) {
                loop.strangerComes();
            }
            return loop;
        }
    }

    /** How often an idle loop lets others go before it takes time to stand still. */
    private static final int PATIENCE = 16;

    private final Loop loop;
    private final Thread carrier;

    /** Who was given the turn and has not taken it yet. */
    private @Nullable Thread handedTo;

    /** Whether a thread of Weft's own is being made. */
    private boolean making;

    SharedCarrier(Loop loop) {
        this.loop = loop;
        this.carrier =
                Thread.ofVirtual()
                        .inheritInheritableThreadLocals(false)
                        .name(loop.name())
                        .unstarted(loop::carry);
    }

    // ---- whether it can be had

    /** Found out once per JVM. */
    private static final class Scheduler {
        static final @Nullable VirtualThreadSchedulerMXBean BEAN;
        static final @Nullable String MISSING;

        static {
            VirtualThreadSchedulerMXBean bean = null;
            String missing = null;
            var _ = limit("jdk.virtualThreadScheduler.parallelism");
            boolean couldGrow = limit("jdk.virtualThreadScheduler.maxPoolSize");
            try {
                bean = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
                if (bean.getParallelism() != 1 || (couldGrow && bean.getPoolSize() > 0)) {
                    missing = "virtual threads were used before, and may run in parallel";
                }
            } catch (LinkageError e) {
                missing =
                        "whether virtual threads run in parallel cannot be told without module"
                                + " jdk.management (--add-modules jdk.management)";
            }
            BEAN = bean;
            MISSING = missing;
            if (missing == null) {
                Reports.log(Level.WARNING, announcement(), null);
            }
        }

        /** Must come before the JDK makes its scheduler; false if it was set already. */
        private static boolean limit(String property) {
            if ("1".equals(System.getProperty(property))) {
                return false;
            }
            System.setProperty(property, "1");
            return true;
        }

        private static String announcement() {
            return "portable mode, because the JVM lacks the flag "
                    + Internals.flag()
                    + ": task switches are several times slower; all loops and all virtual threads"
                    + " share one carrier; tasks that come back from a wait of the JDK's do so out"
                    + " of turn, and its timed waits do not follow a simulated clock; ScopedValue"
                    + " bindings reach neither tasks nor offloaded calls; the drivers epoll and"
                    + " io_uring are not available; the watchdog sees steps that the loop itself"
                    + " began, no others";
        }

        static long queued() {
            VirtualThreadSchedulerMXBean bean = BEAN;
            return bean == null ? 0 : bean.getQueuedVirtualThreadCount();
        }
    }

    static void require() {
        String missing = Scheduler.MISSING;
        if (missing != null) {
            throw new IllegalStateException(
                    "Weft needs the JVM flag "
                            + Internals.flag()
                            + ". It can do without while all virtual threads share one carrier, but"
                            + " "
                            + missing
                            + ". Add the flag; or, slower, "
                            + "-Djdk.virtualThreadScheduler.parallelism=1"
                            + " -Djdk.virtualThreadScheduler.maxPoolSize=1",
                    Internals.whyClosed());
        }
    }

    // ---- who and where

    static @Nullable Loop current() {
        if (!Thread.currentThread().isVirtual()) {
            return null;
        }
        Loop loop = LOOP.get();
        if (loop == null || loop.isClosed()) {
            return null;
        }
        loop.stirred();
        return loop;
    }

    @Override
    Thread carrier() {
        return carrier;
    }

    @Override
    boolean isOnLoop() {
        return Thread.currentThread() == carrier || current() == loop;
    }

    // ---- threads

    @Override
    Thread newThread(@Nullable String name, Runnable body) {
        Runnable inherited =
                LOOP.get() == loop
                        ? body
                        : () -> {
                            LOOP.set(loop);
                            body.run();
                        };
        Thread.Builder builder = Thread.ofVirtual();
        making = true;
        try {
            return (name == null ? builder : builder.name(name)).unstarted(inherited);
        } finally {
            making = false;
        }
    }

    @Override
    void start(Thread thread) {
        loop.enqueue(thread);
    }

    @Override
    Runnable startAside(Thread thread) {
        return thread;
    }

    // ---- turns

    @Override
    void step(Runnable ready) {
        Thread thread = (Thread) ready;
        handedTo = thread;
        if (thread.getState() == Thread.State.NEW) {
            try {
                thread.start();
            } catch (Throwable notStarted) {
                handedTo = null;
                loop.notStarted(thread, notStarted);
            }
        } else {
            LockSupport.unpark(thread);
        }
        while (handedTo == thread) {
            LockSupport.park(this);
        }
    }

    @Override
    void entered() {
        handedTo = null;
        LockSupport.unpark(carrier);
    }

    @Override
    void wake(Thread thread) {
        loop.enqueue(thread);
    }

    @Override
    void park(@Nullable LoopTask<?> task) {
        awaitTurn(task);
    }

    @Override
    void giveWay(@Nullable LoopTask<?> task) {
        loop.enqueue(Thread.currentThread());
        awaitTurn(task);
    }

    /**
     * Waits until the loop hands over to the calling thread, and takes the turn. An interrupt ends
     * a wait that it can end, which makes the task ready; otherwise the task learns of it when it
     * has its turn.
     */
    private void awaitTurn(@Nullable LoopTask<?> task) {
        Thread me = Thread.currentThread();
        boolean interrupted = false;
        while (handedTo != me && !loop.isClosed()) {
            LockSupport.park();
            interrupted |= Thread.interrupted() && (task == null || !task.interruptedInWait());
        }
        entered();
        if (interrupted) {
            me.interrupt();
        }
    }

    /**
     * What the JDK has made ready waits in queues of its scheduler. The carrier looks at one after
     * the other, but only when it has nothing left in the one it is at, which a loop that only
     * hands over and yields would never let happen. So the loop leaves all of them for a moment.
     */
    @Override
    void breathe() {
        for (int i = 0; i < PATIENCE && Scheduler.queued() > 0; i++) {
            Thread.yield();
            if (Scheduler.queued() > 0) {
                LockSupport.parkNanos(this, 1);
            }
            if (loop.hasWork()) {
                break;
            }
        }
    }
}

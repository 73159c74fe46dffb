package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * All that Weft takes from inside JDK 25: virtual threads with a scheduler of one's own, and the
 * cheap question which carrier one runs on. Nothing else of Weft touches JDK internals.
 */
final class Internals {
    /**
     * As {@code Thread.ofVirtual()} has it: inheritable thread-locals and the context class loader
     * come from the creator.
     */
    private static final int ORDINARY = 0;

    private static final @Nullable MethodHandle NEW_VIRTUAL_THREAD;
    private static final @Nullable MethodHandle CURRENT_CARRIER;
    private static final @Nullable MethodHandle DEFAULT_SCHEDULER;
    private static final @Nullable Throwable MISSING;

    static {
        MethodHandle newThread = null;
        MethodHandle carrier = null;
        MethodHandle scheduler = null;
        Throwable missing = null;
        try {
            var lookup = MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
            newThread =
                    lookup.findStatic(
                            Class.forName("java.lang.ThreadBuilders"),
                            "newVirtualThread",
                            MethodType.methodType(
                                    Thread.class,
                                    Executor.class,
                                    String.class,
                                    int.class,
                                    Runnable.class));
            carrier =
                    lookup.findStatic(
                            Thread.class,
                            "currentCarrierThread",
                            MethodType.methodType(Thread.class));
            scheduler =
                    lookup.findStatic(
                            Class.forName("java.lang.VirtualThread"),
                            "defaultScheduler",
                            MethodType.methodType(Executor.class));
        } catch (ReflectiveOperationException | RuntimeException e) {
            missing = e;
        }
        NEW_VIRTUAL_THREAD = newThread;
        CURRENT_CARRIER = carrier;
        DEFAULT_SCHEDULER = scheduler;
        MISSING = missing;
    }

    private Internals() {}

    static boolean isOpen() {
        return MISSING == null;
    }

    /** The flag that opens the JDK's door, in the form that fits where Weft was loaded from. */
    static String flag() {
        Module weft = Internals.class.getModule();
        return "--add-opens java.base/java.lang="
                + (weft.isNamed() ? weft.getName() : "ALL-UNNAMED")
                + " (for an executable jar: the manifest line 'Add-Opens: java.base/java.lang')";
    }

    static @Nullable Throwable whyClosed() {
        return MISSING;
    }

    /** An unstarted virtual thread that the scheduler runs. */
    static Thread newVirtualThread(Executor scheduler, @Nullable String name, Runnable task) {
        try {
            return (Thread) open(NEW_VIRTUAL_THREAD).invokeExact(scheduler, name, ORDINARY, task);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The platform thread that runs the caller. */
    static Thread currentCarrier() {
        try {
            return (Thread) open(CURRENT_CARRIER).invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The scheduler of all virtual threads that have none of their own. */
    static ForkJoinPool defaultScheduler() {
        try {
            return (ForkJoinPool) (Executor) open(DEFAULT_SCHEDULER).invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static MethodHandle open(@Nullable MethodHandle handle) {
        if (handle == null) {
            throw new IllegalStateException("the JVM lacks the flag " + flag(), MISSING);
        }
        return handle;
    }

    private static RuntimeException unexpected(Throwable e) {
        return Throwing.sneaky(e);
    }
}

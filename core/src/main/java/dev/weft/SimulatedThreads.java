package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Notices that a simulated program makes a thread: whatever it does, and when, is not the
 * simulation's choice. All threads that the program has inherit the carrier of their session; the
 * JDK asks for the child's value in the constructor of the child.
 */
final class SimulatedThreads extends InheritableThreadLocal<@Nullable Carrier> {
    private static final SimulatedThreads OF = new SimulatedThreads();
    private static final int MOST_FRAMES = 8;

    private SimulatedThreads() {}

    /** On a session's thread: from now on. */
    static void watch(Carrier carrier) {
        OF.set(carrier);
    }

    @Override
    protected @Nullable Carrier childValue(@Nullable Carrier carrier) {
        Loop loop = carrier == null ? null : carrier.program;
        if (carrier == null || loop == null || carrier.makesOwn || isVirtual()) {
            return carrier;
        }
        if (Internals.currentCarrier() == carrier) { // else by a thread that was let go
            loop.threadIsMade();
        }
        return null;
    }

    /** A virtual thread has the loop for its scheduler, so it is one of those that are chosen. */
    private static boolean isVirtual() {
        return StackWalker.getInstance()
                .walk(
                        frames ->
                                frames.limit(MOST_FRAMES)
                                        .anyMatch(
                                                f ->
                                                        f.getClassName()
                                                                .equals(
                                                                        "java.lang.VirtualThread")));
    }
}

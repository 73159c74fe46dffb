package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Notices that a simulated program makes a thread: whatever it does, and when, is not the
 * simulation's choice. Inherited by all threads that the program has; the JDK asks for the child's
 * value in the constructor of the child.
 */
final class SimulatedThreads extends InheritableThreadLocal<SimulatedThreads.@Nullable Maker> {
    private static final SimulatedThreads OF = new SimulatedThreads();
    private static final int MOST_FRAMES = 8;

    /** Who makes the threads of a session. */
    static final class Maker {
        /** Whether Weft makes one of its own now. */
        private boolean making;

        @Nullable SimulatedTurns turns;

        void begin() {
            making = true;
        }

        void end() {
            making = false;
        }
    }

    private SimulatedThreads() {}

    /** On a session's thread: from now on. */
    static Maker watch() {
        Maker maker = new Maker();
        OF.set(maker);
        return maker;
    }

    @Override
    protected @Nullable Maker childValue(@Nullable Maker maker) {
        SimulatedTurns turns = maker == null ? null : maker.turns;
        if (maker == null || turns == null || maker.making || isVirtual()) {
            return maker;
        }
        if (Internals.currentCarrier() instanceof Carrier) { // else it is a thread that was let go
            turns.threadIsMade();
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

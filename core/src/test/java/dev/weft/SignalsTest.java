package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import java.util.concurrent.CancellationException;

@DisabledOnOs(OS.WINDOWS)
class SignalsTest {

    /** A tree of tasks with clean-up that waits. */
    static final class Tree {
        private Tree() {}

        public static void main(String[] args) {
            Weft.run(
                    () -> {
                        Weft.background(() -> waits("background"));
                        Weft.group(
                                g -> {
                                    g.start(() -> waits("child"));
                                    Weft.offload(() -> System.out.println("waiting"));
                                    waits("body");
                                });
                    });
            System.out.println("not reached");
        }

        static void waits(String name) {
            try {
                Sim.sleepForever();
            } catch (CancelledError e) {
                Sim.sleep(5);
                System.out.println(name + " cleaned up after " + e.reason());
                throw e;
            }
        }
    }

    private static void assertCleanedUp(Child child, String signal) throws Exception {
        assertThat(child.printed())
                .contains(
                        "child cleaned up after " + signal,
                        "body cleaned up after " + signal,
                        "background cleaned up after ")
                .doesNotContain("not reached")
                .doesNotContain("Exception");
    }

    @Test
    void sigintCancelsTheTreeRunsCleanUpAndEndsWith130() throws Exception {
        try (Child child = Child.onClassPath(Tree.class, Child.SAME_MODE)) {
            child.awaitLine("waiting");
            child.kill("INT");
            assertThat(child.exitStatus()).isEqualTo(130);
            assertCleanedUp(child, "SIGINT");
        }
    }

    @Test
    void sigtermCancelsTheTreeRunsCleanUpAndEndsWith143() throws Exception {
        try (Child child = Child.onClassPath(Tree.class, Child.SAME_MODE)) {
            child.awaitLine("waiting");
            child.kill("TERM");
            assertThat(child.exitStatus()).isEqualTo(143);
            assertCleanedUp(child, "SIGTERM");
        }
    }

    /** Clean-up that never ends by itself. */
    static final class Stubborn {
        private Stubborn() {}

        public static void main(String[] args) {
            Weft.run(
                    () -> {
                        try {
                            Weft.offload(() -> System.out.println("waiting"));
                            Sim.sleepForever();
                        } finally {
                            System.out.println("cleaning up");
                            Weft.shield(Sim.s(1000), Sim::sleepForever);
                        }
                    });
        }
    }

    // rules 4: "A second signal halts at once"
    @Test
    void aSecondSignalEndsTheProcessAtOnce() throws Exception {
        try (Child child = Child.onClassPath(Stubborn.class, Child.SAME_MODE)) {
            child.awaitLine("waiting");
            child.kill("INT");
            child.awaitLine("cleaning up");
            child.kill("INT");
            assertThat(child.exitStatus()).isEqualTo(130);
        }
    }

    @Test
    void aSecondSignalOfTheOtherKindEndsItWithItsOwnStatus() throws Exception {
        try (Child child = Child.onClassPath(Stubborn.class, Child.SAME_MODE)) {
            child.awaitLine("waiting");
            child.kill("INT");
            child.awaitLine("cleaning up");
            child.kill("TERM");
            assertThat(child.exitStatus()).isEqualTo(143);
        }
    }

    /** Clean-up that fails. */
    static final class Failing {
        private Failing() {}

        public static void main(String[] args) {
            Weft.run(
                    () -> {
                        try {
                            Weft.offload(() -> System.out.println("waiting"));
                            Sim.sleepForever();
                        } catch (CancelledError e) {
                            throw new IllegalStateException("clean-up failed");
                        }
                    });
        }
    }

    @Test
    void cleanUpThatFailsIsPrintedAndTheProcessEndsWithTheSignalsStatusAllTheSame()
            throws Exception {
        try (Child child = Child.onClassPath(Failing.class, Child.SAME_MODE)) {
            child.awaitLine("waiting");
            child.kill("INT");
            child.awaitLine("Exception in thread \"main\"");
            assertThat(child.exitStatus()).isEqualTo(130);
            assertThat(child.printed()).contains("IllegalStateException: clean-up failed");
        }
    }

    /** A failure that is nobody's signal. */
    static final class FailingByItself {
        private FailingByItself() {}

        public static void main(String[] args) {
            Weft.run(
                    () -> {
                        throw new IllegalStateException("failed");
                    });
        }
    }

    @Test
    void aFailureWithoutASignalEndsTheProcessWith1() throws Exception {
        try (Child child = Child.onClassPath(FailingByItself.class, Child.SAME_MODE)) {
            assertThat(child.exitStatus()).isEqualTo(1);
            assertThat(child.printed()).contains("IllegalStateException: failed");
        }
    }

    /** Catches what run throws, and goes on with handlers as they were. */
    static final class Catching {
        private Catching() {}

        public static void main(String[] args) {
            try {
                Weft.run(
                        () -> {
                            Weft.offload(() -> System.out.println("waiting"));
                            Sim.sleepForever();
                        });
            } catch (CancellationException e) {
                System.out.println("caught " + e.getMessage());
            }
            System.out.println("second " + Weft.<String, RuntimeException>run(() -> "run"));
        }
    }

    @Test
    void runThrowsCancellationExceptionNamingTheSignalWhichMayBeCaught() throws Exception {
        try (Child child = Child.onClassPath(Catching.class, Child.SAME_MODE)) {
            child.awaitLine("waiting");
            child.kill("INT");
            assertThat(child.awaitLine("caught")).isEqualTo("caught SIGINT");
            child.awaitLine("second run");
            assertThat(child.exitStatus()).isZero();
        }
    }

    /** Waits, outside any program, after one has run. */
    static final class Afterwards {
        private Afterwards() {}

        public static void main(String[] args) throws InterruptedException {
            Weft.run(() -> {});
            System.out.println("waiting");
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    // rules 4: "`run` on the process's main thread installs signal handlers ... and restores
    // them"
    @Test
    void theOldHandlersAreRestored() throws Exception {
        try (Child child = Child.onClassPath(Afterwards.class, Child.SAME_MODE)) {
            child.awaitLine("waiting");
            child.kill("TERM");
            assertThat(child.exitStatus()).isEqualTo(143); // the JVM's own way to end
            assertThat(child.printed()).doesNotContain("Exception");
        }
    }

    /** A first signal under a shield. */
    static final class Shielded {
        private Shielded() {}

        public static void main(String[] args) {
            Weft.run(
                    () -> {
                        Weft.shield(
                                Sim.s(1000),
                                () -> {
                                    Weft.offload(() -> System.out.println("waiting"));
                                    while (LoopTask.current().request == null) {
                                        Weft.checkpoint();
                                    }
                                    Weft.checkpoint();
                                    System.out.println("masked");
                                });
                        Weft.checkpoint();
                        System.out.println("not reached");
                    });
        }
    }

    // rules 2: "The first SIGINT is masked, too"
    @Test
    void aShieldMasksTheFirstSignalToo() throws Exception {
        try (Child child = Child.onClassPath(Shielded.class, Child.SAME_MODE)) {
            child.awaitLine("waiting");
            child.kill("INT");
            child.awaitLine("masked");
            assertThat(child.exitStatus()).isEqualTo(130);
            assertThat(child.printed()).doesNotContain("not reached");
        }
    }

    /** A runner: a signal ends one program and all background tasks, and the runner goes on. */
    static final class InRunner {
        private InRunner() {}

        public static void main(String[] args) {
            try (Runner runner = Runner.create()) {
                runner.run(() -> Weft.background(() -> Tree.waits("background")));
                try {
                    runner.run(
                            () -> {
                                Weft.offload(() -> System.out.println("waiting"));
                                Tree.waits("program");
                            });
                } catch (CancellationException e) {
                    System.out.println("caught " + e.getMessage());
                }
                System.out.println("next " + runner.<String, RuntimeException>run(() -> "run"));
                runner.run(
                        () -> {
                            Weft.offload(() -> System.out.println("waiting again"));
                            Sim.sleepForever();
                        });
            }
        }
    }

    @Test
    void aSignalEndsOneProgramOfARunnerAndTheNextTakesSignalsAgain() throws Exception {
        try (Child child = Child.onClassPath(InRunner.class, Child.CLASS_PATH_FLAG)) {
            child.awaitLine("waiting");
            child.kill("INT");
            assertThat(child.awaitLine("caught")).isEqualTo("caught SIGINT");
            child.awaitLine("next run");
            child.awaitLine("waiting again");
            child.kill("TERM");
            assertThat(child.exitStatus()).isEqualTo(143);
            assertThat(child.printed())
                    .contains(
                            "program cleaned up after SIGINT", "background cleaned up after SIGINT")
                    .doesNotContain("Exception");
        }
    }

    /**
     * Programs on two threads that both want signals; the main thread's handlers are gone after.
     */
    static final class OnOtherThreads {
        private OnOtherThreads() {}

        public static void main(String[] args) throws InterruptedException {
            Thread[] threads = new Thread[2];
            for (int i = 0; i < 2; i++) {
                threads[i] =
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            try (Runner runner =
                                                    Runner.builder().signals(true).build()) {
                                                runner.run(OnOtherThreads::waits);
                                            } catch (CancellationException e) {
                                                System.out.println("caught " + e.getMessage());
                                            }
                                        });
            }
            for (Thread t : threads) {
                t.join();
            }
            System.out.println("both ended");
            Thread.sleep(Long.MAX_VALUE);
        }

        private static void waits() {
            Weft.offload(() -> System.out.println("waiting"));
            Sim.sleepForever();
        }
    }

    @Test
    void aSignalEndsAllProgramsThatWantItAndTheLastPutsTheOldHandlerBack() throws Exception {
        try (Child child = Child.onClassPath(OnOtherThreads.class, Child.CLASS_PATH_FLAG)) {
            child.awaitLine("waiting");
            child.awaitLine("waiting");
            child.kill("INT");
            child.awaitLine("caught SIGINT");
            child.awaitLine("caught SIGINT");
            child.awaitLine("both ended");
            child.kill("TERM");
            assertThat(child.exitStatus()).isEqualTo(143); // the JVM's own way to end
        }
    }

    /** Several loops. */
    static final class OnLoops {
        private OnLoops() {}

        public static void main(String[] args) {
            Loops.run(
                    2,
                    loops -> {
                        Weft.offload(() -> System.out.println("waiting"));
                        Tree.waits("loop " + loops.index());
                    });
        }
    }

    @Test
    void aSignalEndsAllLoops() throws Exception {
        try (Child child = Child.onClassPath(OnLoops.class, Child.CLASS_PATH_FLAG)) {
            child.awaitLine("waiting");
            child.awaitLine("waiting");
            child.kill("TERM");
            assertThat(child.exitStatus()).isEqualTo(143);
            assertThat(child.printed())
                    .contains("loop 0 cleaned up after SIGTERM", "loop 1 cleaned up after SIGTERM")
                    .doesNotContain("Exception");
        }
    }

    /** Signals are somebody else's. */
    static final class Off {
        private Off() {}

        public static void main(String[] args) {
            try (Runner runner = Runner.builder().signals(false).build()) {
                runner.run(
                        () -> {
                            Weft.offload(() -> System.out.println("waiting"));
                            Tree.waits("program");
                        });
            }
        }
    }

    @Test
    void turnedOffTheJvmEndsInItsOwnWayWithoutCleanUp() throws Exception {
        try (Child child = Child.onClassPath(Off.class, Child.CLASS_PATH_FLAG)) {
            child.awaitLine("waiting");
            child.kill("TERM");
            assertThat(child.exitStatus()).isEqualTo(143);
            assertThat(child.printed()).doesNotContain("cleaned up");
        }
    }
}

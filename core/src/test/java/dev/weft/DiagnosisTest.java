package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** What Weft says when a program goes wrong: whose fault it is, by its place in the tree. */
class DiagnosisTest {

    // ---- awaits that would never end

    @Test
    void tasksThatAwaitEachOtherAreRefused() {
        List<@Nullable Task<?>> tasks = new ArrayList<>();
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            tasks.add(g.start("a", () -> awaitOf(tasks, 1)));
                                            tasks.add(g.start("b", () -> awaitOf(tasks, 0)));
                                        }));
        assertThat(thrown)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("main/b -> main/a -> main/b")
                .hasMessageContaining("Promise");
    }

    private static void awaitOf(List<@Nullable Task<?>> tasks, int i) {
        Task<?> task = tasks.get(i);
        if (task != null) {
            task.outcome();
        }
    }

    @Test
    void soAreThreeInARow() {
        List<@Nullable Task<?>> tasks = new ArrayList<>();
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            tasks.add(g.start("a", () -> awaitOf(tasks, 1)));
                                            tasks.add(g.start("b", () -> awaitOf(tasks, 2)));
                                            tasks.add(g.start("c", () -> awaitOf(tasks, 0)));
                                        }));
        assertThat(thrown).hasMessageContaining("main/c -> main/a -> main/b -> main/c");
    }

    @Test
    void manyMayAwaitOneAndOneMayAwaitAChain() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<?> last = g.start(() -> sleep(10));
                                    for (int i = 0; i < 100; i++) {
                                        Task<?> before = last;
                                        last = g.start(() -> before.outcome());
                                        g.start(() -> before.outcome());
                                        Weft.checkpoint();
                                    }
                                }));
    }

    @Test
    void anAwaitThatWasCancelledIsNoPartOfACycle() {
        List<@Nullable Task<?>> tasks = new ArrayList<>();
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    tasks.add(
                                            g.start(
                                                    () -> {
                                                        Weft.moveOnAfter(
                                                                ms(1), () -> awaitOf(tasks, 1));
                                                        sleep(10);
                                                    }));
                                    tasks.add(
                                            g.start(
                                                    () -> {
                                                        sleep(5);
                                                        awaitOf(tasks, 0);
                                                    }));
                                }));
    }

    @Test
    void anElementThatIsATaskIsNoAwait() {
        Sim.run(
                () -> {
                    WaitList list = new WaitList("Thing.put");
                    Task<?> me = Task.current();
                    Weft.group(
                            g -> {
                                Task<?> putter = g.start(() -> list.awaitOffering(me) == null);
                                g.start(
                                        () -> {
                                            Weft.checkpoint();
                                            list.wakeFirst(null);
                                        });
                                putter.outcome();
                            });
                });
    }

    // ---- names

    @Test
    void aTaskOfAnotherLoopIsNamedWithItsLoopAndTheFix() {
        Task<?> other = Sim.run(() -> Weft.background(() -> {}));
        assertThat(failureOf(other::outcome))
                .hasMessageContaining("task 'background/task-")
                .hasMessageContaining("belongs to another loop, 'weft-")
                .hasMessageContaining("toFuture()", "Loop.execute");
    }

    // rules 4: "An unobserved failure is reported one second (loop's clock) after its end"
    @Test
    void aFailureThatNobodyAwaitsIsReportedWithThePathOfItsTask() {
        List<String> told = new ArrayList<>();
        Sim.run(
                () -> {
                    Loop.current().exceptionHandler(failure -> told.add(failure.message()));
                    Weft.background(
                            () ->
                                    Weft.supervisor(
                                            g ->
                                                    g.start(
                                                            "lost",
                                                            () -> {
                                                                throw new IllegalStateException();
                                                            })));
                    sleep(2000);
                });
        assertThat(told)
                .singleElement()
                .asString()
                .matches(
                        "task 'background/task-\\d+/lost' failed and nobody awaits it; await it, or"
                                + " handle the failure inside it");
    }

    // ---- the watchdog

    @NeedsOwnCarrier("a task back from a wait of the JDK's runs in no step of the loop's")
    @Test
    void aSlowStepAfterAWaitOfTheJdksIsStillNamed() throws Exception {
        try (Logged logged = Logged.open()) {
            Weft.run(
                    () ->
                            Weft.group(
                                    g -> {
                                        g.start("innocent", () -> Weft.sleep(ms(1)));
                                        g.start(
                                                "hog",
                                                () -> {
                                                    Thread.sleep(1);
                                                    spinUntilReported(logged);
                                                });
                                    }));
            assertThat(logged.messages().getFirst()).startsWith("task 'main/hog' has held up loop");
        }
    }

    private static void spinUntilReported(Logged logged) {
        while (logged.messages().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void workPostedToTheLoopThatHoldsItUpIsCalledThat() {
        try (Logged logged = Logged.open()) {
            Weft.run(
                    () -> {
                        Loop.current().post(() -> spinUntilReported(logged));
                        Weft.sleep(ms(5));
                    });
            assertThat(logged.messages().getFirst()).startsWith("work posted to the loop");
        }
    }

    @Test
    void aSlowStepFailsTheProgramWhereThatIsWanted() {
        System.setProperty("weft.slow-step.fails", "true");
        try (Logged logged = Logged.open()) {
            assertThatThrownBy(
                            () ->
                                    Weft.run(
                                            () -> {
                                                spinUntilReported(logged);
                                                Weft.sleep(Sim.s(3600));
                                            }))
                    .isInstanceOf(SlowStepException.class)
                    .hasMessageContaining("task 'main' has held up")
                    .satisfies(
                            e ->
                                    assertThat(e.getStackTrace())
                                            .anyMatch(
                                                    f ->
                                                            f.getMethodName()
                                                                    .equals("spinUntilReported")));
        } finally {
            System.clearProperty("weft.slow-step.fails");
        }
    }

    @Test
    void whatPinsATaskIsNamed() {
        StackTraceElement park =
                new StackTraceElement("jdk.internal.misc.Unsafe", "park", "Unsafe.java", -2);
        StackTraceElement initialiser =
                new StackTraceElement("com.example.Config", "<clinit>", "Config.java", 3);
        StackTraceElement upcall =
                new StackTraceElement("com.example.Native", "sort", "Native.java", -2);
        StackTraceElement plain = new StackTraceElement("com.example.Main", "main", "Main.java", 3);
        assertThat(Watchdog.pinnedBy(new StackTraceElement[] {park, initialiser, plain}))
                .isEqualTo("the class initialiser of com.example.Config");
        assertThat(Watchdog.pinnedBy(new StackTraceElement[] {park, upcall, plain}))
                .isEqualTo("the native frame Native.sort(Native.java)");
        assertThat(Watchdog.pinnedBy(new StackTraceElement[] {park, plain}))
                .contains("class initialiser or a native frame");
    }

    // ---- -Dweft.debug

    /** Prints where a task was started, and leaves a timer behind. */
    static final class Debugged {
        private Debugged() {}

        public static void main(String[] args) {
            Weft.run(
                    () -> {
                        Task<?> task = startIt();
                        Weft.checkpoint();
                        TaskTree tree = Loop.current().tree();
                        System.out.println(tree.tasks().getLast().startedAt().getFirst());
                        System.out.println(tree);
                        task.cancel("enough");
                        Loop loop = Loop.current();
                        loop.timers.set(
                                new Timer() {
                                    @Override
                                    void fire() {}
                                },
                                loop.nanoTime() + 1_000_000_000_000L);
                    });
        }

        private static Task<?> startIt() {
            return Weft.background(
                    () -> {
                        Weft.sleep(Sim.s(3600));
                    });
        }
    }

    @Test
    void debugModeRemembersWhereATaskWasStartedAndChecksTheLoop() throws Exception {
        try (Child child =
                Child.onClassPath(Debugged.class, Child.CLASS_PATH_FLAG, "-Dweft.debug=true")) {
            child.awaitLine("DiagnosisTest$Debugged.startIt(DiagnosisTest.java:");
            assertThat(child.awaitLine("Weft.sleep"))
                    .contains(", started at DiagnosisTest$Debugged.startIt(DiagnosisTest.java:");
            child.awaitLine("has ended and left behind: 1 timers");
        }
    }

    @Test
    void aRunnerMayBeDebuggedByItself() {
        try (Runner runner =
                Runner.builder().debug(true).driver(() -> new VirtualTime(1)).build()) {
            runner.run(
                    () -> {
                        Debugged.startIt();
                        assertThat(Loop.current().tree().tasks().getLast().startedAt().getFirst())
                                .extracting(StackTraceElement::getMethodName)
                                .isEqualTo("startIt");
                    });
        }
    }

    @Test
    void withoutItNothingIsRemembered() {
        Sim.run(
                () -> {
                    Weft.background(() -> sleep(1));
                    assertThat(Loop.current().tree().tasks())
                            .allSatisfy(task -> assertThat(task.startedAt()).isEmpty());
                });
    }

    // ---- misuse says what to do

    @Test
    void offALoopEveryMessageSaysWhereToCallIt() {
        assertThat(thrownBy(Task::current)).hasMessageContaining("inside Weft.run");
        assertThat(thrownBy(Loop::current)).hasMessageContaining("Loop.execute");
    }
}

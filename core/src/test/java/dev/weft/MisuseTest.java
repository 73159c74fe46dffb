package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Queue;
import dev.weft.sync.Semaphore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Errors of use fail at once, and say what is wrong and how to do it. */
class MisuseTest {

    private static Map<String, Action<?>> calls() {
        Map<String, Action<?>> calls = new LinkedHashMap<>();
        calls.put("group", () -> Weft.group(g -> {}));
        calls.put("groupCall", () -> Weft.groupCall(g -> 1));
        calls.put("background", () -> Weft.background(() -> {}));
        calls.put("gather", () -> Weft.gather(() -> {}, () -> {}));
        calls.put("gather over inputs", () -> Weft.gather(List.of(1), 1, i -> i));
        calls.put("gatherOutcomes", () -> Weft.<Integer>gatherOutcomes(() -> 1));
        calls.put("forEach", () -> Weft.forEach(List.of(1), 1, i -> {}));
        calls.put("timeout", () -> Weft.timeout(Duration.ZERO, () -> {}));
        calls.put("moveOnAfter", () -> Weft.moveOnAfter(Duration.ZERO, () -> {}));
        calls.put("shield", () -> Weft.shield(Duration.ZERO, () -> {}));
        calls.put("sleep", () -> Weft.sleep(Duration.ZERO));
        calls.put("checkpoint", Weft::checkpoint);
        calls.put("checkCancelled", Weft::checkCancelled);
        calls.put("await", () -> Weft.await(CompletableFuture.completedFuture(1)));
        calls.put("offload", () -> Weft.offload(() -> {}));
        calls.put("Loop.current", Loop::current);
        calls.put("Semaphore.acquire", () -> new Semaphore(1).acquire());
        calls.put("Semaphore.release", () -> new Semaphore(1).release());
        calls.put("Queue.put", () -> new Queue<Integer>(1).put(1));
        calls.put("Queue.get", () -> new Queue<Integer>(1).get());
        return calls;
    }

    @Test
    void everyCallFailsOnAThreadThatIsNoTaskAndNamesTheWay() {
        calls().forEach(
                        (name, call) ->
                                assertThat(thrownBy(call))
                                        .as(name)
                                        .isInstanceOf(IllegalStateException.class)
                                        .hasMessageContaining(Thread.currentThread().getName())
                                        .hasMessageContaining("is no task of a loop")
                                        .hasMessageContaining("inside Weft.run")
                                        .hasMessageContaining("Loop.execute"));
    }

    @Test
    void everyCallFailsOnAVirtualThreadOfTheJdksToo() throws Exception {
        Map<String, Throwable> thrown = new LinkedHashMap<>();
        Thread.ofVirtual()
                .start(() -> calls().forEach((name, call) -> thrown.put(name, thrownBy(call))))
                .join();
        assertThat(thrown).hasSameSizeAs(calls());
        assertThat(thrown.values()).allMatch(t -> t instanceof IllegalStateException);
    }

    @Test
    void aProgramInsideATaskIsRefusedAndSaysWhatToUse() {
        assertThat(failureOf(() -> Weft.run(() -> {})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("inside task 'main'")
                .hasMessageContaining("call the body as it is")
                .hasMessageContaining("Weft.background");
    }

    @Test
    void awaitingATaskOfAnotherLoopIsRefused() {
        Task<?> other = Sim.run(() -> Weft.background(() -> {}));
        assertThat(failureOf(other::outcome))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("belongs to another loop")
                .hasMessageContaining("toFuture()");
    }

    @Test
    void awaitingOffTheLoopIsRefused() {
        Task<?> task = Sim.run(() -> Weft.background(() -> {}));
        assertThat(thrownBy(task::outcome))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is no task of a loop");
    }

    @Test
    void aGroupOfAnotherLoopOrUsedOffTheLoopIsRefused() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Throwable thrown =
                                            Weft.<Throwable, RuntimeException>offload(
                                                    () -> thrownBy(() -> g.start(() -> {})));
                                    assertThat(thrown)
                                            .isInstanceOf(IllegalStateException.class)
                                            .hasMessageContaining("group 'group' belongs to loop")
                                            .hasMessageContaining("Offload.onLoop");
                                    assertThat(
                                                    Weft.<Throwable, RuntimeException>offload(
                                                            () -> thrownBy(() -> g.cancel("x"))))
                                            .isInstanceOf(IllegalStateException.class);
                                }));
    }

    @Test
    void anEndedGroupSaysSo() {
        Sim.run(
                () -> {
                    Group kept = Weft.<Group, RuntimeException>groupCall(g -> g);
                    assertThat(thrownBy(() -> kept.start(() -> {})))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage(
                                    "group 'group' has ended; nothing can be started in it any"
                                            + " more");
                });
    }

    @Test
    void onCloseOffTheLoopIsRefused() {
        Loop loop = Sim.run(Loop::current);
        assertThat(thrownBy(() -> loop.onClose(() -> {})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("onClose");
    }

    @Test
    @SuppressWarnings("NullAway") // callers who are not checked
    void aMissingBodyFailsAtTheCallAndLeavesTheGroupWhole() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    assertThat(thrownBy(() -> g.start((Body<String, ?>) null)))
                                            .isInstanceOf(NullPointerException.class);
                                    assertThat(thrownBy(() -> g.start((Action<?>) null)))
                                            .isInstanceOf(NullPointerException.class);
                                }));
    }

    @Test
    void anUnknownDriverIsRefusedNamingThoseThereAre() {
        String before = System.getProperty("weft.driver");
        System.setProperty("weft.driver", "steam");
        try {
            assertThat(thrownBy(() -> Weft.run(() -> {})))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("steam")
                    .hasMessageContaining("parking");
        } finally {
            restore("weft.driver", before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-1", "NaN", ""})
    void aSettingThatCannotBeReadIsRefusedNamingIt(String value) {
        String before = System.getProperty("weft.grace");
        System.setProperty("weft.grace", value);
        try {
            assertThat(thrownBy(() -> Weft.run(() -> {})))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("-Dweft.grace=" + value);
        } finally {
            restore("weft.grace", before);
        }
    }

    private static void restore(String property, @Nullable String before) {
        if (before == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, before);
        }
    }

    @Test
    void theGraceCanBeSet() {
        String before = System.getProperty("weft.grace");
        System.setProperty("weft.grace", "0.25");
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.moveOnAfter(
                                    Duration.ofMillis(10),
                                    () -> {
                                        thrownBy(Sim::sleepForever);
                                        thrownBy(Sim::sleepForever);
                                        assertThat(Sim.millis()).isEqualTo(260);
                                    }));
            assertThat(logged.messages()).singleElement().asString().contains("250ms");
        } finally {
            restore("weft.grace", before);
        }
    }

    // ---- the flag

    /** Prints what {@code Weft.run} says. */
    static final class Flagless {
        private Flagless() {}

        public static void main(String[] args) {
            try {
                Weft.run(() -> System.out.println("runs"));
                Weft.run(() -> System.out.println("runs again"));
            } catch (IllegalStateException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }

    /** The same, where virtual threads have been at work before. */
    static final class AfterOthers {
        private AfterOthers() {}

        public static void main(String[] args) throws InterruptedException {
            Thread.ofVirtual().start(() -> {}).join();
            Flagless.main(args);
        }
    }

    @Test
    void theTestsThatAreToRunInPortableModeDo() {
        assertThat(Switching.PORTABLE || !Boolean.getBoolean("weft.test.portable")).isTrue();
    }

    private static long announcements(Child child) {
        return child.printed().lines().filter(l -> l.contains("portable mode")).count();
    }

    @Test
    void withoutTheFlagTheProgramRunsAndSaysOnceWhichFlagIsMissingAndWhatIsLost() throws Exception {
        try (Child child = Child.onClassPath(Flagless.class)) {
            assertThat(child.awaitLine("portable mode"))
                    .contains("--add-opens java.base/java.lang=ALL-UNNAMED")
                    .contains("Add-Opens: java.base/java.lang")
                    .contains("slower", "one carrier", "timed waits", "ScopedValue", "epoll");
            child.awaitLine("runs again");
            assertThat(child.exitStatus()).isZero();
            assertThat(announcements(child)).isOne();
        }
    }

    @Test
    void withoutTheFlagOnTheModulePathTheFlagForTheModuleIsNamed() throws Exception {
        try (Child child = Child.onModulePath(Flagless.class, "--add-modules", "jdk.management")) {
            assertThat(child.awaitLine("portable mode"))
                    .contains("--add-opens java.base/java.lang=dev.weft.core")
                    .doesNotContain("ALL-UNNAMED");
            child.awaitLine("runs");
            assertThat(child.exitStatus()).isZero();
        }
    }

    @Test
    void withNeitherTheFlagNorTheModuleThatSeesTheSchedulerTheProgramIsRefused() throws Exception {
        try (Child child =
                Child.onModulePath(
                        Flagless.class,
                        "--limit-modules",
                        "dev.weft.core,java.logging,java.management,jdk.unsupported")) {
            assertThat(child.awaitLine("refused: "))
                    .contains("--add-opens java.base/java.lang=dev.weft.core")
                    .contains("--add-modules jdk.management");
            assertThat(child.exitStatus()).isZero();
            assertThat(announcements(child)).isZero();
        }
    }

    @Test
    void whereVirtualThreadsRunInParallelAlreadyTheProgramIsRefusedAndTheFlagNamed()
            throws Exception {
        try (Child child = Child.onClassPath(AfterOthers.class)) {
            assertThat(child.awaitLine("refused: "))
                    .contains("--add-opens java.base/java.lang=ALL-UNNAMED")
                    .contains("-Djdk.virtualThreadScheduler.parallelism=1")
                    .contains("-Djdk.virtualThreadScheduler.maxPoolSize=1");
            assertThat(child.exitStatus()).isZero();
        }
    }

    @Test
    void whereTheSchedulerWasLimitedToOneCarrierFromTheStartItMayHaveRunBefore() throws Exception {
        try (Child child =
                Child.onClassPath(
                        AfterOthers.class,
                        "-Djdk.virtualThreadScheduler.parallelism=1",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=1")) {
            child.awaitLine("runs again");
            assertThat(child.exitStatus()).isZero();
        }
    }

    @Test
    void whereOnlyTheParallelismWasLimitedOthersMayHaveMadeMoreCarriers() throws Exception {
        try (Child child =
                Child.onClassPath(
                        AfterOthers.class, "-Djdk.virtualThreadScheduler.parallelism=1")) {
            assertThat(child.awaitLine("refused: ")).contains("maxPoolSize=1");
            assertThat(child.exitStatus()).isZero();
        }
    }

    @Test
    void theClassPathsFlagDoesNotOpenTheDoorToAModuleAndTheRightOneIsNamed() throws Exception {
        try (Child child =
                Child.onModulePath(
                        Flagless.class, Child.CLASS_PATH_FLAG, "--add-modules", "jdk.management")) {
            assertThat(child.awaitLine("portable mode")).contains("=dev.weft.core");
            assertThat(child.exitStatus()).isZero();
        }
    }

    @Test
    void withTheNamedFlagTheProgramRuns() throws Exception {
        try (Child child = Child.onClassPath(Flagless.class, Child.CLASS_PATH_FLAG)) {
            child.awaitLine("runs");
            assertThat(child.exitStatus()).isZero();
            assertThat(announcements(child)).isZero();
        }
        try (Child child =
                Child.onModulePath(
                        Flagless.class, "--add-opens=java.base/java.lang=dev.weft.core")) {
            child.awaitLine("runs");
            assertThat(child.exitStatus()).isZero();
            assertThat(announcements(child)).isZero();
        }
    }
}

package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Semaphore;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

class ScopedValueTest {
    private static final ScopedValue<String> USER = ScopedValue.newInstance();
    private static final ScopedValue<String> OTHER = ScopedValue.newInstance();

    private static final String LOST = "bindings are a field inside the JDK";

    private static String user() {
        return USER.orElse("nobody");
    }

    // rules 4: "`ScopedValue` bindings are inherited where the flag allows"
    @NeedsOwnCarrier(LOST)
    @Test
    void childrenBackgroundTasksAndCombinatorsInherit() {
        List<String> seen = new ArrayList<>();
        Sim.run(
                () -> {
                    Weft.checkpoint();
                    ScopedValue.where(USER, "ada")
                            .run(
                                    () -> {
                                        Weft.group(
                                                g -> {
                                                    g.start(() -> seen.add("child " + user()));
                                                    g.background(
                                                            () -> seen.add("daemon " + user()));
                                                });
                                        Weft.background(() -> seen.add("background " + user()))
                                                .await();
                                        Weft.gather(
                                                () -> seen.add("gather " + user()),
                                                () ->
                                                        Weft.group(
                                                                g ->
                                                                        g.start(
                                                                                () ->
                                                                                        seen.add(
                                                                                                "grandchild"
                                                                                                    + " "
                                                                                                        + user()))));
                                        Weft.forEach(
                                                List.of(1, 2),
                                                1,
                                                n -> seen.add("each " + n + " " + user()));
                                    });
                });
        assertThat(seen)
                .containsExactly(
                        "child ada",
                        "daemon ada",
                        "background ada",
                        "gather ada",
                        "grandchild ada",
                        "each 1 ada",
                        "each 2 ada");
    }

    @NeedsOwnCarrier(LOST)
    @Test
    void theMainTaskInheritsFromTheThreadThatRunsTheProgram() {
        assertThat(ScopedValue.where(USER, "ada").call(() -> Sim.run(ScopedValueTest::user)))
                .isEqualTo("ada");
    }

    @NeedsOwnCarrier(LOST)
    @Test
    void whatTheStarterBindsLaterOrUnbindsDoesNotDisturbAChild() {
        List<String> seen = new ArrayList<>();
        Sim.run(
                () -> {
                    Semaphore gate = new Semaphore(0);
                    Task<?> task =
                            ScopedValue.where(USER, "ada")
                                    .call(
                                            () ->
                                                    Weft.background(
                                                            () -> {
                                                                seen.add(user());
                                                                gate.acquire();
                                                                seen.add(user());
                                                                gate.acquire();
                                                                seen.add(user());
                                                            }));
                    ScopedValue.where(USER, "bob")
                            .run(
                                    () -> {
                                        gate.release();
                                        Weft.checkpoint();
                                    });
                    gate.release();
                    task.await();
                });
        assertThat(seen).containsExactly("ada", "ada", "ada");
    }

    @NeedsOwnCarrier(LOST)
    @Test
    void whatAChildBindsIsSeenByItsOwnChildrenAndByNobodyElse() {
        List<String> seen = new ArrayList<>();
        Sim.run(
                () ->
                        ScopedValue.where(USER, "ada")
                                .run(
                                        () -> {
                                            Weft.background(
                                                            () ->
                                                                    ScopedValue.where(USER, "eve")
                                                                            .where(OTHER, "x")
                                                                            .run(
                                                                                    () -> {
                                                                                        seen.add(
                                                                                                user());
                                                                                        Weft
                                                                                                .background(
                                                                                                        () ->
                                                                                                                seen
                                                                                                                        .add(
                                                                                                                                user()
                                                                                                                                        + OTHER
                                                                                                                                                .get()))
                                                                                                .await();
                                                                                    }))
                                                    .await();
                                            seen.add(user() + OTHER.isBound());
                                            Weft.background(
                                                            () ->
                                                                    seen.add(
                                                                            user()
                                                                                    + OTHER
                                                                                            .isBound()))
                                                    .await();
                                        }));
        assertThat(seen).containsExactly("eve", "evex", "adafalse", "adafalse");
    }

    @Test
    void bindingsEndWithTheCallThatMadeThem() {
        Sim.run(
                () -> {
                    ScopedValue.where(USER, "ada").run(() -> Weft.background(() -> {}).await());
                    assertThat(USER.isBound()).isFalse();
                    assertThat(outcomeOf(Weft.background(USER::isBound))).isFalse();
                    Weft.checkpoint();
                    assertThat(USER.isBound()).isFalse();
                });
    }

    private static boolean outcomeOf(Task<Boolean> task) {
        return task.await();
    }

    @Test
    void whatOtherThreadsHandInInheritsNothingFromThem() {
        CompletableFuture<String> seen = new CompletableFuture<>();
        Sim.run(
                () -> {
                    Loop loop = Loop.current();
                    Thread.ofPlatform()
                            .start(
                                    () ->
                                            ScopedValue.where(USER, "mallory")
                                                    .run(
                                                            () ->
                                                                    loop.execute(
                                                                            () ->
                                                                                    seen.complete(
                                                                                            user()))));
                    assertThat(Weft.await(seen)).isEqualTo("nobody");
                });
    }

    private static int dive(int depth) {
        return depth < 0 ? 0 : dive(depth + 1) + 1;
    }

    @NeedsOwnCarrier(LOST)
    @Test
    void bindingsThatTheJdkLostSightOfInAStackOverflowAreInherited() {
        Sim.run(
                () ->
                        ScopedValue.where(USER, "ada")
                                .run(
                                        () -> {
                                            assertThat(Sim.thrownBy(() -> dive(0)))
                                                    .isInstanceOf(StackOverflowError.class);
                                            Task<String> child =
                                                    Weft.background(ScopedValueTest::user);
                                            assertThat(child.await()).isEqualTo("ada");
                                        }));
    }

    // ---- in offloaded calls

    @NeedsOwnCarrier(LOST)
    @Test
    void offloadedCallsAndComputationsSeeWhatTheirTaskSees() {
        List<String> seen = new ArrayList<>();
        Sim.run(
                () ->
                        ScopedValue.where(USER, "eve")
                                .where(OTHER, "x")
                                .run(
                                        () ->
                                                ScopedValue.where(USER, "ada")
                                                        .run(
                                                                () -> {
                                                                    Weft.offload(
                                                                            () -> seen.add(both()));
                                                                    Weft.compute(
                                                                            () -> seen.add(both()));
                                                                })));
        assertThat(seen).containsExactly("ada x", "ada x");
    }

    private static String both() {
        return user() + " " + OTHER.orElse("nothing");
    }

    @Test
    void aWorkerForgetsThemWhenTheCallIsOver() {
        List<String> seen = new ArrayList<>();
        try (ExecutorService one = Executors.newSingleThreadExecutor()) {
            Sim.run(
                    () -> {
                        ScopedValue.where(USER, "ada")
                                .run(() -> Weft.offload(one, () -> seen.add(user())));
                        Weft.offload(one, () -> seen.add(user()));
                        ScopedValue.where(USER, "ada").run(() -> failIn(one));
                        Weft.offload(one, () -> seen.add(user()));
                    });
        }
        assertThat(seen.subList(1, 3)).containsOnly("nobody");
    }

    private static void failIn(Executor executor) {
        assertThat(
                        Sim.thrownBy(
                                () ->
                                        Weft.offload(
                                                executor,
                                                () -> {
                                                    throw new IllegalArgumentException(user());
                                                })))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @NeedsOwnCarrier(LOST)
    @Test
    void whatTheThreadOfAnExecutorHadBoundIsBoundAgainAfterwards() {
        List<String> seen = new CopyOnWriteArrayList<>();
        Executor bound =
                call ->
                        Thread.ofPlatform()
                                .start(
                                        () ->
                                                ScopedValue.where(USER, "its own")
                                                        .run(
                                                                () -> {
                                                                    seen.add(user());
                                                                    call.run();
                                                                    seen.add(user());
                                                                }));
        Sim.run(
                () -> {
                    ScopedValue.where(USER, "ada")
                            .run(() -> Weft.offload(bound, () -> seen.add(user())));
                    while (seen.size() < 3) {
                        Weft.checkpoint();
                    }
                });
        assertThat(seen).containsExactly("its own", "ada", "its own");
    }

    @NeedsOwnCarrier(LOST)
    @Test
    void whatAWorkerBindsEndsWithItAndIsNotSeenOnTheLoop() {
        List<String> seen = new ArrayList<>();
        Sim.run(
                () ->
                        ScopedValue.where(USER, "ada")
                                .run(
                                        () -> {
                                            Weft.offload(
                                                    () ->
                                                            ScopedValue.where(USER, "bob")
                                                                    .run(() -> visit(seen)));
                                            seen.add(user());
                                        }));
        assertThat(seen).containsExactly("ada", "ada", "bob", "ada");
    }

    private static void visit(List<String> seen) {
        Offload.onLoop(
                () -> {
                    seen.add(user());
                    Weft.background(() -> seen.add(user())).await();
                });
        seen.add(user());
    }

    @NeedsOwnCarrier(LOST)
    @Test
    void aWorkerHasThemAfterAStackOverflowToo() {
        Sim.run(
                () ->
                        ScopedValue.where(USER, "ada")
                                .run(
                                        () ->
                                                Weft.offload(
                                                        () -> {
                                                            assertThat(Sim.thrownBy(() -> dive(0)))
                                                                    .isInstanceOf(
                                                                            StackOverflowError
                                                                                    .class);
                                                            assertThat(user()).isEqualTo("ada");
                                                        })));
    }

    @NeedsOwnCarrier(LOST)
    @Test
    void aNullIsABindingInAWorkerToo() {
        Sim.run(
                () ->
                        ScopedValue.where(USER, Erased.value(null))
                                .run(
                                        () ->
                                                Weft.offload(
                                                        () ->
                                                                assertThat(USER.isBound())
                                                                        .isTrue())));
    }
}

package dev.weft;

import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

class BackgroundTest {
    private final List<String> trace = new ArrayList<>();

    private static Task<@Nullable Void> failsAfter(long millis) {
        return Weft.background(
                () -> {
                    sleep(millis);
                    throw new IOException("lost");
                });
    }

    @Test
    void doesNotRunBeforeTheCallersNextWait() {
        Sim.run(
                () -> {
                    Weft.background(() -> trace.add("task"));
                    trace.add("caller");
                    Weft.checkpoint();
                });
        assertThat(trace).containsExactly("caller", "task");
    }

    @Test
    void hasTheNameItIsGiven() {
        Sim.run(
                () -> {
                    Task<?> ofTheProgram = Weft.background("ticker", () -> sleep(1));
                    assertThat(ofTheProgram.path()).isEqualTo("background/ticker");
                    assertThat(Weft.background("answer", () -> 42).await()).isEqualTo(42);
                    Weft.group(
                            g -> {
                                assertThat(g.background("daemon", () -> sleep(9)).name())
                                        .isEqualTo("daemon");
                                assertThat(g.background("value", () -> 1).await()).isEqualTo(1);
                            });
                });
    }

    @Test
    void outlivesTheGroupAndTheTaskThatStartedIt() {
        Sim.run(
                () -> {
                    Weft.group(
                            g ->
                                    g.start(
                                            () ->
                                                    Weft.background(
                                                            () -> {
                                                                sleep(50);
                                                                trace.add("at " + millis());
                                                            })));
                    trace.add("group ended at " + millis());
                    sleep(100);
                });
        assertThat(trace).containsExactly("group ended at 0", "at 50");
    }

    // rules 4: "Background tasks inherit scoped values, not deadlines, shields or cancellation"
    @Test
    void doesNotInheritDeadlinesNorCancellation() {
        Sim.run(
                () -> {
                    Weft.moveOnAfter(
                            ms(10),
                            () -> {
                                Weft.background(
                                        () -> {
                                            sleep(50);
                                            trace.add("at " + millis());
                                        });
                                sleepForever();
                            });
                    sleep(100);
                });
        assertThat(trace).containsExactly("at 50");
    }

    @Test
    void doesNotInheritAShield() {
        Sim.run(
                () -> {
                    Task<?>[] task = new Task<?>[1];
                    Weft.shield(s(100), () -> task[0] = Weft.background(Sim::sleepForever));
                    sleep(1);
                    task[0].cancel("stop");
                    assertThat(task[0].outcome()).isEqualTo(new Outcome.Cancelled<>("stop"));
                    assertThat(millis()).isEqualTo(1);
                });
    }

    @Test
    void anUnobservedFailureIsReportedOneSecondAfterItsEnd() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Task<@Nullable Void> task = failsAfter(10);
                        sleep(1009);
                        assertThat(logged.messages()).isEmpty();
                        sleep(2);
                        assertThat(logged.messages())
                                .singleElement()
                                .asString()
                                .contains(task.name() + "'", "nobody awaits it");
                        assertThat(logged.failures())
                                .singleElement()
                                .isInstanceOf(IOException.class);
                        sleep(10_000);
                        assertThat(logged.messages()).hasSize(1);
                    });
        }
    }

    // rules 4: "What was thrown to somebody is never logged as well"
    @Test
    void aFailureAwaitedWithinTheSecondIsNotReported() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Task<@Nullable Void> task = failsAfter(10);
                        sleep(900);
                        assertThat(thrownBy(task::await)).isInstanceOf(IOException.class);
                        sleep(5000);
                    });
            assertThat(logged.messages()).isEmpty();
        }
    }

    @Test
    void aFailureThatSomebodyWaitsForIsNotReportedEvenIfThatWaitWasCancelled() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Task<@Nullable Void> task = failsAfter(100);
                        Weft.moveOnAfter(
                                ms(10),
                                () -> {
                                    task.await();
                                });
                        sleep(5000);
                    });
            assertThat(logged.messages()).isEmpty();
        }
    }

    @Test
    void anUnobservedFailureIsReportedAtShutdownAtTheLatest() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        failsAfter(10);
                        sleep(20);
                    });
            assertThat(logged.failures()).singleElement().isInstanceOf(IOException.class);
        }
    }

    @Test
    void aFailureInTheCleanUpAtShutdownIsReported() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Weft.background(
                                () -> {
                                    try {
                                        sleepForever();
                                    } finally {
                                        failInCleanUp();
                                    }
                                });
                        sleep(1);
                    });
            assertThat(logged.failures()).singleElement().isInstanceOf(IllegalStateException.class);
        }
    }

    private static void failInCleanUp() {
        throw new IllegalStateException("in clean-up");
    }

    @Test
    void aCancelledBackgroundTaskIsNoFailure() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Task<@Nullable Void> task = Weft.background(Sim::sleepForever);
                        sleep(1);
                        task.cancel("stop");
                        sleep(5000);
                    });
            assertThat(logged.messages()).isEmpty();
        }
    }

    @Test
    void isCancelledWithTheProgram() {
        assertThat(
                        Sim.failureOf(
                                () -> {
                                    Weft.background(
                                            () -> {
                                                try {
                                                    sleepForever();
                                                } catch (CancelledError e) {
                                                    trace.add(e.reason());
                                                    throw e;
                                                }
                                            });
                                    sleep(1);
                                    Thread.currentThread().interrupt();
                                    sleep(1);
                                }))
                .isInstanceOf(java.util.concurrent.CancellationException.class);
        assertThat(trace).singleElement().asString().contains("interrupted");
    }

    @Test
    void aProgramKeepsStrongReferencesToItsTasks() {
        // asyncio's could be collected while they waited: C6
        Sim.run(
                () -> {
                    for (int i = 0; i < 100; i++) {
                        int n = i;
                        Weft.background(
                                () -> {
                                    sleep(n);
                                    trace.add("task " + n);
                                });
                    }
                    System.gc();
                    sleep(200);
                });
        assertThat(trace).hasSize(100);
    }
}

package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/** Waiting for a plain {@code java.util.concurrent.Future}. */
@Timeout(30) // of a hang
class FutureTest {
    private final List<String> trace = new ArrayList<>();

    private static FutureTask<String> future(Body<String, Exception> body) {
        return new FutureTask<>(body::run);
    }

    @Test
    void givesTheValueWhileOtherTasksRun() {
        Sim.run(
                () -> {
                    FutureTask<String> future = future(() -> "value");
                    Weft.background(
                            () -> {
                                Sim.sleep(5);
                                trace.add("another task");
                                Thread.ofPlatform().start(future);
                            });
                    trace.add(Weft.await((Future<String>) future));
                });
        assertThat(trace).containsExactly("another task", "value");
    }

    @Test
    void throwsTheVeryFailure() {
        var failure = new IOException("x");
        Sim.run(
                () -> {
                    FutureTask<String> future =
                            future(
                                    () -> {
                                        throw failure;
                                    });
                    future.run();
                    assertThatThrownBy(() -> Weft.await(future)).isSameAs(failure);
                });
    }

    @Test
    void aCancelledFutureIsACancellationException() {
        Sim.run(
                () -> {
                    FutureTask<String> future = future(() -> "value");
                    future.cancel(false);
                    assertThatThrownBy(() -> Weft.await(future))
                            .isInstanceOf(CancellationException.class);
                });
    }

    @Test
    void cancellingTheWaitLeavesTheFuture() {
        Sim.run(
                () -> {
                    FutureTask<String> future = future(() -> "value");
                    assertThat(Weft.moveOnAfter(Sim.ms(5), () -> Weft.await(future))).isEmpty();
                    assertThat(future.isCancelled()).isFalse();
                    future.run();
                    assertThat(Weft.await(future)).isEqualTo("value");
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                });
    }

    @Test
    void theCancellationArrivesAsCancelledErrorOnceAndCleanUpMayWait() {
        Sim.run(
                () -> {
                    FutureTask<String> future = future(() -> "value");
                    Task<?> task =
                            Weft.background(
                                    () -> {
                                        try {
                                            Weft.await(future);
                                        } catch (Exception e) {
                                            trace.add("caught as " + e);
                                        } finally {
                                            Sim.sleep(5);
                                            trace.add("cleaned up");
                                        }
                                    });
                    Sim.turns(2);
                    task.cancel("enough");
                    assertThat(task.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
                });
        assertThat(trace).containsExactly("cleaned up");
    }

    @Test
    void aShieldKeepsTheCancellationAway() {
        Sim.run(
                () -> {
                    FutureTask<String> future = future(() -> "value");
                    Task<?> task =
                            Weft.background(
                                    () -> {
                                        Weft.shield(
                                                Duration.ofSeconds(1),
                                                () -> trace.add(Weft.await(future)));
                                        Weft.checkpoint();
                                        trace.add("not reached");
                                    });
                    Sim.turns(2);
                    task.cancel("enough");
                    Sim.sleep(100);
                    future.run();
                    assertThat(task.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
                });
        assertThat(trace).containsExactly("value");
    }

    @Test
    void ofACompletableFutureIsTheStage() {
        Sim.run(
                () -> {
                    CompletableFuture<String> future = CompletableFuture.completedFuture("value");
                    assertThat(Weft.await(future)).isEqualTo("value");
                });
    }
}

package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** {@link Weft#await} for stages. */
class StageTest {

    @Test
    void aStageThatIsCompleteGivesItsValueAtOnce() {
        Sim.run(
                () -> {
                    assertThat(Weft.await(CompletableFuture.completedFuture("x"))).isEqualTo("x");
                    assertThat(
                                    Weft.<@Nullable Object>await(
                                            CompletableFuture.completedFuture(null)))
                            .isNull();
                });
    }

    @Test
    void aStageCompletedByAnotherTaskWakesTheWaiter() {
        Sim.run(
                () -> {
                    CompletableFuture<String> stage = new CompletableFuture<>();
                    Weft.background(
                            () -> {
                                sleep(10);
                                stage.complete("x");
                            });
                    assertThat(Weft.await(stage)).isEqualTo("x");
                    assertThat(Sim.millis()).isEqualTo(10);
                });
    }

    @Test
    void aStageCompletedByAnotherThreadWakesTheWaiter() {
        Sim.run(
                () ->
                        assertThat(
                                        Weft.await(
                                                CompletableFuture.supplyAsync(
                                                        () -> Thread.currentThread().isVirtual())))
                                .isFalse());
    }

    @Test
    void throwsTheVeryObjectWithoutTheJdksWrapper() {
        IOException failure = new IOException("x");
        assertThat(failureOf(() -> Weft.await(CompletableFuture.failedFuture(failure))))
                .isSameAs(failure);
        assertThat(
                        failureOf(
                                () ->
                                        Weft.await(
                                                CompletableFuture.failedFuture(failure)
                                                        .thenApply(x -> x))))
                .isSameAs(failure);
    }

    @Test
    void aCancelledStageIsAnOrdinaryFailure() {
        assertThat(
                        failureOf(
                                () -> {
                                    CompletableFuture<String> stage = new CompletableFuture<>();
                                    Weft.background(
                                            () -> {
                                                sleep(1);
                                                stage.cancel(true);
                                            });
                                    Weft.await(stage);
                                }))
                .isInstanceOf(CancellationException.class);
    }

    @Test
    void cancellingTheWaitLeavesTheStageAsItIs() {
        Sim.run(
                () -> {
                    CompletableFuture<String> stage = new CompletableFuture<>();
                    assertThat(thrownBy(() -> Weft.timeout(ms(10), () -> Weft.await(stage))))
                            .isInstanceOf(TimeoutException.class);
                    assertThat(stage.isDone()).isFalse();
                    stage.complete("later");
                    assertThat(Weft.await(stage)).isEqualTo("later");
                    sleep(1);
                });
    }

    @Test
    void manyTasksMayAwaitTheSameStage() {
        Sim.run(
                () -> {
                    CompletableFuture<Integer> stage = new CompletableFuture<>();
                    Weft.background(
                            () -> {
                                sleep(5);
                                stage.complete(7);
                            });
                    assertThat(
                                    Weft.<Integer, RuntimeException>gather(
                                            () -> Weft.await(stage),
                                            () -> Weft.await(stage),
                                            () -> Weft.await(stage)))
                            .containsExactly(7, 7, 7);
                });
    }

    @Test
    void aStageCompletedAfterTheLoopHasEndedHarmsNobody() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        Sim.run(() -> Weft.moveOnAfter(ms(1), () -> Weft.await(stage)));
        stage.complete("too late");
        assertThat(stage).isCompletedWithValue("too late");
    }

    @Test
    void aRequestPendingOnEntryDoesNotTouchTheStage() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    CompletableFuture<String> stage = new CompletableFuture<>();
                                    g.cancel("now");
                                    assertThat(thrownBy(() -> Weft.await(stage)))
                                            .isInstanceOf(CancelledError.class);
                                    assertThat(stage.getNumberOfDependents()).isZero();
                                }));
    }

    @Test
    void thousandsOfRoundTripsThroughAnotherThreadLoseNoWakeUp() {
        Weft.run(
                () -> {
                    for (int i = 0; i < 5000; i++) {
                        int n = i;
                        assertThat(Weft.await(CompletableFuture.supplyAsync(() -> n))).isEqualTo(n);
                    }
                });
    }
}

package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** {@code whenDone} and {@code toFuture} of a task. */
@Timeout(30) // of a hang
class CallbackTest {
    private final List<String> trace = new ArrayList<>();

    private static Task<String> failing(Throwable failure) {
        return Weft.background(
                () -> {
                    throw Throwing.sneaky(failure);
                });
    }

    @Test
    void callbacksAreCalledInOrderAfterTheTaskHasEndedNeverInline() {
        Sim.run(
                () -> {
                    Task<String> task =
                            Weft.background(
                                    () -> {
                                        trace.add("task");
                                        return "value";
                                    });
                    task.whenDone(end -> trace.add("first " + end));
                    task.whenDone(end -> trace.add("second"));
                    trace.add("registered");
                    Sim.turns(3);
                });
        assertThat(trace)
                .containsExactly("registered", "task", "first Success[value=value]", "second");
    }

    @Test
    void ofATaskThatHasEndedIsCalledLaterAllTheSame() {
        Sim.run(
                () -> {
                    Task<String> task = Weft.background(() -> "value");
                    task.await();
                    task.whenDone(end -> trace.add("called"));
                    task.whenDone(end -> trace.add("called next"));
                    trace.add("registered");
                    Sim.turns(3);
                });
        assertThat(trace).containsExactly("registered", "called", "called next");
    }

    @Test
    void isToldOfAFailureAndOfACancellation() {
        var failure = new IllegalStateException("x");
        List<Outcome<?>> ends = new ArrayList<>();
        Sim.run(
                () -> {
                    failing(failure).whenDone(ends::add);
                    Task<?> cancelled = Weft.background(Sim::sleepForever);
                    cancelled.whenDone(ends::add);
                    Weft.checkpoint();
                    cancelled.cancel("enough");
                    Sim.turns(3);
                });
        assertThat(ends)
                .containsExactly(new Outcome.Failure<>(failure), new Outcome.Cancelled<>("enough"));
    }

    @Test
    void isStillCalledWhenTheProgramEndsAndTheTaskWithIt() {
        Sim.run(() -> Weft.background(Sim::sleepForever).whenDone(end -> trace.add("" + end)));
        assertThat(trace).singleElement().asString().startsWith("Cancelled");
    }

    @Test
    void aFailureToldToACallbackIsNotReported() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        failing(new IllegalStateException("x")).whenDone(end -> {});
                        var _ = failing(new IllegalStateException("y")).toFuture();
                        Sim.sleep(5000);
                    });
            assertThat(logged.messages()).isEmpty();
        }
    }

    @Test
    void thatFailsIsReportedAndTheNextIsCalled() {
        var broken = new IllegalStateException("callback");
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Task<?> task = Weft.background(() -> {});
                        task.whenDone(
                                end -> {
                                    throw broken;
                                });
                        task.whenDone(end -> trace.add("next"));
                        Sim.turns(3);
                    });
            assertThat(logged.failures()).containsExactly(broken);
            assertThat(logged.messages().getFirst()).contains("a callback of task '");
        }
        assertThat(trace).containsExactly("next");
    }

    @Test
    void mustNotWait() {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Sim.run(
                () -> {
                    Weft.background(() -> {})
                            .whenDone(end -> thrown.set(Sim.thrownBy(() -> Sim.sleep(1))));
                    Sim.turns(3);
                });
        assertThat(thrown.get()).hasMessageContaining("must not wait");
    }

    @Test
    void mayStartTasksAndAddCallbacks() {
        Sim.run(
                () -> {
                    Task<?> task = Weft.background(() -> {});
                    task.whenDone(
                            end -> {
                                task.whenDone(again -> trace.add("added"));
                                Weft.background(() -> trace.add("started"));
                            });
                    Sim.turns(4);
                });
        assertThat(trace).containsExactlyInAnyOrder("added", "started");
    }

    @Test
    void offTheLoopIsRefusedAndToFutureNamed() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Sim.run(
                () -> {
                    Task<?> task = Weft.background(Sim::sleepForever);
                    Weft.offload(() -> thrown.set(Sim.thrownBy(() -> task.whenDone(end -> {}))));
                });
        assertThat(thrown.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("toFuture()");
    }

    // ---- toFuture

    @Test
    void aFutureEndsWithTheTasksValue() throws Exception {
        CompletableFuture<String> future =
                Sim.run(
                        () ->
                                Weft.background(
                                                () -> {
                                                    Sim.sleep(5);
                                                    return "value";
                                                })
                                        .toFuture());
        // cancelled with the program
        assertThat(future).isCancelled();
        assertThat(Sim.run(() -> Weft.await(Weft.background(() -> "value").toFuture())))
                .isEqualTo("value");
    }

    @Test
    void aFutureFailsWithTheVeryObject() {
        var failure = new java.io.IOException("x");
        CompletableFuture<String> future =
                Sim.run(
                        () -> {
                            CompletableFuture<String> f = failing(failure).toFuture();
                            Sim.turns(3);
                            return f;
                        });
        assertThatThrownBy(future::get).hasCause(failure);
        assertThat(future.exceptionNow()).isSameAs(failure);
    }

    @Test
    void cancellingAFutureCancelsTheTask() {
        List<String> reasons = new ArrayList<>();
        Sim.run(
                () -> {
                    Task<?> task =
                            Weft.background(
                                    () -> {
                                        try {
                                            Sim.sleepForever();
                                        } catch (CancelledError e) {
                                            reasons.add(e.reason());
                                            throw e;
                                        }
                                    });
                    CompletableFuture<?> future = task.toFuture();
                    Weft.checkpoint();
                    assertThat(future.cancel(false)).isTrue();
                    assertThat(future).isCancelled();
                    assertThat(task.isDone()).isFalse();
                    assertThat(task.outcome()).isInstanceOf(Outcome.Cancelled.class);
                });
        assertThat(reasons).containsExactly("its future was cancelled");
    }

    @Test
    void cancellingADerivedStageOrAWaitForTheFutureLeavesTheTask() {
        Sim.run(
                () -> {
                    Task<String> task =
                            Weft.background(
                                    () -> {
                                        Sim.sleep(100);
                                        return "value";
                                    });
                    task.toFuture().thenApply(v -> v + "!").cancel(false);
                    CompletableFuture<String> future = task.toFuture();
                    assertThat(Weft.moveOnAfter(Sim.ms(5), () -> Weft.await(future))).isEmpty();
                    assertThat(task.await()).isEqualTo("value");
                });
    }

    @Test
    void everyCallGivesAFutureOfItsOwn() {
        Sim.run(
                () -> {
                    Task<String> task = Weft.background(() -> "value");
                    CompletableFuture<String> spoilt = task.toFuture();
                    spoilt.complete("something else");
                    assertThat(Weft.await(task.toFuture())).isEqualTo("value");
                });
    }

    @Test
    void anotherThreadGetsTheFutureOfARunningTask() throws Exception {
        CompletableFuture<Task<String>> shown = new CompletableFuture<>();
        CountDownLatch go = new CountDownLatch(1);
        Thread loop =
                Thread.ofPlatform()
                        .start(
                                () ->
                                        Weft.run(
                                                () -> {
                                                    Task<String> task =
                                                            Weft.background(
                                                                    () -> {
                                                                        Weft.offload(
                                                                                () -> go.await());
                                                                        return "value";
                                                                    });
                                                    shown.complete(task);
                                                    return task.await();
                                                }));
        CompletableFuture<String> future = shown.get().toFuture();
        assertThat(future).isNotDone();
        go.countDown();
        assertThat(future.get()).isEqualTo("value");
        loop.join();
        assertThat(shown.get().toFuture()).isCompletedWithValue("value");
    }

    @Test
    void anotherThreadGetsTheFutureOfATaskThatFailedWithItsLoopLongGone() {
        var failure = new IllegalStateException("x");
        Task<String> task =
                Sim.run(
                        () -> {
                            Task<String> t = failing(failure);
                            assertThat(t.outcome()).isEqualTo(new Outcome.Failure<>(failure));
                            return t;
                        });
        assertThatThrownBy(() -> task.toFuture().join())
                .isInstanceOf(CompletionException.class)
                .hasCause(failure);
        assertThat(task.cancel("too late")).isFalse();
    }

    @Test
    void anotherThreadCancelsThroughTheFuture() throws Exception {
        CompletableFuture<CompletableFuture<?>> shown = new CompletableFuture<>();
        Thread loop =
                Thread.ofPlatform()
                        .start(
                                () ->
                                        Weft.run(
                                                () -> {
                                                    Task<?> task =
                                                            Weft.background(Sim::sleepForever);
                                                    shown.complete(task.toFuture());
                                                    task.outcome();
                                                }));
        shown.get().cancel(true);
        loop.join(); // the program ends because the task does
        assertThatThrownBy(shown.get()::get).isInstanceOf(CancellationException.class);
    }

    @Test
    void aTaskOfAnotherLoopWaitsForTheFuture() {
        Sim.run(
                () -> {
                    CompletableFuture<CompletableFuture<String>> shown = new CompletableFuture<>();
                    Promise<String> go = new Promise<>();
                    Thread.ofPlatform()
                            .start(
                                    () ->
                                            Weft.run(
                                                    () -> {
                                                        Task<String> task =
                                                                Weft.background(() -> go.await());
                                                        shown.complete(task.toFuture());
                                                        task.await();
                                                    }));
                    CompletableFuture<String> future = Weft.await(shown);
                    go.complete("from there");
                    assertThat(Weft.await(future)).isEqualTo("from there");
                });
    }

    @Test
    void awaitingATaskOfAnotherLoopNamesTheWay() {
        Task<String> other = Sim.run(() -> Weft.background(() -> "value"));
        Sim.run(
                () ->
                        assertThatIllegalStateException()
                                .isThrownBy(other::await)
                                .withMessageContaining("toFuture()"));
    }
}

package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

// rules 4: "Promise<T>: completed once from any thread, awaitable many times, a cancelled
// waiter
// never cancels it"
@Timeout(30) // of a hang
class PromiseTest {
    private final List<String> trace = new ArrayList<>();

    private static Thread thread(Action<?> body) {
        return Thread.ofPlatform().start(() -> Combinators.attempt(body.asBody()));
    }

    @Test
    void givesItsValueToAllWhoAwaitIt() {
        Sim.run(
                () -> {
                    Promise<String> promise = new Promise<>();
                    for (int i = 0; i < 3; i++) {
                        int n = i;
                        Weft.background(() -> trace.add(n + promise.await()));
                    }
                    Sim.turns(2);
                    assertThat(promise.isDone()).isFalse();
                    promise.complete("!");
                    assertThat(promise.isDone()).isTrue();
                    Sim.turns(2);
                    assertThat(promise.await()).isEqualTo("!");
                });
        assertThat(trace).containsExactly("0!", "1!", "2!");
    }

    @Test
    void mayHaveNoValue() {
        Sim.run(
                () -> {
                    Promise<String> promise = new Promise<>();
                    promise.complete(Erased.value(null));
                    assertThat(promise.isDone()).isTrue();
                    assertThat(promise.await()).isNull();
                });
    }

    @Test
    void throwsTheVeryFailureToAllWhoAwaitIt() {
        var failure = new IOException("x");
        Sim.run(
                () -> {
                    Promise<String> promise = new Promise<>();
                    Task<?> waiting = Weft.background(() -> promise.await());
                    Sim.turns(2);
                    promise.fail(failure);
                    assertThat(waiting.outcome()).isEqualTo(new Outcome.Failure<>(failure));
                    assertThatThrownBy(() -> promise.await(IOException.class)).isSameAs(failure);
                    assertThat(promise.outcome()).isEqualTo(new Outcome.Failure<>(failure));
                    assertThat(failure.getSuppressed())
                            .allSatisfy(s -> assertThat(s).hasMessageStartingWith("awaited in"))
                            .hasSize(2);
                });
    }

    @Test
    void cancelledEndsAtOnceAndForEver() {
        Sim.run(
                () -> {
                    Promise<String> promise = new Promise<>();
                    Task<?> waiting = Weft.background(() -> promise.await());
                    Sim.turns(2);
                    assertThat(promise.cancel("no longer wanted")).isTrue();
                    assertThat(promise.isDone()).isTrue();
                    assertThat(promise.tryComplete("late")).isFalse();
                    assertThatThrownBy(promise::await)
                            .isInstanceOf(CancellationException.class)
                            .hasMessageContaining("no longer wanted");
                    assertThat(waiting.outcome()).isInstanceOf(Outcome.Failure.class);
                });
    }

    @Test
    void isCompletedOnlyOnce() {
        Sim.run(
                () -> {
                    Promise<String> promise = new Promise<>();
                    promise.complete("first");
                    assertThatIllegalStateException()
                            .isThrownBy(() -> promise.complete("second"))
                            .withMessageContaining("tryComplete");
                    assertThatIllegalStateException()
                            .isThrownBy(() -> promise.fail(new IOException()));
                    assertThat(promise.tryComplete("second")).isFalse();
                    assertThat(promise.tryFail(new IOException())).isFalse();
                    assertThat(promise.cancel("second")).isFalse();
                    assertThat(promise.await()).isEqualTo("first");
                });
    }

    @Test
    void aCancelledWaitLeavesThePromise() {
        Sim.run(
                () -> {
                    Promise<String> promise = new Promise<>();
                    assertThat(Weft.moveOnAfter(Sim.ms(1), () -> promise.await())).isEmpty();
                    assertThat(promise.isDone()).isFalse();
                    promise.complete("value");
                    assertThat(promise.await()).isEqualTo("value");
                });
    }

    /** What asyncio leaks when many wait, with a limit, for one long-lived future. */
    @Test
    void aThousandCancelledWaitsLeaveNothingBehind() {
        Sim.run(
                () -> {
                    Promise<String> promise = new Promise<>();
                    assertThat(Weft.moveOnAfter(Sim.ms(1), () -> promise.await())).isEmpty();
                    int one = promise.listeners();
                    for (int i = 0; i < 1000; i++) {
                        assertThat(Weft.moveOnAfter(Sim.ms(1), () -> promise.await())).isEmpty();
                    }
                    assertThat(promise.listeners()).isEqualTo(one).isEqualTo(1);
                    assertThat(promise.awaiting().waiters().size()).isZero();
                });
    }

    @Test
    void loopsThatHaveEndedAreForgotten() {
        Promise<String> promise = new Promise<>();
        for (int i = 0; i < 100; i++) {
            Sim.run(() -> Weft.moveOnAfter(Sim.ms(1), () -> promise.await()));
        }
        assertThat(promise.listeners()).isLessThanOrEqualTo(1);
        promise.complete("value");
        assertThat(Sim.run(() -> promise.await())).isEqualTo("value");
    }

    @Test
    void awaitIsACancellationPointEvenWhenItIsCompleted() {
        Sim.run(
                () -> {
                    Promise<String> promise = new Promise<>();
                    promise.complete("value");
                    Task<?> task =
                            Weft.background(
                                    () -> {
                                        promise.await();
                                        trace.add("not reached");
                                    });
                    task.cancel("before it began");
                    task.outcome();
                });
        assertThat(trace).isEmpty();
    }

    @Test
    void aValueThatHasArrivedWinsOverACancellation() {
        Sim.run(
                () -> {
                    Promise<String> promise = new Promise<>();
                    Task<?> task =
                            Weft.background(
                                    () -> {
                                        trace.add(promise.await());
                                        Weft.checkpoint();
                                        trace.add("not reached");
                                    });
                    Sim.turns(2);
                    promise.complete("value");
                    task.cancel("too late for the wait");
                    assertThat(task.outcome()).isInstanceOf(Outcome.Cancelled.class);
                });
        assertThat(trace).containsExactly("value");
    }

    @Test
    void onAPlainThreadNamesTheWay() {
        Promise<String> promise = new Promise<>();
        assertThatIllegalStateException().isThrownBy(promise::await);
        assertThatIllegalStateException().isThrownBy(() -> promise.whenDone(end -> {}));
    }

    // ---- across threads and loops

    @Test
    void isCompletedByAnotherThread() {
        Sim.run(
                () -> {
                    Promise<String> value = new Promise<>();
                    Promise<String> failure = new Promise<>();
                    Promise<String> cancelled = new Promise<>();
                    CountDownLatch go = new CountDownLatch(1);
                    thread(
                            () -> {
                                go.await();
                                value.complete("value");
                                failure.fail(new IOException("x"));
                                cancelled.cancel("enough");
                            });
                    go.countDown();
                    assertThat(value.await()).isEqualTo("value");
                    assertThatThrownBy(failure::await).isInstanceOf(IOException.class);
                    assertThatThrownBy(cancelled::await).isInstanceOf(CancellationException.class);
                });
    }

    @Test
    void isAwaitedByTasksOfManyLoops() throws Exception {
        Promise<String> promise = new Promise<>();
        AtomicInteger got = new AtomicInteger();
        CountDownLatch waiting = new CountDownLatch(4);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(
                    thread(
                            () ->
                                    Weft.run(
                                            () -> {
                                                Task<?> second =
                                                        Weft.background(
                                                                () -> {
                                                                    promise.await();
                                                                    got.incrementAndGet();
                                                                });
                                                Weft.checkpoint();
                                                waiting.countDown();
                                                promise.await();
                                                got.incrementAndGet();
                                                second.await();
                                            })));
        }
        waiting.await();
        promise.complete("value");
        for (Thread t : threads) {
            t.join();
        }
        assertThat(got).hasValue(8);
    }

    @Test
    void ofManyThreadsThatCompleteItOneWins() throws Exception {
        for (int round = 0; round < 200; round++) {
            Promise<Integer> promise = new Promise<>();
            AtomicInteger winners = new AtomicInteger();
            AtomicInteger winner = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int n = i;
                threads.add(
                        thread(
                                () -> {
                                    if (promise.tryComplete(n)) {
                                        winners.incrementAndGet();
                                        winner.set(n);
                                    }
                                }));
            }
            for (Thread t : threads) {
                t.join();
            }
            assertThat(winners).hasValue(1);
            assertThat(promise.toFuture().getNow(-1)).isEqualTo(winner.get());
        }
    }

    @Test
    void completedForALoopThatHasEndedMeanwhileTellsTheOthers() {
        Promise<String> promise = new Promise<>();
        Sim.run(() -> Weft.moveOnAfter(Sim.ms(1), () -> promise.await()));
        CompletableFuture<String> future = promise.toFuture();
        promise.complete("value");
        assertThat(future).isCompletedWithValue("value");
    }

    // ---- callbacks, futures, select

    @Test
    void callbacksAreCalledInOrderAndNeverInline() {
        Sim.run(
                () -> {
                    Promise<String> promise = new Promise<>();
                    promise.whenDone(end -> trace.add("first " + end));
                    promise.whenDone(end -> trace.add("second"));
                    promise.complete("value");
                    trace.add("completed");
                    promise.whenDone(end -> trace.add("third"));
                    trace.add("added");
                    Sim.turns(3);
                });
        assertThat(trace)
                .containsExactly(
                        "completed", "added", "first Success[value=value]", "second", "third");
    }

    @Test
    void aCallbackIsCalledOnTheLoopThatAddedItWhoeverCompletes() {
        Sim.run(
                () -> {
                    Loop loop = Loop.current();
                    Promise<String> promise = new Promise<>();
                    Promise<Loop> calledOn = new Promise<>();
                    promise.whenDone(end -> calledOn.complete(Loop.current()));
                    thread(() -> promise.complete("value"));
                    assertThat(calledOn.await()).isSameAs(loop);
                });
    }

    @Test
    void aCallbackThatFailsIsReportedAndTheNextIsCalled() {
        var broken = new IllegalStateException("callback");
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Promise<String> promise = new Promise<>();
                        promise.whenDone(
                                end -> {
                                    throw broken;
                                });
                        promise.whenDone(end -> trace.add("next"));
                        promise.complete("value");
                        Sim.turns(3);
                    });
            assertThat(logged.failures()).containsExactly(broken);
        }
        assertThat(trace).containsExactly("next");
    }

    @Test
    void aFutureEndsAsThePromiseDoesAndNotTheOtherWayRound() {
        Promise<String> value = new Promise<>();
        CompletableFuture<String> early = value.toFuture();
        CompletableFuture<String> cancelled = value.toFuture();
        cancelled.cancel(false);
        assertThat(value.isDone()).isFalse();
        value.complete("value");
        assertThat(early).isCompletedWithValue("value");
        assertThat(value.toFuture()).isCompletedWithValue("value");
        Promise<String> failed = new Promise<>();
        var failure = new IOException("x");
        failed.fail(failure);
        assertThat(failed.toFuture().exceptionNow()).isSameAs(failure);
        Promise<String> ended = new Promise<>();
        ended.cancel("enough");
        assertThat(ended.toFuture()).isCancelled();
    }

    @Test
    void isASourceForSelect() {
        Sim.run(
                () -> {
                    Promise<String> one = new Promise<>();
                    Promise<String> other = new Promise<>();
                    Weft.background(
                            () -> {
                                Sim.sleep(1);
                                other.complete("other");
                            });
                    String got = Weft.select(one.awaiting(), other.awaiting());
                    assertThat(got).isEqualTo("other");
                    assertThat(one.awaiting().waiters().size()).isZero();
                    assertThat(
                                    Weft.<String, RuntimeException>select(
                                            one.awaiting(), other.awaiting()))
                            .isEqualTo("other");
                });
    }

    @Test
    void saysInWordsHowItIs() {
        Promise<String> promise = new Promise<>();
        assertThat(promise).hasToString("Promise (not completed)");
        promise.complete("value");
        assertThat(promise.toString()).contains("value");
    }
}

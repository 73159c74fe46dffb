package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.millis;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

/** {@link Task#await} and {@link Task#outcome}. */
class AwaitTest {

    /** A failed background task and what it threw. */
    private static Task<String> failed(Throwable failure) {
        return Weft.background(
                () -> {
                    throw Throwing.sneaky(failure);
                });
    }

    private static List<String> marks(Throwable failure) {
        return Arrays.stream(failure.getSuppressed())
                .filter(s -> s instanceof AwaitedAt)
                .map(s -> String.valueOf(s.getMessage()))
                .toList();
    }

    @Test
    void givesTheValueAlsoToThoseWhoComeLate() {
        Sim.run(
                () -> {
                    Task<String> task =
                            Weft.background(
                                    () -> {
                                        sleep(10);
                                        return "value";
                                    });
                    assertThat(task.isDone()).isFalse();
                    assertThat(task.await()).isEqualTo("value");
                    assertThat(task.isDone()).isTrue();
                    assertThat(task.await()).isEqualTo("value");
                    assertThat(task.outcome()).isEqualTo(new Outcome.Success<>("value"));
                    assertThat(millis()).isEqualTo(10);
                });
    }

    @Test
    void manyMayAwaitTheSameTaskAndGoOnInTheOrderInWhichTheyCame() {
        List<Integer> order = new ArrayList<>();
        Sim.run(
                () -> {
                    Task<@Nullable Void> task = Weft.background(() -> sleep(10));
                    Weft.group(
                            g -> {
                                for (int i = 0; i < 5; i++) {
                                    int n = i;
                                    g.start(
                                            () -> {
                                                task.await();
                                                order.add(n);
                                            });
                                }
                            });
                });
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
    }

    // rules 3: "Task.await() throws the same object, the awaiting side shown by one suppressed
    // marker per awaiting task"
    @Test
    void throwsTheVeryObjectWithTheAwaitingSideSuppressed() {
        IOException failure = new IOException("x");
        Sim.run(
                () -> {
                    Throwable thrown = thrownBy(() -> awaitHere(failed(failure)));
                    assertThat(thrown).isSameAs(failure);
                    assertThat(marks(thrown)).containsExactly("awaited in task 'main'");
                    assertThat(thrown.getSuppressed()[0].getStackTrace())
                            .anyMatch(f -> f.getMethodName().equals("awaitHere"));
                });
    }

    private static void awaitHere(Task<?> task) {
        task.await();
    }

    @Test
    void awaitWithATypeLetsTheCompilerSeeTheFailure() {
        IOException failure = new IOException("x");
        Sim.run(
                () -> {
                    try {
                        failed(failure).await(IOException.class);
                        throw new AssertionError("not reached");
                    } catch (IOException e) {
                        assertThat(e).isSameAs(failure);
                    }
                });
    }

    @Test
    void oneTaskAwaitingTwiceLeavesOneMark() {
        Sim.run(
                () -> {
                    Task<String> task = failed(new IOException("x"));
                    thrownBy(() -> task.await());
                    assertThat(marks(thrownBy(() -> task.await()))).hasSize(1);
                });
    }

    // rules 3: "`Task.await()` throws the same object, the awaiting side shown by one
    // suppressed marker per awaiting task, at most 8"
    @Test
    void tasksOfTheSameNameLeaveAMarkEachAtMostEight() {
        IOException failure = new IOException("x");
        Sim.run(
                () -> {
                    Task<String> task = failed(failure);
                    Weft.group(
                            g -> {
                                for (int i = 0; i < 3; i++) {
                                    g.start("worker", () -> thrownBy(() -> task.await()));
                                }
                            });
                    assertThat(marks(failure)).hasSize(3);
                    Weft.group(
                            g -> {
                                for (int i = 0; i < 20; i++) {
                                    g.start(() -> thrownBy(() -> task.await()));
                                }
                            });
                    assertThat(marks(failure)).hasSize(8);
                });
    }

    // rules 3: "Another task's cancellation reaches an awaiter as `CancellationException`"
    @Test
    void aCancelledTaskGivesCancellationExceptionWhichIsAnOrdinaryFailure() {
        Sim.run(
                () -> {
                    Task<@Nullable Void> task = Weft.background(Sim::sleepForever);
                    sleep(1);
                    task.cancel("enough");
                    assertThat(thrownBy(task::await))
                            .isInstanceOf(CancellationException.class)
                            .hasMessageContaining("enough");
                    assertThat(task.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
                    sleep(1); // the awaiting task itself is not cancelled
                });
    }

    @Test
    void outcomeThrowsNothingOfTheTasksOwn() {
        IOException failure = new IOException("x");
        Sim.run(
                () -> {
                    assertThat(failed(failure).outcome()).isEqualTo(new Outcome.Failure<>(failure));
                    assertThat(failure).hasNoSuppressedExceptions();
                });
    }

    // rules 3: "`task.outcome()` waits and throws only one's own cancellation"
    @Test
    void outcomeThrowsOnesOwnCancellation() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> slow = g.start(() -> sleep(100));
                                    Task<?> waiter = g.start(() -> slow.outcome());
                                    sleep(10);
                                    waiter.cancel("stop");
                                    assertThat(waiter.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                    assertThat(millis()).isEqualTo(10);
                                    assertThat(slow.isDone()).isFalse();
                                }));
    }

    // rules 2: "Cancelling a wait for a task, stage or future leaves that one running"
    @Test
    void cancellingAWaiterLeavesTheTaskAndOtherWaitersAlone() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<String> shared =
                                            g.start(
                                                    () -> {
                                                        sleep(50);
                                                        return "value";
                                                    });
                                    Task<String> first = g.start(() -> shared.await());
                                    Task<String> second = g.start(() -> shared.await());
                                    sleep(10);
                                    first.cancel("stop");
                                    assertThat(second.await()).isEqualTo("value");
                                    assertThat(first.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                }));
    }

    @Test
    void aRequestPendingOnEntryIsThrownEvenIfTheTaskHasEnded() {
        Sim.run(
                () -> {
                    Task<String> task = Weft.background(() -> "value");
                    task.await();
                    Weft.group(
                            g -> {
                                g.cancel("now");
                                assertThat(thrownBy(() -> task.await()))
                                        .isInstanceOf(CancelledError.class);
                            });
                });
    }

    // rules 2: "the result is returned and the request shows at the next wait"
    @Test
    void aResultHandedOverBeforeTheRequestCameIsReturned() {
        // asyncio lost it: C4
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<String> task =
                                            g.start(
                                                    () -> {
                                                        sleep(10);
                                                        return "value";
                                                    });
                                    List<String> got = new ArrayList<>();
                                    Task<@Nullable Void> waiter =
                                            g.start(
                                                    () -> {
                                                        got.add(task.await());
                                                        sleepForever();
                                                    });
                                    while (!task.isDone()) {
                                        sleep(1);
                                    }
                                    waiter.cancel("stop");
                                    assertThat(waiter.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                    assertThat(got).containsExactly("value");
                                }));
    }

    @Test
    void aTaskCannotAwaitItself() {
        assertThat(failureOf(() -> LoopTask.current().await()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("task 'main' cannot await itself");
    }

    // rules 3: "`Task` is loop-confined but for"
    @Test
    void isDoneAndNameMayBeAskedFromAnyThread() {
        Task<String> task = Sim.run(() -> Weft.background(() -> "x"));
        assertThat(task.isDone()).isTrue();
        assertThat(task.name()).startsWith("task-");
        assertThat(task.cancel("late")).isFalse();
        assertThat(Stream.of(task).map(Task::isDone)).containsExactly(true);
    }
}

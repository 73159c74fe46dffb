package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** {@link Weft#await(java.util.Collection, Until)}: the behaviours of asyncio's {@code wait}. */
class AwaitTasksTest {
    private final List<String> trace = new ArrayList<>();

    private static Task<String> after(Group g, long millis, String name) {
        return g.start(
                name,
                () -> {
                    sleep(millis);
                    return name;
                });
    }

    private static Task<String> failing(Group g, long millis, String name) {
        return g.start(
                name,
                () -> {
                    sleep(millis);
                    throw new IOException(name);
                });
    }

    private void note(Waited<?> waited) {
        trace.add("at " + millis());
        trace.add("done " + waited.done().stream().map(Task::name).toList());
        trace.add("pending " + waited.pending().stream().map(Task::name).toList());
    }

    @Test
    void untilTheFirstHasCompleted() {
        Sim.run(
                () ->
                        Weft.group(
                                g ->
                                        note(
                                                Weft.await(
                                                        List.of(
                                                                after(g, 30, "a"),
                                                                after(g, 10, "b"),
                                                                after(g, 20, "c")),
                                                        Until.FIRST_COMPLETED))));
        assertThat(trace).containsExactly("at 10", "done [b]", "pending [a, c]");
    }

    @Test
    void untilAllHaveCompletedInTheOrderOfTheirEnds() {
        Sim.run(
                () ->
                        Weft.supervisor(
                                g ->
                                        note(
                                                Weft.await(
                                                        List.of(
                                                                after(g, 30, "a"),
                                                                failing(g, 10, "b"),
                                                                after(g, 20, "c")),
                                                        Until.ALL_COMPLETED))));
        assertThat(trace).containsExactly("at 30", "done [b, c, a]", "pending []");
    }

    @Test
    void untilTheFirstFailureWhichACancellationIsNot() {
        Sim.run(
                () ->
                        Weft.supervisor(
                                g -> {
                                    Task<String> cancelled = after(g, 100, "cancelled");
                                    g.start(
                                            () -> {
                                                sleep(5);
                                                cancelled.cancel("x");
                                            });
                                    note(
                                            Weft.await(
                                                    List.of(
                                                            cancelled,
                                                            after(g, 10, "value"),
                                                            failing(g, 20, "failed"),
                                                            after(g, 30, "late")),
                                                    Until.FIRST_FAILURE));
                                }));
        assertThat(trace)
                .containsExactly("at 20", "done [cancelled, value, failed]", "pending [late]");
    }

    @Test
    void untilTheFirstFailureWithoutOneWaitsForAll() {
        Sim.run(
                () ->
                        Weft.group(
                                g ->
                                        note(
                                                Weft.await(
                                                        List.of(after(g, 2, "a"), after(g, 1, "b")),
                                                        Until.FIRST_FAILURE))));
        assertThat(trace).containsExactly("at 2", "done [b, a]", "pending []");
    }

    @Test
    void tasksThatHadEndedCountAtOnceAndComeFirst() {
        Sim.run(
                () ->
                        Weft.supervisor(
                                g -> {
                                    Task<String> a = after(g, 5, "a");
                                    Task<String> b = failing(g, 1, "b");
                                    Task<String> c = after(g, 20, "c");
                                    sleep(10);
                                    for (Until until :
                                            List.of(Until.FIRST_COMPLETED, Until.FIRST_FAILURE)) {
                                        note(Weft.await(List.of(c, a, b), until));
                                    }
                                    note(Weft.await(List.of(c, a), Until.FIRST_FAILURE));
                                }));
        assertThat(trace)
                .containsExactly(
                        "at 10",
                        "done [a, b]",
                        "pending [c]",
                        "at 10",
                        "done [a, b]",
                        "pending [c]",
                        "at 20",
                        "done [a, c]",
                        "pending []");
    }

    @Test
    void whatEndsInTheSameTurnIsDoneToo() {
        Sim.run(
                () ->
                        Weft.group(
                                g ->
                                        note(
                                                Weft.await(
                                                        List.of(
                                                                after(g, 10, "a"),
                                                                after(g, 11, "b"),
                                                                after(g, 10, "c")),
                                                        Until.FIRST_COMPLETED))));
        assertThat(trace).containsExactly("at 10", "done [a, c]", "pending [b]");
    }

    @Test
    void aTimeIsPutAroundItAndCancelsNothing() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<String> a = after(g, 30, "a");
                                    Task<String> b = after(g, 10, "b");
                                    assertThat(
                                                    Weft.moveOnAfter(
                                                            ms(20),
                                                            () ->
                                                                    Weft.await(
                                                                            List.of(a, b),
                                                                            Until.ALL_COMPLETED)))
                                            .isEmpty();
                                    assertThat(b.isDone()).isTrue();
                                    assertThat(a.await()).isEqualTo("a");
                                    assertThat(millis()).isEqualTo(30);
                                }));
    }

    @Test
    void itThrowsNothingOfTheTasksAndTheirFailuresAreNotLogged() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Task<String> task =
                                Weft.background(
                                        () -> {
                                            throw new IOException("x");
                                        });
                        Weft.await(List.of(task), Until.ALL_COMPLETED);
                        sleep(5000);
                    });
            assertThat(logged.messages()).isEmpty();
        }
    }

    @Test
    void aFailureOfATaskThatWasStillPendingIsNotForgotten() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Task<String> fast = Weft.background(() -> "fast");
                        Task<String> slow =
                                Weft.background(
                                        () -> {
                                            sleep(10);
                                            throw new IOException("slow");
                                        });
                        Weft.await(List.of(fast, slow), Until.FIRST_COMPLETED);
                        sleep(5000);
                    });
            assertThat(logged.failures()).singleElement().isInstanceOf(IOException.class);
        }
    }

    @Test
    void aTaskGivenTwiceCountsOnce() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<String> a = after(g, 1, "a");
                                    Task<String> b = after(g, 2, "b");
                                    note(Weft.await(List.of(a, b, a, b, a), Until.ALL_COMPLETED));
                                }));
        assertThat(trace).containsExactly("at 2", "done [a, b]", "pending []");
    }

    @Test
    void tasksOfDifferentTypesTogether() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<String> a = after(g, 1, "a");
                                    Task<@Nullable Void> b = g.start(() -> sleep(2));
                                    Waited<@Nullable Object> waited =
                                            Weft.<@Nullable Object>await(
                                                    List.of(a, b), Until.FIRST_COMPLETED);
                                    assertThat(waited.done()).hasSize(1);
                                }));
    }

    @Test
    void ofNothingIsRefused() {
        assertThat(failureOf(() -> Weft.await(List.<Task<String>>of(), Until.ALL_COMPLETED)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no tasks");
    }

    @Test
    void theCallerAmongThemIsRefused() {
        assertThat(failureOf(() -> Weft.await(List.of(Task.current()), Until.FIRST_COMPLETED)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot await itself");
    }

    @Test
    void cancellingTheWaitLeavesTheTasksRunning() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<String> a = after(g, 10, "a");
                                    Task<?> waiter =
                                            g.start(
                                                    () ->
                                                            Weft.await(
                                                                    List.of(a),
                                                                    Until.ALL_COMPLETED));
                                    sleep(1);
                                    waiter.cancel("enough");
                                    assertThat(a.await()).isEqualTo("a");
                                }));
    }

    // rules 2: "A wait looks for a due cancellation on entry, before any effect"
    @Test
    void aRequestPendingOnEntryIsThrownAlsoIfAllHaveEnded() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<String> a = after(g, 0, "a");
                                    a.await();
                                    g.cancel("now");
                                    assertThat(
                                                    thrownBy(
                                                            () ->
                                                                    Weft.await(
                                                                            List.of(a),
                                                                            Until.ALL_COMPLETED)))
                                            .isInstanceOf(CancelledError.class);
                                }));
    }

    // rules 2: "Once the waker has handed over the result the wait has happened"
    @Test
    void anEndAndARequestInTheSameTurnGiveTheEnd() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<?>[] waiter = new Task<?>[1];
                                    Task<String> a =
                                            g.start(
                                                    () -> {
                                                        turns(2);
                                                        return "a";
                                                    });
                                    waiter[0] =
                                            g.start(
                                                    () -> {
                                                        note(
                                                                Weft.await(
                                                                        List.of(a),
                                                                        Until.FIRST_COMPLETED));
                                                        Weft.checkCancelled();
                                                        trace.add("never");
                                                    });
                                    g.start(
                                            () -> {
                                                turns(2);
                                                waiter[0].cancel("now");
                                            });
                                }));
        assertThat(trace).hasSize(3).doesNotContain("never");
    }

    // field C30: CPython 152569, "wait on one long-lived future" grew with every call
    @Test
    void waitingForOneLongLivedTaskAgainAndAgainLeavesNothingBehind() {
        Sim.run(
                () -> {
                    Task<@Nullable Void> longLived = Weft.background(Sim::sleepForever);
                    Task<String> ended = Weft.background(() -> "ended");
                    ended.await();
                    for (int i = 0; i < 100_000; i++) {
                        Task<String> quick = i % 10 == 0 ? Weft.background(() -> "") : ended;
                        Weft.<@Nullable Object>await(
                                List.of(longLived, quick), Until.FIRST_COMPLETED);
                    }
                    assertThat(longLived.awaiting().waiters().size()).isZero();
                });
    }

    @Test
    void tenThousandTasksAreNoQuadraticMatter() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    List<Task<@Nullable Void>> tasks =
                                            IntStream.range(0, 10_000)
                                                    .mapToObj(i -> g.start(() -> sleep(i % 100)))
                                                    .toList();
                                    Waited<@Nullable Void> waited =
                                            Weft.await(tasks, Until.FIRST_FAILURE);
                                    assertThat(waited.done()).hasSize(10_000);
                                }));
    }

    @Test
    void aWaitForTasksOfAGroupThatFailsIsCancelledWithIt() {
        assertThat(
                        failureOf(
                                () ->
                                        Weft.group(
                                                g ->
                                                        Weft.await(
                                                                List.of(
                                                                        failing(g, 1, "x"),
                                                                        g.start(
                                                                                () -> {
                                                                                    sleepForever();
                                                                                    return "";
                                                                                })),
                                                                Until.ALL_COMPLETED))))
                .hasMessage("x");
    }
}

package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.millis;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

class GatherTest {
    private final List<String> trace = new ArrayList<>();

    private Body<String, RuntimeException> after(long millis, String value) {
        return () -> {
            sleep(millis);
            return value;
        };
    }

    private Body<String, RuntimeException> waiting(String name) {
        return () -> {
            try {
                sleepForever();
            } finally {
                sleep(1);
                trace.add(name + " ended at " + millis());
            }
            return name;
        };
    }

    private static Body<String, IOException> failing(long afterMillis, IOException failure) {
        return () -> {
            sleep(afterMillis);
            throw failure;
        };
    }

    @Test
    void givesValuesInTheOrderOfTheBodiesNotOfTheirEnds() {
        List<String> values =
                Sim.run(
                        () -> {
                            List<String> all =
                                    Weft.<String, RuntimeException>gather(
                                            after(30, "a"), after(10, "b"), after(20, "c"));
                            assertThat(millis()).isEqualTo(30);
                            return all;
                        });
        assertThat(values).containsExactly("a", "b", "c");
    }

    @Test
    void ofNothingGivesNothing() {
        Sim.run(
                () -> {
                    assertThat(Weft.gather(List.<String>of(), 1, s -> s)).isEmpty();
                    assertThat(Weft.<String>gatherOutcomes()).isEmpty();
                });
    }

    @Test
    void valuesMayBeNullAndTheListCannotBeChanged() {
        Sim.run(
                () -> {
                    List<@Nullable String> values =
                            Weft.<@Nullable String, RuntimeException>gather(() -> null, () -> "b");
                    assertThat(values).containsExactly(null, "b");
                    assertThatThrownBy(() -> values.set(0, "x"))
                            .isInstanceOf(UnsupportedOperationException.class);
                });
    }

    @Test
    void theSameBodyTwiceRunsTwice() {
        int[] runs = new int[1];
        Body<Integer, RuntimeException> body = () -> ++runs[0];
        List<Integer> values = Sim.run(() -> Weft.gather(body, body));
        assertThat(values).containsExactly(1, 2);
    }

    @Test
    void twoBodiesOfDifferentTypesAreCombined() {
        String combined =
                Sim.run(() -> Weft.gather(() -> 42, () -> "x", (Integer n, String s) -> s + n));
        assertThat(combined).isEqualTo("x42");
    }

    @Test
    void actionsRunBesideEachOther() {
        Sim.run(
                () -> {
                    Weft.gather(() -> sleep(10), () -> sleep(10), () -> sleep(10));
                    assertThat(millis()).isEqualTo(10);
                });
    }

    @Test
    void theFirstFailureCancelsAndJoinsTheOthersAndIsThrownItself() {
        IOException failure = new IOException("x");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.<String, IOException>gather(
                                        waiting("a")::run,
                                        failing(10, failure),
                                        waiting("c")::run));
        assertThat(thrown).isSameAs(failure);
        assertThat(trace).containsExactly("a ended at 11", "c ended at 11");
    }

    @Test
    void aLaterFailureIsSuppressedNotLost() {
        IOException first = new IOException("first");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.<String, IOException>gather(
                                        failing(10, first),
                                        () -> {
                                            try {
                                                sleepForever();
                                            } catch (CancelledError e) {
                                                throw new IOException("second");
                                            }
                                            return "never";
                                        }));
        assertThat(thrown).isSameAs(first);
        assertThat(thrown.getSuppressed()).hasSize(1);
        assertThat(thrown.getSuppressed()[0]).hasMessage("second");
    }

    @Test
    void aCancelledGatherCancelsAllAndEndsWhenAllHaveEnded() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<List<String>> task =
                                            g.start(
                                                    () ->
                                                            Weft.<String, RuntimeException>gather(
                                                                    waiting("a"), waiting("b")));
                                    sleep(10);
                                    task.cancel("stop");
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                    trace.add("gather ended at " + millis());
                                }));
        assertThat(trace).containsExactly("a ended at 11", "b ended at 11", "gather ended at 11");
    }

    /** Cancels the task it runs in. */
    private static String cancelSelf() {
        LoopTask.current().cancel("by itself");
        sleepForever();
        return "never";
    }

    // rules 3: "`gather`: a child that ends cancelled fails it with CancellationException"
    @Test
    void aBodyThatEndsCancelledByItselfFailsTheGather() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.<String, RuntimeException>gather(
                                        waiting("a"), GatherTest::cancelSelf));
        assertThat(thrown)
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("by itself");
        assertThat(trace).containsExactly("a ended at 1");
    }

    @Test
    void inCleanUpOfACancelledTaskItWorksAsEver() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> task =
                                            g.start(
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            gatherInCleanUp();
                                                        }
                                                    });
                                    sleep(1);
                                    task.cancel("stop");
                                    task.outcome();
                                }));
        assertThat(trace).containsExactly("values [a, b]");
    }

    private void gatherInCleanUp() {
        List<String> values = Weft.<String, RuntimeException>gather(after(1, "a"), after(2, "b"));
        trace.add("values " + values);
    }

    @Test
    void inCleanUpUnderAShieldGatherWorks() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> task =
                                            g.start(
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            Weft.shield(
                                                                    Sim.s(1),
                                                                    this::gatherInCleanUp);
                                                        }
                                                    });
                                    sleep(1);
                                    task.cancel("stop");
                                    task.outcome();
                                }));
        assertThat(trace).containsExactly("values [a, b]");
    }

    // ---- over inputs

    @Test
    void overInputsAtMostTheLimitRunAtOnceAndOrderIsKept() {
        Sim.run(
                () -> {
                    int[] running = new int[2];
                    List<Integer> inputs = IntStream.range(0, 20).boxed().toList();
                    List<Integer> values =
                            Weft.gather(
                                    inputs,
                                    4,
                                    i -> {
                                        running[1] = Math.max(running[1], ++running[0]);
                                        sleep(20 - i);
                                        running[0]--;
                                        return i * i;
                                    });
                    assertThat(running[1]).isEqualTo(4);
                    assertThat(values).isEqualTo(inputs.stream().map(i -> i * i).toList());
                });
    }

    // rules 2: "Inputs of a limited `gather` that have not begun are no tasks and never run"
    @Test
    void inputsNotBegunWhenSomethingFailsNeverRun() {
        IOException failure = new IOException("x");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.gather(
                                        List.of(1, 2, 3, 4, 5),
                                        2,
                                        i -> {
                                            trace.add("input " + i);
                                            sleep(i);
                                            if (i == 2) {
                                                throw failure;
                                            }
                                            return i;
                                        }));
        assertThat(thrown).isSameAs(failure);
        assertThat(trace).containsExactly("input 1", "input 2", "input 3");
    }

    @Test
    void aLimitBelowOneIsRefusedBeforeAnythingRuns() {
        Throwable thrown = failureOf(() -> Weft.gather(List.of(1), 0, i -> trace.add("ran " + i)));
        assertThat(thrown)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit")
                .hasMessageContaining("0");
        assertThat(trace).isEmpty();
    }

    // ---- outcomes

    @Test
    void outcomesSayOfEachHowItEnded() {
        IOException failure = new IOException("x");
        List<Outcome<String>> outcomes =
                Sim.run(
                        () ->
                                Weft.<String>gatherOutcomes(
                                        after(10, "a"),
                                        failing(5, failure),
                                        GatherTest::cancelSelf,
                                        after(20, "d")));
        assertThat(outcomes)
                .containsExactly(
                        new Outcome.Success<>("a"),
                        new Outcome.Failure<>(failure),
                        new Outcome.Cancelled<>("by itself"),
                        new Outcome.Success<>("d"));
        assertThat(outcomes.get(0).isSuccess()).isTrue();
        assertThat(outcomes.get(1).isSuccess()).isFalse();
    }

    @Test
    void failuresInOutcomesAreNotLogged() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Weft.<String>gatherOutcomes(failing(5, new IOException("x")));
                        sleep(5000);
                    });
            assertThat(logged.messages()).isEmpty();
        }
    }

    // rules 3: "A cancelled `gatherOutcomes` throws, whatever its children did"
    @Test
    void aCancelledGatherOutcomesThrowsWhateverItsChildrenDid() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<List<Outcome<String>>> task =
                                            g.start(
                                                    () ->
                                                            Weft.<String>gatherOutcomes(
                                                                    after(1, "done"),
                                                                    GatherTest::insistsOnAValue));
                                    sleep(10);
                                    task.cancel("stop");
                                    assertThat(task.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                }));
    }

    private static String insistsOnAValue() {
        try {
            sleepForever();
        } catch (CancelledError e) {
            return "value all the same";
        }
        return "never";
    }

    @Test
    void outcomesOverInputsKeepTheLimitAndGoOnAfterFailures() {
        Sim.run(
                () -> {
                    int[] running = new int[2];
                    List<Outcome<Integer>> outcomes =
                            Weft.<Integer, Integer>gatherOutcomes(
                                    List.of(1, 2, 3, 4, 5, 6),
                                    2,
                                    i -> {
                                        running[1] = Math.max(running[1], ++running[0]);
                                        sleep(10);
                                        running[0]--;
                                        if (i % 2 == 0) {
                                            throw new IOException("even");
                                        }
                                        return i;
                                    });
                    assertThat(running[1]).isEqualTo(2);
                    assertThat(outcomes.stream().map(Outcome::isSuccess))
                            .containsExactly(true, false, true, false, true, false);
                    assertThat(millis()).isEqualTo(30);
                });
    }

    // rules 2: "Once the waker has handed over the result the wait has happened"
    @Test
    void aRequestThatComesWhenAllHaveEndedShowsAtTheNextWaitOnly() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<?>[] gathering = new Task<?>[1];
                                    gathering[0] =
                                            g.start(
                                                    () -> {
                                                        trace.add(
                                                                "values "
                                                                        + Weft
                                                                                .<String,
                                                                                        RuntimeException>
                                                                                        gather(
                                                                                                after(
                                                                                                        1,
                                                                                                        "a"),
                                                                                                after(
                                                                                                        2,
                                                                                                        "b")));
                                                        Weft.checkCancelled();
                                                        trace.add("never");
                                                    });
                                    g.start(
                                            () -> {
                                                sleep(2); // its timer is set first
                                                Weft.checkpoint();
                                                gathering[0].cancel("too late");
                                            });
                                }));
        assertThat(trace).containsExactly("values [a, b]");
    }

    // rules 2: "A wait looks for a due cancellation on entry, before any effect"
    @Test
    void aRequestPendingOnEntryStartsNothing() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.cancel("now");
                                    for (Action<RuntimeException> gather :
                                            List.<Action<RuntimeException>>of(
                                                    () -> Weft.gather(() -> trace.add("a")),
                                                    () ->
                                                            Weft.<@Nullable Object>gatherOutcomes(
                                                                    () -> trace.add("b")),
                                                    () -> Weft.gather(List.of("c"), 1, trace::add),
                                                    () ->
                                                            Weft.gather(
                                                                    List.of("d").subList(0, 0),
                                                                    1,
                                                                    i -> i),
                                                    () ->
                                                            Weft.gather(
                                                                    () -> 1, () -> 2, Integer::sum),
                                                    () -> Weft.forEach(List.of(), 1, i -> {}))) {
                                        assertThat(Sim.thrownBy(gather))
                                                .isInstanceOf(CancelledError.class);
                                        g.cancel("again"); // does nothing
                                        Task.current().cancel("again");
                                    }
                                }));
        assertThat(trace).isEmpty();
    }

    // asyncio's gather_shield: a shield in a body keeps that body from the cancellation
    @Test
    void aShieldedBodyOfACancelledGatherEndsInPeace() {
        Sim.run(
                () ->
                        Weft.moveOnAfter(
                                Sim.ms(5),
                                () ->
                                        Weft.gather(
                                                waiting("a"),
                                                () ->
                                                        Weft.shield(
                                                                Sim.s(1),
                                                                () -> {
                                                                    sleep(10);
                                                                    trace.add(
                                                                            "shielded ended at "
                                                                                    + millis());
                                                                    return "b";
                                                                }))));
        assertThat(trace).containsExactly("a ended at 6", "shielded ended at 10");
    }

    // asyncio's shield_gather: a gather in a shield goes on
    @Test
    void aGatherInAShieldGoesOn() {
        Sim.run(
                () ->
                        Weft.moveOnAfter(
                                Sim.ms(5),
                                () -> {
                                    trace.addAll(
                                            Weft.shield(
                                                    Sim.s(1),
                                                    () ->
                                                            Weft.<String, RuntimeException>gather(
                                                                    after(10, "a"),
                                                                    after(20, "b"))));
                                    assertThat(millis()).isEqualTo(20);
                                    Weft.checkCancelled();
                                    trace.add("never");
                                }));
        assertThat(trace).containsExactly("a", "b");
    }

    // asyncio's exception_marking: what fails later is known to somebody, not logged
    @Test
    void nothingOfAFailedGatherIsLogged() {
        try (Logged logged = Logged.open()) {
            IOException first = new IOException("first");
            IOException second = new IOException("second");
            assertThat(
                            failureOf(
                                    () ->
                                            Weft.gather(
                                                    failing(1, first),
                                                    failing(1, second),
                                                    failing(1, first))))
                    .isSameAs(first);
            assertThat(first.getSuppressed()).containsExactly(second);
            assertThat(logged.messages()).isEmpty();
        }
    }

    // asyncio's result_exception_one_cancellation
    @Test
    void ofAValueAFailureAndACancellationTheFirstThatIsNoValueIsThrown() {
        Body<String, RuntimeException> cancelled =
                () -> {
                    sleep(1);
                    Task.current().cancel("own will");
                    sleepForever();
                    return "never";
                };
        IOException failure = new IOException("x");
        assertThat(failureOf(() -> Weft.gather(after(0, "a"), cancelled, failing(2, failure))))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("own will");
        assertThat(failureOf(() -> Weft.gather(after(3, "a"), failing(0, failure), cancelled)))
                .isSameAs(failure);
    }
}

package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Queue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class AsCompletedTest {
    private final List<String> trace = new ArrayList<>();

    private int after(int millis) {
        try {
            sleep(millis);
            return millis;
        } catch (CancelledError e) {
            Weft.shield(s(1), () -> sleep(1));
            trace.add(millis + " cancelled at " + millis());
            throw e;
        }
    }

    private static Iterator<Integer> endless() {
        return Stream.iterate(0, n -> n + 1).iterator();
    }

    @Test
    void resultsComeInTheOrderOfTheirEndsWithTheirInputs() {
        Sim.run(
                () ->
                        Weft.asCompleted(
                                List.of(30, 10, 20),
                                9,
                                this::after,
                                results -> {
                                    for (var r : results) {
                                        trace.add(
                                                r.input() + " gave " + r.value() + " at "
                                                        + millis());
                                    }
                                }));
        assertThat(trace)
                .containsExactly("10 gave 10 at 10", "20 gave 20 at 20", "30 gave 30 at 30");
    }

    @Test
    void ofNoInputsThereAreNoResults() {
        Sim.run(
                () ->
                        Weft.asCompleted(
                                List.<Integer>of(),
                                1,
                                this::after,
                                results -> assertThat(results).isEmpty()));
    }

    @Test
    void theSameInputTwiceRunsTwice() {
        Sim.run(
                () ->
                        Weft.asCompleted(
                                List.of(5, 5, 5),
                                9,
                                this::after,
                                results -> assertThat(results).hasSize(3)));
    }

    @Test
    void failuresAndCancellationsAreResultsAndTouchNothingElse() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.asCompleted(
                                    List.of("fail", "cancel", "value"),
                                    9,
                                    input -> {
                                        if (input.equals("fail")) {
                                            throw new IOException("x");
                                        }
                                        if (input.equals("cancel")) {
                                            Task.current().cancel("own will");
                                            sleepForever();
                                        }
                                        sleep(1);
                                        return input;
                                    },
                                    results -> {
                                        for (var r : results) {
                                            trace.add(r.input() + ": " + r.outcome());
                                        }
                                    }));
            assertThat(trace)
                    .containsExactly(
                            "fail: Failure[cause=java.io.IOException: x]",
                            "cancel: Cancelled[reason=own will]",
                            "value: Success[value=value]");
            assertThat(logged.messages()).isEmpty();
        }
    }

    @Test
    void valueThrowsTheVeryFailureAndThenTheOthersAreCancelledAndJoined() {
        IOException failure = new IOException("x");
        assertThat(
                        failureOf(
                                () ->
                                        Weft.asCompleted(
                                                List.of(50, 10, 60),
                                                9,
                                                n -> {
                                                    after(n);
                                                    throw failure;
                                                },
                                                results -> {
                                                    for (var r : results) {
                                                        trace.add("got " + r.value());
                                                    }
                                                })))
                .isSameAs(failure);
        assertThat(trace).containsExactly("50 cancelled at 11", "60 cancelled at 11");
    }

    @Test
    void ofACancelledOneValueThrowsCancellationException() {
        assertThat(thrownBy(() -> new Outcome.Cancelled<String>("why").orThrow()))
                .isInstanceOf(CancellationException.class)
                .hasMessage("why");
    }

    @Test
    void aBreakCancelsAndJoinsTheRest() {
        Sim.run(
                () -> {
                    Weft.asCompleted(
                            AsCompletedTest::endless,
                            3,
                            n -> after((n + 1) * 10),
                            results -> {
                                for (var r : results) {
                                    trace.add("got " + r.input());
                                    if (r.input() == 1) {
                                        break;
                                    }
                                }
                            });
                    assertThat(millis()).isEqualTo(21);
                });
        assertThat(trace)
                .containsExactly("got 0", "got 1", "30 cancelled at 21", "40 cancelled at 21");
    }

    @Test
    void theFirstThatWillDoAsAValue() {
        Sim.run(
                () -> {
                    Integer found =
                            Weft.asCompletedCall(
                                    List.of(30, 10, 20),
                                    9,
                                    this::after,
                                    results -> {
                                        for (var r : results) {
                                            if (r.value() > 15) {
                                                return r.value();
                                            }
                                        }
                                        return -1;
                                    });
                    assertThat(found).isEqualTo(20);
                });
        assertThat(trace).containsExactly("30 cancelled at 21");
    }

    @Test
    void atMostSoManyRunOrWaitToBeTaken() {
        Sim.run(
                () -> {
                    int[] begun = new int[1];
                    Weft.asCompleted(
                            AsCompletedTest::endless,
                            4,
                            n -> ++begun[0],
                            results -> {
                                sleep(10);
                                assertThat(begun[0]).isEqualTo(4);
                                Iterator<?> iterator = results.iterator();
                                for (int i = 0; i < 3; i++) {
                                    iterator.next();
                                }
                                sleep(10);
                                assertThat(begun[0]).isEqualTo(7);
                            });
                });
    }

    @Test
    void aSourceThatWaitsHoldsUpNoResult() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Queue<Integer> queue = new Queue<>();
                                    g.start(
                                            () -> {
                                                queue.put(5);
                                                sleep(100);
                                                queue.put(1);
                                                queue.shutdown();
                                            });
                                    Weft.asCompleted(
                                            queue,
                                            9,
                                            this::after,
                                            results -> {
                                                for (var r : results) {
                                                    trace.add(r.input() + " at " + millis());
                                                }
                                            });
                                }));
        assertThat(trace).containsExactly("5 at 5", "1 at 101");
    }

    @Test
    void anInputThatWasTakenFromAQueueIsNeverLost() {
        Sim.run(
                () -> {
                    Queue<Integer> queue = new Queue<>();
                    for (int i = 0; i < 5; i++) {
                        queue.put(i);
                    }
                    Weft.asCompleted(
                            queue,
                            2,
                            n -> after(n + 10),
                            results -> {
                                results.iterator().next();
                                sleep(1);
                            });
                    assertThat(trace).containsExactly("12 cancelled at 12");
                    assertThat(queue.tryGet()).contains(3);
                });
    }

    @Test
    void anInputThatArrivesAsTheResultsAreClosedIsRunToItsFirstWait() {
        Sim.run(
                () -> {
                    Queue<String> queue = new Queue<>();
                    Weft.asCompleted(
                            queue,
                            2,
                            input -> {
                                trace.add(input);
                                sleepForever();
                                return input;
                            },
                            results -> {
                                sleep(1);
                                queue.put("handed over");
                                results.close();
                                assertThat(millis()).isEqualTo(1);
                            });
                });
        assertThat(trace).containsExactly("handed over");
    }

    @Test
    void aFailureOfTheSourceCancelsTheWholeAndIsThrown() {
        IllegalStateException failure = new IllegalStateException("source");
        Iterable<Integer> source =
                () ->
                        Stream.of(100, -1)
                                .map(
                                        n -> {
                                            if (n < 0) {
                                                sleep(10);
                                                throw failure;
                                            }
                                            return n;
                                        })
                                .iterator();
        assertThat(
                        failureOf(
                                () ->
                                        Weft.asCompleted(
                                                source,
                                                9,
                                                this::after,
                                                results -> {
                                                    for (var r : results) {
                                                        trace.add("got " + r);
                                                    }
                                                })))
                .isSameAs(failure);
        assertThat(trace).containsExactly("100 cancelled at 11");
    }

    @Test
    void whatNobodyTookIsClosedOrReported() {
        IOException failure = new IOException("x");
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.asCompleted(
                                    List.of(1, 2, 3),
                                    9,
                                    n -> {
                                        if (n == 2) {
                                            throw failure;
                                        }
                                        return (AutoCloseable) () -> trace.add("closed " + n);
                                    },
                                    results -> {
                                        assertThat(results.iterator().next().input()).isEqualTo(1);
                                        sleep(1);
                                    }));
            assertThat(trace).containsExactly("closed 3");
            assertThat(logged.failures()).containsExactly(failure);
        }
    }

    @Test
    void failuresThatNobodyTookAreSuppressedInWhatTheBodyThrew() {
        IOException left = new IOException("left");
        IllegalStateException bodys = new IllegalStateException("body");
        try (Logged logged = Logged.open()) {
            assertThat(
                            failureOf(
                                    () ->
                                            Weft.asCompleted(
                                                    List.of(1),
                                                    9,
                                                    n -> {
                                                        throw left;
                                                    },
                                                    results -> {
                                                        sleep(1);
                                                        throw bodys;
                                                    })))
                    .isSameAs(bodys);
            assertThat(bodys.getSuppressed()).containsExactly(left);
            assertThat(logged.messages()).isEmpty();
        }
    }

    @Test
    void closingItCancelsAndJoinsTheRestAndTheBodyGoesOn() {
        Sim.run(
                () ->
                        Weft.asCompleted(
                                List.of(100),
                                9,
                                this::after,
                                results -> {
                                    sleep(10);
                                    results.close();
                                    results.close();
                                    trace.add("closed at " + millis());
                                    sleep(10);
                                    trace.add("body ends at " + millis());
                                    assertThat(thrownBy(() -> results.iterator().next()))
                                            .isInstanceOf(IllegalStateException.class)
                                            .hasMessageContaining("closed");
                                }));
        assertThat(trace).containsExactly("100 cancelled at 11", "closed at 11", "body ends at 21");
    }

    @Test
    void anIteratorMayStopAndAnotherGoOn() {
        Sim.run(
                () ->
                        Weft.asCompleted(
                                List.of(1, 2, 3),
                                9,
                                this::after,
                                results -> {
                                    Iterator<Completed<Integer, Integer>> first =
                                            results.iterator();
                                    assertThat(first.hasNext()).isTrue();
                                    assertThat(first.hasNext()).isTrue();
                                    assertThat(first.next().input()).isEqualTo(1);
                                    Iterator<Completed<Integer, Integer>> second =
                                            results.iterator();
                                    assertThat(second.next().input()).isEqualTo(2);
                                    assertThat(second.next().input()).isEqualTo(3);
                                    assertThat(second.hasNext()).isFalse();
                                    assertThat(thrownBy(first::next))
                                            .isInstanceOf(NoSuchElementException.class);
                                }));
    }

    @Test
    void inAnotherTaskItIsRefused() {
        Sim.run(
                () -> {
                    Weft.asCompleted(
                            List.of(1),
                            9,
                            this::after,
                            results -> {
                                Weft.supervisor(
                                        g -> {
                                            Task<Boolean> other =
                                                    g.start(() -> results.iterator().hasNext());
                                            assertThat(other.outcome())
                                                    .extracting(Object::toString)
                                                    .asString()
                                                    .contains("hand them on through a queue");
                                        });
                            });
                });
    }

    @Test
    void keptItIsRefusedAfterwards() {
        Sim.run(
                () -> {
                    List<Completions<Integer, Integer>> kept = new ArrayList<>();
                    Weft.asCompleted(List.of(1), 9, this::after, kept::add);
                    assertThat(thrownBy(() -> kept.getFirst().iterator().next()))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("inside the body");
                    kept.getFirst().close();
                });
    }

    @Test
    void aTimeoutAroundItCancelsAndJoinsAll() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.timeout(
                                        ms(25),
                                        () ->
                                                Weft.asCompleted(
                                                        List.of(10, 50, 20),
                                                        9,
                                                        this::after,
                                                        results -> {
                                                            for (var r : results) {
                                                                trace.add("got " + r.value());
                                                            }
                                                        })));
        assertThat(thrown).isInstanceOf(TimeoutException.class);
        assertThat(trace).containsExactly("got 10", "got 20", "50 cancelled at 26");
    }

    @Test
    void aTimeoutForOneResultTakesNothing() {
        Sim.run(
                () ->
                        Weft.asCompleted(
                                List.of(30),
                                9,
                                this::after,
                                results -> {
                                    Iterator<Completed<Integer, Integer>> i = results.iterator();
                                    assertThat(Weft.moveOnAfter(ms(10), i::next)).isEmpty();
                                    assertThat(i.next().value()).isEqualTo(30);
                                }));
    }

    // rules 2: "A wait looks for a due cancellation on entry, before any effect"
    @Test
    void aRequestPendingOnEntryStartsNothing() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.cancel("now");
                                    assertThat(
                                                    thrownBy(
                                                            () ->
                                                                    Weft.asCompleted(
                                                                            List.of(1),
                                                                            1,
                                                                            n -> trace.add("ran"),
                                                                            r ->
                                                                                    trace.add(
                                                                                            "body"))))
                                            .isInstanceOf(CancelledError.class);
                                }));
        assertThat(trace).isEmpty();
    }

    @Test
    void aLimitBelowOneIsRefused() {
        assertThat(failureOf(() -> Weft.asCompleted(List.of(1), 0, n -> n, results -> {})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit of Weft.asCompleted is 0");
    }

    @Test
    void tenThousandInputsThatNeverWait() {
        Sim.run(
                () -> {
                    long sum =
                            Weft.<Integer, Integer, Long, RuntimeException>asCompletedCall(
                                    IntStream.range(0, 10_000).boxed().toList(),
                                    50,
                                    n -> n,
                                    results -> {
                                        long total = 0;
                                        for (var r : results) {
                                            int value = r.value();
                                            total += value;
                                        }
                                        return total;
                                    });
                    assertThat(sum).isEqualTo(49_995_000);
                });
    }
}

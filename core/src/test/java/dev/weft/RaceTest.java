package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

class RaceTest {
    private final List<String> trace = new ArrayList<>();

    private Body<String, IOException> after(long millis, String value) {
        return () -> {
            trace.add(value + " begins at " + millis());
            sleep(millis);
            return value;
        };
    }

    private Body<String, IOException> failing(long millis, IOException failure) {
        return () -> {
            trace.add(failure.getMessage() + " begins at " + millis());
            sleep(millis);
            throw failure;
        };
    }

    private Body<String, IOException> waiting(String name) {
        return () -> {
            try {
                sleepForever();
            } finally {
                Weft.shield(s(1), () -> sleep(1));
                trace.add(name + " ended at " + millis());
            }
            return name;
        };
    }

    /** Says when it is closed, and may wait then. */
    private final class Connection implements AutoCloseable {
        final String name;

        Connection(String name) {
            this.name = name;
        }

        @Override
        public void close() {
            sleep(1);
            trace.add(name + " closed");
        }
    }

    // ---- race

    @Test
    void theFirstValueWinsAndTheLosersAreCancelledAndJoined() throws IOException {
        Sim.run(
                () -> {
                    assertThat(Weft.race(waiting("a"), after(10, "b"), waiting("c")))
                            .isEqualTo("b");
                    assertThat(millis()).isEqualTo(11);
                });
        assertThat(trace).containsExactly("b begins at 0", "a ended at 11", "c ended at 11");
    }

    @Test
    void bodiesBeginInOrderAndNoneIsSparedWhenOneWinsAtOnce() throws IOException {
        Sim.run(() -> Weft.race(after(0, "a"), after(0, "b"), after(5, "c")));
        assertThat(trace).containsExactly("a begins at 0", "b begins at 0", "c begins at 0");
    }

    @Test
    void failuresBeforeTheFirstValueDoNotCount() throws IOException {
        try (Logged logged = Logged.open()) {
            String winner =
                    Sim.run(
                            () ->
                                    Weft.race(
                                            failing(1, new IOException("x")),
                                            failing(2, new IOException("y")),
                                            after(3, "c")));
            assertThat(winner).isEqualTo("c");
            assertThat(logged.messages()).isEmpty();
        }
    }

    @Test
    void ifAllFailTheFirstFailureIsThrownWithTheOthersSuppressed() {
        IOException x = new IOException("x");
        IOException y = new IOException("y");
        assertThat(failureOf(() -> Weft.race(failing(2, y), failing(1, x), failing(3, x))))
                .isSameAs(x);
        assertThat(x.getSuppressed()).containsExactly(y);
    }

    @Test
    void aValueMayBeNull() {
        Sim.run(
                () ->
                        assertThat(Weft.<@Nullable String, RuntimeException>race(() -> null))
                                .isNull());
    }

    @Test
    void ofNothingIsRefused() {
        assertThat(failureOf(() -> Weft.<String, RuntimeException>race()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("race of nothing");
        assertThat(failureOf(() -> Weft.race(List.<String>of(), x -> x)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(failureOf(() -> Weft.staggeredRace(ms(1), List.<String>of(), x -> x)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("staggeredRace of nothing");
    }

    @Test
    void overInputs() {
        Sim.run(
                () -> {
                    String winner =
                            Weft.race(
                                    List.of(3, 1, 2),
                                    n -> {
                                        sleep(n);
                                        return "took " + n;
                                    });
                    assertThat(winner).isEqualTo("took 1");
                });
    }

    @Test
    void aBodyThatEndsCancelledByItselfHasFailed() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.<String, RuntimeException>race(
                                        () -> {
                                            Task.current().cancel("no use");
                                            sleepForever();
                                            return "never";
                                        }));
        assertThat(thrown).isInstanceOf(CancellationException.class).hasMessageContaining("no use");
        Sim.run(
                () ->
                        assertThat(
                                        Weft.<String, RuntimeException>race(
                                                () -> {
                                                    Task.current().cancel("no use");
                                                    sleepForever();
                                                    return "never";
                                                },
                                                () -> {
                                                    sleep(1);
                                                    return "b";
                                                }))
                                .isEqualTo("b"));
    }

    // rules 3: "A VirtualMachineError takes precedence and unwinds the same way"
    @Test
    void aVirtualMachineErrorFailsTheRaceAlthoughOthersCouldWin() {
        OutOfMemoryError fatal = new OutOfMemoryError("test");
        assertThat(
                        failureOf(
                                () ->
                                        Weft.race(
                                                waiting("a"),
                                                () -> {
                                                    sleep(1);
                                                    throw fatal;
                                                })))
                .isSameAs(fatal);
        assertThat(trace).containsExactly("a ended at 2");
    }

    @Test
    void aSecondWinnerInTheSameTurnIsClosed() {
        Sim.run(
                () -> {
                    Connection winner =
                            Weft.<Connection, RuntimeException>race(
                                    () -> new Connection("a"),
                                    () -> new Connection("b"),
                                    () -> new Connection("c"));
                    assertThat(winner.name).isEqualTo("a");
                });
        assertThat(trace).containsExactly("b closed", "c closed");
    }

    @Test
    void aLoserThatGivesAValueInSpiteOfItsCancellationIsClosed() {
        Sim.run(
                () ->
                        Weft.<Connection, RuntimeException>race(
                                () -> {
                                    try {
                                        sleepForever();
                                    } catch (CancelledError e) {
                                        trace.add("too late");
                                    }
                                    return new Connection("a");
                                },
                                () -> {
                                    sleep(1);
                                    return new Connection("b");
                                }));
        assertThat(trace).containsExactly("too late", "a closed");
    }

    @Test
    void aLoserWithTheWinnersOwnValueClosesNothing() {
        Sim.run(
                () -> {
                    Connection shared = new Connection("shared");
                    assertThat(Weft.<Connection, RuntimeException>race(() -> shared, () -> shared))
                            .isSameAs(shared);
                });
        assertThat(trace).isEmpty();
    }

    @Test
    void aFailureToCloseALosersValueIsLoggedAndTheWinnerIsGiven() {
        IOException failure = new IOException("x");
        try (Logged logged = Logged.open()) {
            AutoCloseable broken =
                    () -> {
                        throw failure;
                    };
            Sim.run(
                    () ->
                            assertThat(
                                            Weft.<Object, RuntimeException>race(
                                                    () -> "winner", () -> broken))
                                    .isEqualTo("winner"));
            assertThat(logged.failures()).containsExactly(failure);
        }
    }

    @Test
    void whatALoserThrowsAfterTheRaceIsWonIsLogged() {
        IOException failure = new IOException("in clean-up");
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.<String, IOException>race(
                                    () -> "winner",
                                    () -> {
                                        try {
                                            sleepForever();
                                        } catch (CancelledError e) {
                                            trace.add("cleaning up");
                                        }
                                        throw failure;
                                    }));
            assertThat(logged.failures()).containsExactly(failure);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void cancellingTheRaceCancelsAndJoinsAll() {
        Throwable thrown =
                failureOf(() -> Weft.timeout(ms(5), () -> Weft.race(waiting("a"), waiting("b"))));
        assertThat(thrown).isInstanceOf(TimeoutException.class);
        assertThat(trace).containsExactly("a ended at 6", "b ended at 6");
    }

    @Test
    void aValueAndARequestInTheSameTurnLoseNothing() {
        for (boolean cancelledFirst : new boolean[] {true, false}) {
            trace.clear();
            Sim.run(
                    () ->
                            Weft.group(
                                    g -> {
                                        Task<?>[] racer = new Task<?>[1];
                                        Body<Connection, RuntimeException> body =
                                                () -> {
                                                    if (cancelledFirst) {
                                                        racer[0].cancel("now");
                                                    }
                                                    Connection c = new Connection("a");
                                                    if (!cancelledFirst) {
                                                        racer[0].cancel("now");
                                                    }
                                                    return c;
                                                };
                                        racer[0] =
                                                g.start(
                                                        () -> {
                                                            Connection c = Weft.race(body);
                                                            trace.add("got " + c.name);
                                                            Weft.checkCancelled();
                                                            trace.add("never");
                                                        });
                                    }));
            assertThat(trace).containsExactly("got a");
        }
    }

    // rules 2: "A wait looks for a due cancellation on entry, before any effect"
    @Test
    void aRequestPendingOnEntryStartsNothing() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.cancel("now");
                                    assertThat(thrownBy(() -> Weft.race(after(0, "a"))))
                                            .isInstanceOf(CancelledError.class);
                                }));
        assertThat(trace).isEmpty();
    }

    @Test
    void inCleanUpOfACancelledTaskItWorksAsEver() throws IOException {
        Sim.run(
                () ->
                        Weft.moveOnAfter(
                                ms(1),
                                () -> {
                                    try {
                                        sleepForever();
                                    } finally {
                                        assertThat(Weft.race(after(1, "a"))).isEqualTo("a");
                                        assertThat(Weft.race(() -> "at once")).isEqualTo("at once");
                                        trace.add("done");
                                    }
                                }));
        assertThat(trace).containsExactly("a begins at 1", "done");
    }

    // ---- staggered; the behaviours of CPython's test_staggered

    private static final Duration LONG = Duration.ofDays(10_000);

    @Test
    void staggeredOneBodyThatSucceeds() throws IOException {
        Sim.run(() -> assertThat(Weft.staggeredRace(LONG, after(3, "a"))).isEqualTo("a"));
    }

    @Test
    void staggeredTheNextBeginsAtOnceWhenTheLatestHasFailed() throws IOException {
        Sim.run(
                () -> {
                    assertThat(
                                    Weft.staggeredRace(
                                            LONG, failing(3, new IOException("x")), after(2, "b")))
                            .isEqualTo("b");
                    assertThat(millis()).isEqualTo(5);
                });
        assertThat(trace).containsExactly("x begins at 0", "b begins at 3");
    }

    @Test
    void staggeredTheNextBeginsAfterTheDelayAndTheSlowOneIsCancelled() throws IOException {
        Sim.run(
                () -> {
                    assertThat(Weft.staggeredRace(ms(5), waiting("a"), after(2, "b")))
                            .isEqualTo("b");
                    assertThat(millis()).isEqualTo(8);
                });
        assertThat(trace).containsExactly("b begins at 5", "a ended at 8");
    }

    @Test
    void staggeredTheEarlierMayStillWin() throws IOException {
        Sim.run(
                () -> {
                    assertThat(
                                    Weft.staggeredRace(
                                            ms(5), after(6, "a"), waiting("b"), after(0, "c")))
                            .isEqualTo("a");
                    assertThat(millis()).isEqualTo(7);
                });
        assertThat(trace).containsExactly("a begins at 0", "b ended at 7");
    }

    @Test
    void staggeredAFailureOfAnEarlierOneDoesNotHurryTheNext() throws IOException {
        Sim.run(
                () ->
                        Weft.staggeredRace(
                                ms(5),
                                failing(7, new IOException("x")),
                                waiting("b"),
                                after(0, "c")));
        assertThat(trace).containsExactly("x begins at 0", "c begins at 10", "b ended at 11");
    }

    @Test
    void staggeredIfNoneSucceedsTheFirstFailureIsThrown() {
        IOException x = new IOException("x");
        IOException y = new IOException("y");
        assertThat(failureOf(() -> Weft.staggeredRace(ms(5), failing(9, x), failing(1, y))))
                .isSameAs(y);
        assertThat(y.getSuppressed()).containsExactly(x);
        assertThat(trace).containsExactly("x begins at 0", "y begins at 5");
    }

    @Test
    void staggeredOfSeveralWinnersInOneTurnTheFirstIsGiven() throws IOException {
        Sim.run(
                () -> {
                    assertThat(Weft.staggeredRace(ms(5), after(10, "a"), after(5, "b")))
                            .isEqualTo("a");
                    assertThat(millis()).isEqualTo(10);
                });
    }

    @Test
    void staggeredCancelledItCancelsWhatRunsAndStartsNoMore() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.timeout(
                                        ms(7),
                                        () ->
                                                Weft.staggeredRace(
                                                        ms(5),
                                                        waiting("a"),
                                                        waiting("b"),
                                                        after(0, "c"))));
        assertThat(thrown).isInstanceOf(TimeoutException.class);
        assertThat(trace).containsExactly("a ended at 8", "b ended at 8");
    }

    @Test
    void staggeredAWinAndARequestInTheSameTurnLoseNothing() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<?>[] racer = new Task<?>[1];
                                    racer[0] =
                                            g.start(
                                                    () -> {
                                                        trace.add(
                                                                Weft
                                                                        .<String, RuntimeException>
                                                                                staggeredRace(
                                                                                        LONG,
                                                                                        () -> {
                                                                                            racer[0]
                                                                                                    .cancel(
                                                                                                            "now");
                                                                                            return "a";
                                                                                        },
                                                                                        () -> "b"));
                                                        Weft.checkCancelled();
                                                        trace.add("never");
                                                    });
                                    turns(5);
                                }));
        assertThat(trace).containsExactly("a");
    }

    @Test
    void staggeredWithoutADelayTheNextBeginsATurnLater() throws IOException {
        Sim.run(
                () -> {
                    String winner =
                            Weft.staggeredRace(
                                    Duration.ZERO,
                                    List.of(30, 20, 10),
                                    n -> after(n, "v" + n).run());
                    assertThat(winner).isEqualTo("v10");
                });
        assertThat(trace).containsExactly("v30 begins at 0", "v20 begins at 0", "v10 begins at 0");
    }
}

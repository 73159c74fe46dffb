package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Retry.Jitter;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

class RetryTest {
    private final List<Long> attempts = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();

    /** Fails so often, then gives a value. */
    private Body<String, IOException> failing(int times) {
        return () -> {
            attempts.add(millis());
            if (attempts.size() <= times) {
                throw new IOException("attempt " + attempts.size());
            }
            return "value";
        };
    }

    private static Retry plain(int n) {
        return Retry.attempts(n).backoff(ms(100), ms(1000)).jitter(Jitter.NONE);
    }

    @Test
    void aFirstSuccessIsGivenAtOnce() throws IOException {
        Sim.run(() -> assertThat(Weft.retry(Retry.attempts(1), failing(0))).isEqualTo("value"));
        assertThat(attempts).containsExactly(0L);
    }

    @Test
    void delaysDoubleUpToTheLongest() {
        failureOf(() -> Weft.retry(plain(7), failing(100)));
        assertThat(attempts).containsExactly(0L, 100L, 300L, 700L, 1500L, 2500L, 3500L);
    }

    @Test
    void aFixedDelayStaysAsItIs() throws IOException {
        Sim.run(() -> Weft.retry(Retry.forever().fixed(ms(7)), failing(3)));
        assertThat(attempts).containsExactly(0L, 7L, 14L, 21L);
    }

    @Test
    void anotherGrowth() {
        failureOf(() -> Weft.retry(plain(4).growth(3), failing(100)));
        assertThat(attempts).containsExactly(0L, 100L, 400L, 1300L);
    }

    @Test
    void aDelayThatIsLongerThanTheLongestIsCutAlsoTheFirst() {
        failureOf(() -> Weft.retry(plain(3).backoff(ms(500), ms(20)), failing(100)));
        assertThat(attempts).containsExactly(0L, 20L, 40L);
    }

    @Test
    void theLastFailureIsThrownWithTheEarlierOnesSuppressed() {
        Throwable thrown = failureOf(() -> Weft.retry(plain(3), failing(100)));
        assertThat(thrown).hasMessage("attempt 3");
        assertThat(thrown.getSuppressed())
                .extracting(Throwable::getMessage)
                .containsExactly("attempt 1", "attempt 2");
    }

    @Test
    void atMost32EarlierFailuresAreSuppressedAndTheRestCounted() {
        Throwable thrown =
                failureOf(() -> Weft.retry(Retry.attempts(50).fixed(ms(1)), failing(100)));
        assertThat(thrown).hasMessage("attempt 50");
        assertThat(thrown.getSuppressed()).hasSize(34);
        assertThat(thrown.getSuppressed()[33]).hasMessage("16 further failures");
    }

    @Test
    void theSameObjectThrownEachTimeIsNotSuppressedInItself() {
        IOException same = new IOException("x");
        assertThat(
                        failureOf(
                                () ->
                                        Weft.retry(
                                                plain(3),
                                                () -> {
                                                    throw same;
                                                })))
                .isSameAs(same);
        assertThat(same.getSuppressed()).isEmpty();
    }

    @Test
    void whatIsNotWorthItIsThrownAtOnce() {
        assertThat(
                        failureOf(
                                () ->
                                        Weft.retry(
                                                plain(9).on(IllegalStateException.class),
                                                failing(100))))
                .hasMessage("attempt 1");
        attempts.clear();
        assertThat(
                        failureOf(
                                () ->
                                        Weft.retry(
                                                plain(9).when(
                                                                e ->
                                                                        !"attempt 2"
                                                                                .equals(
                                                                                        e
                                                                                                .getMessage())),
                                                failing(100))))
                .hasMessage("attempt 2");
        assertThat(attempts).hasSize(2);
    }

    @Test
    void anErrorIsNeverRetried() {
        AssertionError bug = new AssertionError("bug");
        assertThat(
                        failureOf(
                                () ->
                                        Weft.retry(
                                                plain(9),
                                                () -> {
                                                    if (attempts.size() == 1) {
                                                        throw bug;
                                                    }
                                                    failing(1).run();
                                                })))
                .isSameAs(bug);
        assertThat(bug.getSuppressed())
                .singleElement()
                .extracting(Throwable::getMessage)
                .isEqualTo("attempt 1");
    }

    @Test
    void aCancellationIsNeverRetriedAlsoWrapped() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.timeout(
                                        ms(10),
                                        () ->
                                                Weft.retry(
                                                        plain(9),
                                                        () -> {
                                                            attempts.add(millis());
                                                            try {
                                                                sleepForever();
                                                            } catch (CancelledError e) {
                                                                throw new RuntimeException(e);
                                                            }
                                                        })));
        assertThat(thrown).isInstanceOf(TimeoutException.class);
        assertThat(attempts).containsExactly(0L);
    }

    @Test
    void anotherTasksCancellationIsAnOrdinaryFailure() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            Task<?> other = g.start(Sim::sleepForever);
                                            other.cancel("gone");
                                            Weft.retry(
                                                    plain(2),
                                                    () -> {
                                                        attempts.add(millis());
                                                        other.await();
                                                    });
                                        }));
        assertThat(thrown).isInstanceOf(CancellationException.class);
        assertThat(attempts).containsExactly(0L, 100L);
    }

    @Test
    void cancelledInItsDelayItThrowsAtOnceWithWhatHadFailed() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<?> retrying =
                                            g.start(
                                                    () -> {
                                                        Throwable error =
                                                                thrownBy(
                                                                        () ->
                                                                                Weft.retry(
                                                                                        plain(9),
                                                                                        failing(
                                                                                                9)));
                                                        trace.add("at " + millis());
                                                        assertThat(error)
                                                                .isInstanceOf(CancelledError.class);
                                                        assertThat(error.getSuppressed())
                                                                .hasSize(1);
                                                        throw Throwing.sneaky(error);
                                                    });
                                    sleep(50);
                                    retrying.cancel("enough");
                                }));
        assertThat(trace).containsExactly("at 50");
    }

    @Test
    void itDoesNotSleepIntoADeadlineAroundItButThrowsWhatFailed() {
        Throwable thrown =
                failureOf(() -> Weft.timeout(ms(300), () -> Weft.retry(plain(9), failing(9))));
        assertThat(thrown).hasMessage("attempt 2");
        assertThat(attempts).containsExactly(0L, 100L);
        attempts.clear();
        thrown = failureOf(() -> Weft.timeout(ms(301), () -> Weft.retry(plain(9), failing(9))));
        assertThat(thrown).hasMessage("attempt 3");
    }

    @Test
    void aRequestThatIsDueAfterAnAttemptIsThrownWithTheFailure() {
        Sim.run(
                () ->
                        Weft.group(
                                g ->
                                        assertThat(
                                                        thrownBy(
                                                                () ->
                                                                        Weft.retry(
                                                                                plain(9),
                                                                                () -> {
                                                                                    g.cancel("now");
                                                                                    throw new IOException(
                                                                                            "x");
                                                                                })))
                                                .isInstanceOf(CancelledError.class)
                                                .satisfies(
                                                        e ->
                                                                assertThat(e.getSuppressed())
                                                                        .hasSize(1))));
    }

    @Test
    void noAttemptIsMadeThatCouldOnlyBeginWhenTheTimeIsUp() {
        Throwable thrown = failureOf(() -> Weft.retry(plain(9).within(ms(300)), failing(9)));
        assertThat(thrown).hasMessage("attempt 3");
        assertThat(attempts).containsExactly(0L, 100L, 300L);
        attempts.clear();
        failureOf(() -> Weft.retry(plain(9).within(ms(299)), failing(9)));
        assertThat(attempts).containsExactly(0L, 100L);
    }

    @Test
    void theTimeOfAttemptsCountsTowardsTheBound() {
        failureOf(
                () ->
                        Weft.retry(
                                plain(9).within(ms(300)),
                                () -> {
                                    attempts.add(millis());
                                    sleep(150);
                                    throw new IOException("x");
                                }));
        assertThat(attempts).containsExactly(0L, 250L);
    }

    @Test
    void jitterIsTheLoopsOwnRandomness() {
        List<List<Long>> runs = new ArrayList<>();
        for (Jitter jitter : new Jitter[] {Jitter.FULL, Jitter.FULL, Jitter.EQUAL}) {
            attempts.clear();
            failureOf(() -> Weft.retry(plain(20).fixed(ms(1000)).jitter(jitter), failing(99)));
            List<Long> delays = new ArrayList<>();
            for (int i = 1; i < attempts.size(); i++) {
                delays.add(attempts.get(i) - attempts.get(i - 1));
            }
            runs.add(delays);
        }
        assertThat(runs.get(0)).isEqualTo(runs.get(1)).allMatch(d -> d >= 0 && d <= 1000);
        assertThat(runs.get(0)).anyMatch(d -> d < 500).anyMatch(d -> d > 500);
        assertThat(runs.get(2)).allMatch(d -> d >= 500 && d <= 1000).anyMatch(d -> d > 600);
    }

    @Test
    void theListenerIsToldBeforeEachDelay() {
        failureOf(
                () ->
                        Weft.retry(
                                plain(3).onRetry(
                                                again ->
                                                        trace.add(
                                                                again.attempt()
                                                                        + " "
                                                                        + message(again.failure())
                                                                        + " "
                                                                        + again.delay().toMillis()
                                                                        + " at "
                                                                        + millis())),
                                failing(9)));
        assertThat(trace).containsExactly("1 attempt 1 100 at 0", "2 attempt 2 200 at 100");
    }

    private static String message(@Nullable Exception e) {
        return e == null ? "none" : String.valueOf(e.getMessage());
    }

    @Test
    void aValueThatWillNotDoIsTriedAgainAndTheLastIsGivenAllTheSame() {
        Sim.run(
                () -> {
                    int[] n = new int[1];
                    assertThat(
                                    Weft.<Integer, RuntimeException>retry(
                                            plain(9), () -> ++n[0], v -> v == 3))
                            .isEqualTo(3);
                    assertThat(millis()).isEqualTo(300);
                    n[0] = 0;
                    assertThat(
                                    Weft.<Integer, RuntimeException>retry(
                                            plain(2), () -> ++n[0], v -> false))
                            .isEqualTo(2);
                });
    }

    @Test
    void aValueThatWillNotDoIsClosed() {
        Sim.run(
                () -> {
                    int[] n = new int[1];
                    Weft.<AutoCloseable, RuntimeException>retry(
                            plain(3).onRetry(again -> assertThat(again.failure()).isNull()),
                            () -> {
                                int i = ++n[0];
                                return () -> trace.add("closed " + i);
                            },
                            v -> false);
                });
        assertThat(trace).containsExactly("closed 1", "closed 2");
    }

    @Test
    void aBodyWithoutAValue() throws IOException {
        Sim.run(
                () ->
                        Weft.retry(
                                plain(2),
                                () -> {
                                    failing(1).run();
                                }));
        assertThat(attempts).hasSize(2);
    }

    @Test
    void withoutDelayTheOthersHaveATurnInBetween() throws IOException {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.start(() -> trace.add("other"));
                                    int[] n = new int[1];
                                    Weft.retry(
                                            Retry.forever().fixed(Duration.ZERO),
                                            () -> {
                                                trace.add("attempt");
                                                if (++n[0] < 3) {
                                                    throw new IOException("x");
                                                }
                                            });
                                }));
        assertThat(trace).containsExactly("attempt", "other", "attempt", "attempt");
    }

    @Test
    void aPolicyThatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> Retry.attempts(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("attempts is 0");
        assertThatThrownBy(() -> Retry.attempts(1).fixed(ms(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the delay is -1ms; it must not be negative");
        assertThatThrownBy(() -> Retry.attempts(1).growth(0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("growth is 0.5");
        assertThatThrownBy(() -> Retry.attempts(1).growth(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Retry.attempts(1).within(ms(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("within");
    }

    @Test
    void theDefaultsAreThoseDocumented() {
        Retry r = Retry.attempts(3);
        assertThat(r.delay()).isEqualTo(ms(100));
        assertThat(r.growth()).isEqualTo(2);
        assertThat(r.longestDelay()).isEqualTo(Duration.ofSeconds(10));
        assertThat(r.jitter()).isEqualTo(Jitter.FULL);
        assertThat(Retry.forever().attempts()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void anAcceptThatThrowsEndsTheRetryAndClosesTheValue() {
        List<String> closed = new ArrayList<>();
        IllegalStateException broken = new IllegalStateException("broken");
        Throwable failure =
                failureOf(
                        () ->
                                Weft.<AutoCloseable, Exception>retry(
                                        plain(3),
                                        () -> () -> closed.add("closed"),
                                        _ -> {
                                            throw broken;
                                        }));
        assertThat(failure).isSameAs(broken);
        assertThat(closed).containsExactly("closed");
    }

    @Test
    void aWhenThatThrowsKeepsTheFailureOfTheBody() {
        IllegalStateException broken = new IllegalStateException("broken");
        Retry policy =
                plain(3).when(
                                _ -> {
                                    throw broken;
                                });
        assertThat(failureOf(() -> Weft.retry(policy, failing(1)))).isSameAs(broken);
        assertThat(broken.getSuppressed()).hasSize(1);
        assertThat(broken.getSuppressed()[0]).hasMessage("attempt 1");
    }

    @Test
    void noAttemptRunsIfACancellationIsDueOnEntry() throws IOException {
        Sim.run(
                () ->
                        Weft.moveOnAfter(
                                ms(100),
                                () -> {
                                    Scope.current().cancel("enough");
                                    Weft.retry(plain(3), failing(0));
                                }));
        assertThat(attempts).isEmpty();
    }
}

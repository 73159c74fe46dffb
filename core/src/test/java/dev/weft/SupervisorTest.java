package dev.weft;

import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

class SupervisorTest {
    private final List<String> trace = new ArrayList<>();

    private void log(String what) {
        trace.add(what + " at " + millis());
    }

    private static void fail(String message) throws IOException {
        throw new IOException(message);
    }

    // rules 3: "a child's failure that nobody awaited goes to the exception handler"
    @Test
    void aChildsFailureTouchesNeitherSiblingsNorBodyAndIsReportedASecondLater() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Weft.supervisor(
                                g -> {
                                    g.start("broken", () -> fail("x"));
                                    g.start(
                                            () -> {
                                                sleep(20);
                                                log("sibling done");
                                            });
                                    sleep(10);
                                    log("body done");
                                });
                        log("supervisor done");
                        sleep(900);
                        assertThat(logged.messages()).isEmpty();
                        sleep(100);
                    });
            assertThat(trace)
                    .containsExactly(
                            "body done at 10", "sibling done at 20", "supervisor done at 20");
            assertThat(logged.messages())
                    .singleElement()
                    .asString()
                    .contains("broken' failed and nobody awaits it");
            assertThat(logged.failures()).singleElement().isInstanceOf(IOException.class);
        }
    }

    @Test
    void theFailureOfAChildThatIsAwaitedGoesToWhoeverAwaitsItAndIsNotReported() {
        try (Logged logged = Logged.open()) {
            String value =
                    Sim.run(
                            () ->
                                    Weft.<String, RuntimeException>supervisorCall(
                                            g -> {
                                                Task<@Nullable Void> broken =
                                                        g.start(() -> fail("x"));
                                                Task<String> whole =
                                                        g.start(
                                                                () -> {
                                                                    sleep(10);
                                                                    return "value";
                                                                });
                                                assertThatThrownBy(broken::await)
                                                        .isInstanceOf(IOException.class);
                                                return whole.await();
                                            }));
            assertThat(value).isEqualTo("value");
            assertThat(logged.messages()).isEmpty();
        }
    }

    // rules 3: "supervisor throws what its body throws"
    @Test
    void throwsWhatItsBodyThrowsWhenTheChildrenAreCancelledAndJoined() {
        IOException failure = new IOException("of the body");
        Throwable thrown =
                Sim.failureOf(
                        () ->
                                Weft.supervisor(
                                        g -> {
                                            g.start(
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            sleep(5);
                                                            log("child cleaned up");
                                                        }
                                                    });
                                            sleep(10);
                                            throw failure;
                                        }));
        assertThat(thrown).isSameAs(failure).hasNoSuppressedExceptions();
        assertThat(trace).containsExactly("child cleaned up at 15");
    }

    @Test
    void aBodyThatAwaitsAFailedChildThrowsThatFailureAndNothingIsReported() {
        try (Logged logged = Logged.open()) {
            IOException failure = new IOException("x");
            Throwable thrown =
                    Sim.failureOf(
                            () ->
                                    Weft.supervisor(
                                            g ->
                                                    g.start(
                                                                    () -> {
                                                                        throw failure;
                                                                    })
                                                            .await()));
            assertThat(thrown).isSameAs(failure);
            assertThat(logged.messages()).isEmpty();
        }
    }

    @Test
    void aFailureInACancelledChildsCleanUpIsReportedNotThrown() {
        try (Logged logged = Logged.open()) {
            IOException failure = new IOException("of the body");
            Throwable thrown =
                    Sim.failureOf(
                            () ->
                                    Weft.supervisor(
                                            g -> {
                                                g.start(
                                                        () -> {
                                                            try {
                                                                sleepForever();
                                                            } catch (CancelledError e) {
                                                                fail("clean-up");
                                                            }
                                                        });
                                                sleep(1);
                                                throw failure;
                                            }));
            assertThat(thrown).isSameAs(failure).hasNoSuppressedExceptions();
            assertThat(logged.failures())
                    .singleElement()
                    .satisfies(f -> assertThat(f).hasMessage("clean-up"));
        }
    }

    @Test
    void aDaemonsFailureIsIsolatedToo() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.supervisor(
                                    g -> {
                                        g.background(() -> fail("daemon"));
                                        sleep(10);
                                        log("body done");
                                    }));
            assertThat(trace).containsExactly("body done at 10");
            assertThat(logged.messages()).hasSize(1);
        }
    }

    @Test
    void anOuterCancellationReachesBodyAndChildren() {
        Sim.run(
                () ->
                        assertThatThrownBy(
                                        () ->
                                                Weft.timeout(
                                                        ms(10),
                                                        () ->
                                                                Weft.supervisor(
                                                                        g -> {
                                                                            g.start(
                                                                                    () -> {
                                                                                        try {
                                                                                            sleepForever();
                                                                                        } finally {
                                                                                            log(
                                                                                                    "child");
                                                                                        }
                                                                                    });
                                                                            sleepForever();
                                                                        })))
                                .isInstanceOf(TimeoutException.class));
        assertThat(trace).containsExactly("child at 10");
    }

    @Test
    void cancelEndsItAndOneWithAValueHasNone() {
        Sim.run(
                () -> {
                    Weft.supervisor(
                            g -> {
                                g.start(Sim::sleepForever);
                                g.cancel("enough");
                            });
                    assertThat(
                                    thrownBy(
                                            () ->
                                                    Weft.supervisorCall(
                                                            g -> {
                                                                g.cancel("enough");
                                                                sleepForever();
                                                                return "never";
                                                            })))
                            .isInstanceOf(CancellationException.class)
                            .hasMessage("enough");
                });
    }

    @Test
    void aGroupInsideItFailsTogetherAndOnlyThatChildOfTheSupervisorFails() {
        Sim.run(
                () ->
                        Weft.supervisor(
                                g -> {
                                    Task<@Nullable Void> inner =
                                            g.start(
                                                    () ->
                                                            Weft.group(
                                                                    h -> {
                                                                        h.start(() -> fail("x"));
                                                                        h.start(Sim::sleepForever);
                                                                    }));
                                    g.start(
                                            () -> {
                                                sleep(10);
                                                log("sibling done");
                                            });
                                    assertThat(inner.outcome()).isInstanceOf(Outcome.Failure.class);
                                }));
        assertThat(trace).containsExactly("sibling done at 10");
    }

    @Test
    void aChildMayBeStartedAgainAfterItFailed() {
        Sim.run(
                () ->
                        Weft.supervisor(
                                g -> {
                                    int attempts = 0;
                                    Outcome<@Nullable Void> last;
                                    do {
                                        int n = ++attempts;
                                        last =
                                                g.start(
                                                                () -> {
                                                                    if (n < 3) {
                                                                        fail("not yet");
                                                                    }
                                                                })
                                                        .outcome();
                                    } while (!last.isSuccess());
                                    assertThat(attempts).isEqualTo(3);
                                }));
    }
}

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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

class StartReadyTest {
    private final List<String> trace = new ArrayList<>();

    private void log(String what) {
        trace.add(what + " at " + millis());
    }

    /** Needs 10 ms to get ready, then serves until it is cancelled. */
    private void server(Consumer<? super String> ready) {
        try {
            sleep(10);
            ready.accept("address");
            log("serves");
            sleepForever();
        } finally {
            log("stopped");
        }
    }

    // ---- ready

    @Test
    void givesWhatTheChildIsReadyWithAndTheChildGoesOn() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    String address = g.startReady(ready -> server(ready));
                                    log("got " + address);
                                    sleep(5);
                                    g.cancel("enough");
                                }));
        assertThat(trace).containsExactly("serves at 10", "got address at 10", "stopped at 15");
    }

    @Test
    void theValueMayBeNull() {
        Sim.run(
                () ->
                        Weft.group(
                                g ->
                                        assertThat(
                                                        g
                                                                .<@Nullable String,
                                                                        RuntimeException>
                                                                        startReady(
                                                                                ready ->
                                                                                        ready
                                                                                                .accept(
                                                                                                        null)))
                                                .isNull()));
    }

    @Test
    void aChildThatIsReadyIsJoinedLikeAnyOther() {
        Sim.run(
                () -> {
                    Weft.group(
                            g ->
                                    g.<String, RuntimeException>startReady(
                                            ready -> {
                                                ready.accept("x");
                                                sleep(50);
                                                log("child done");
                                            }));
                    log("group done");
                });
        assertThat(trace).containsExactly("child done at 50", "group done at 50");
    }

    @Test
    void aFailureAfterReadyFailsTheGroup() {
        IOException failure = new IOException("x");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.<String, IOException>startReady(
                                                    ready -> {
                                                        ready.accept("x");
                                                        sleep(5);
                                                        throw failure;
                                                    });
                                            log("got it");
                                            sleepForever();
                                        }));
        assertThat(thrown).isSameAs(failure);
        assertThat(trace).containsExactly("got it at 0");
    }

    @Test
    void aChildThatFailsRightAfterReadyWasReadyAllTheSame() {
        IOException failure = new IOException("x");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.<String, IOException>startReady(
                                                    ready -> {
                                                        ready.accept("x");
                                                        throw failure;
                                                    });
                                            log("got it");
                                            sleepForever();
                                        }));
        assertThat(thrown).isSameAs(failure);
        assertThat(trace).containsExactly("got it at 0");
    }

    @Test
    void theNameIsTheChilds() {
        Sim.run(
                () ->
                        Weft.group(
                                g ->
                                        assertThat(
                                                        g.<String, RuntimeException>startReady(
                                                                "listener",
                                                                ready ->
                                                                        ready.accept(
                                                                                Task.current()
                                                                                        .name())))
                                                .isEqualTo("listener")));
    }

    @Test
    void severalMayGetReadyAtOnce() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    List<String> both =
                                            Weft.<String, RuntimeException>gather(
                                                    () -> g.startReady(ready -> server(ready)),
                                                    () -> g.startReady(ready -> server(ready)));
                                    assertThat(both).containsExactly("address", "address");
                                    assertThat(millis()).isEqualTo(10);
                                    g.cancel("enough");
                                }));
    }

    // ---- not ready

    // rules 3: "a failure before ready is thrown by startReady and does not fail the group"
    @Test
    void aFailureBeforeReadyIsThrownHereAndDoesNotFailTheGroup() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Weft.group(
                                g -> {
                                    g.start(
                                            () -> {
                                                sleep(20);
                                                log("sibling done");
                                            });
                                    IOException failure = new IOException("port in use");
                                    Throwable thrown =
                                            thrownBy(
                                                    () ->
                                                            g.<String, IOException>startReady(
                                                                    ready -> {
                                                                        sleep(5);
                                                                        throw failure;
                                                                    }));
                                    assertThat(thrown).isSameAs(failure);
                                    assertThat(thrown.getSuppressed())
                                            .as("the line that waited")
                                            .hasSize(1);
                                    log("caught");
                                });
                        log("group done");
                    });
            assertThat(logged.messages()).isEmpty();
        }
        assertThat(trace).containsExactly("caught at 5", "sibling done at 20", "group done at 20");
    }

    @Test
    void uncaughtItFailsTheGroupAsTheBodysFailure() {
        IOException failure = new IOException("port in use");
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.start(Sim::sleepForever);
                                            g.<String, IOException>startReady(
                                                    ready -> {
                                                        throw failure;
                                                    });
                                        }));
        assertThat(thrown).isSameAs(failure);
    }

    // rules 3: "ended without ready: IllegalStateException"
    @Test
    void aChildThatEndsWithoutHavingBeenReadyIsAnErrorThatNamesIt() {
        Sim.run(
                () ->
                        Weft.group(
                                g ->
                                        assertThatThrownBy(
                                                        () ->
                                                                g
                                                                        .<String, RuntimeException>
                                                                                startReady(
                                                                                        "listener",
                                                                                        ready ->
                                                                                                sleep(
                                                                                                        5)))
                                                .isInstanceOf(IllegalStateException.class)
                                                .hasMessageContaining("'listener'")
                                                .hasMessageContaining("ready.accept(value)")));
    }

    @Test
    void aChildThatSomebodyElseCancelsBeforeItIsReadyGivesCancellationException() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    List<Task<?>> child = new ArrayList<>();
                                    g.start(
                                            () -> {
                                                sleep(5);
                                                child.getFirst().cancel("by somebody else");
                                            });
                                    assertThatThrownBy(
                                                    () ->
                                                            g.<String, RuntimeException>startReady(
                                                                    ready -> {
                                                                        child.add(Task.current());
                                                                        sleepForever();
                                                                    }))
                                            .isInstanceOf(CancellationException.class)
                                            .hasMessageContaining("by somebody else");
                                    log("goes on");
                                }));
        assertThat(trace).containsExactly("goes on at 5");
    }

    @Test
    void aStarterOutsideTheGroupHearsThatTheGroupWasCancelled() {
        Sim.run(
                () -> {
                    List<Task<?>> starter = new ArrayList<>();
                    Weft.group(
                            g -> {
                                starter.add(
                                        Weft.background(
                                                () -> {
                                                    assertThatThrownBy(
                                                                    () ->
                                                                            g.startReady(
                                                                                    ready ->
                                                                                            server(
                                                                                                    ready)))
                                                            .isInstanceOf(
                                                                    CancellationException.class);
                                                    log("heard");
                                                }));
                                sleep(5);
                                g.cancel("enough");
                            });
                    starter.getFirst().await();
                });
        assertThat(trace).containsExactly("stopped at 5", "heard at 5");
    }

    // ---- the caller is cancelled

    // rules 3: "caller cancelled meanwhile: the child is cancelled and joined first"
    @Test
    void aCancelledCallerCancelsAndJoinsTheChildFirst() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    assertThatThrownBy(
                                                    () ->
                                                            Weft.timeout(
                                                                    ms(5),
                                                                    () ->
                                                                            g
                                                                                    .<String,
                                                                                            RuntimeException>
                                                                                            startReady(
                                                                                                    ready -> {
                                                                                                        try {
                                                                                                            sleepForever();
                                                                                                        } finally {
                                                                                                            sleep(
                                                                                                                    20);
                                                                                                            log(
                                                                                                                    "child"
                                                                                                                        + " cleaned"
                                                                                                                        + " up");
                                                                                                        }
                                                                                                    })))
                                            .isInstanceOf(TimeoutException.class);
                                    log("timed out");
                                    sleep(5);
                                    log("the group is well");
                                }));
        assertThat(trace)
                .containsExactly(
                        "child cleaned up at 25", "timed out at 25", "the group is well at 30");
    }

    @Test
    void aFailureInTheCleanUpOfThatChildIsThrownAndTheRequestArrivesAnew() {
        Sim.run(
                () ->
                        Weft.group(
                                g ->
                                        assertThat(
                                                        Weft.moveOnAfter(
                                                                ms(5),
                                                                () -> {
                                                                    assertThatThrownBy(
                                                                                    () ->
                                                                                            g
                                                                                                    .startReady(
                                                                                                            ready ->
                                                                                                                    failsToCleanUp(
                                                                                                                            ready)))
                                                                            .isInstanceOf(
                                                                                    IOException
                                                                                            .class);
                                                                    log("failure");
                                                                    try {
                                                                        sleepForever();
                                                                    } finally {
                                                                        log("cancelled");
                                                                    }
                                                                }))
                                                .isFalse()));
        assertThat(trace).containsExactly("failure at 5", "cancelled at 5");
    }

    private void failsToCleanUp(Consumer<? super String> ready) throws IOException {
        try {
            sleepForever();
            ready.accept("never");
        } catch (CancelledError e) {
            throw new IOException("clean-up failed", e.getCause());
        }
    }

    @Test
    void aRequestPendingOnEntryStartsNothing() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.cancel("now");
                                    assertThatThrownBy(() -> g.startReady(ready -> server(ready)))
                                            .isInstanceOf(CancelledError.class);
                                }));
        assertThat(trace).isEmpty();
    }

    // rules 2: "Once the waker has handed over the result the wait has happened, resumed or
    // not"
    @Test
    void readyBeforeTheRequestInTheSameTurnIsReady() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<?>[] caller = new Task<?>[1];
                                    caller[0] =
                                            g.start(
                                                    () -> {
                                                        log(
                                                                "got "
                                                                        + g
                                                                                .<String,
                                                                                        RuntimeException>
                                                                                        startReady(
                                                                                                ready -> {
                                                                                                    sleep(
                                                                                                            5);
                                                                                                    ready
                                                                                                            .accept(
                                                                                                                    "x");
                                                                                                    requireNonNull(
                                                                                                                    caller[
                                                                                                                            0])
                                                                                                            .cancel(
                                                                                                                    "too late");
                                                                                                    sleep(
                                                                                                            5);
                                                                                                    log(
                                                                                                            "child"
                                                                                                                + " goes"
                                                                                                                + " on");
                                                                                                }));
                                                        thrownBy(() -> sleep(1));
                                                        log("cancelled at its next wait");
                                                    });
                                }));
        assertThat(trace)
                .containsExactly(
                        "got x at 5", "cancelled at its next wait at 5", "child goes on at 10");
    }

    @Test
    void readyAfterTheRequestInTheSameTurnDoesNothingAndTheChildIsCancelled() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<?>[] caller = new Task<?>[1];
                                    caller[0] =
                                            g.start(
                                                    () -> {
                                                        assertThatThrownBy(
                                                                        () ->
                                                                                g
                                                                                        .<String,
                                                                                                RuntimeException>
                                                                                                startReady(
                                                                                                        ready -> {
                                                                                                            sleep(
                                                                                                                    5);
                                                                                                            requireNonNull(
                                                                                                                            caller[
                                                                                                                                    0])
                                                                                                                    .cancel(
                                                                                                                            "just before");
                                                                                                            ready
                                                                                                                    .accept(
                                                                                                                            "x");
                                                                                                            log(
                                                                                                                    "ready"
                                                                                                                        + " returned");
                                                                                                            sleepForever();
                                                                                                        }))
                                                                .isInstanceOf(CancelledError.class);
                                                        log("cancelled");
                                                    });
                                }));
        assertThat(trace).containsExactly("ready returned at 5", "cancelled at 5");
    }

    @Test
    void aChildThatIgnoresItsCancellationIsDueAgainAfterTheGraceAndTheJoinEnds() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.group(
                                    g ->
                                            Weft.moveOnAfter(
                                                    ms(10),
                                                    () ->
                                                            g.<String, RuntimeException>startReady(
                                                                    "deaf",
                                                                    ready -> {
                                                                        thrownBy(Sim::sleepForever);
                                                                        sleepForever();
                                                                    }))));
            assertThat(logged.messages())
                    .singleElement()
                    .asString()
                    .contains("deaf' was cancelled");
        }
    }

    // ---- misuse

    @Test
    void sayingTwiceThatItIsReadyFailsInTheChild() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g ->
                                                g.<String, RuntimeException>startReady(
                                                        "listener",
                                                        ready -> {
                                                            ready.accept("x");
                                                            ready.accept("y");
                                                        })));
        assertThat(thrown)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'listener' has said already that it is ready");
    }

    @Test
    void onlyTheChildItselfMaySayThatItIsReady() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    CompletableFuture<Throwable> elsewhere =
                                            new CompletableFuture<>();
                                    String value =
                                            g.<String, RuntimeException>startReady(
                                                    ready -> {
                                                        Weft.group(
                                                                h ->
                                                                        h.start(
                                                                                () ->
                                                                                        assertThatThrownBy(
                                                                                                        () ->
                                                                                                                ready
                                                                                                                        .accept(
                                                                                                                                "x"))
                                                                                                .isInstanceOf(
                                                                                                        IllegalStateException
                                                                                                                .class)
                                                                                                .hasMessageContaining(
                                                                                                        "itself")));
                                                        Thread.ofPlatform()
                                                                .start(
                                                                        () ->
                                                                                elsewhere.complete(
                                                                                        thrownBy(
                                                                                                () ->
                                                                                                        ready
                                                                                                                .accept(
                                                                                                                        "x"))));
                                                        assertThat(Weft.await(elsewhere))
                                                                .isInstanceOf(
                                                                        IllegalStateException
                                                                                .class);
                                                        ready.accept("value");
                                                    });
                                    assertThat(value).isEqualTo("value");
                                }));
    }

    @Test
    void anEndedGroupRefuses() {
        Sim.run(
                () -> {
                    Group[] kept = new Group[1];
                    Weft.group(g -> kept[0] = g);
                    assertThatThrownBy(
                                    () ->
                                            requireNonNull(kept[0])
                                                    .<String, RuntimeException>startReady(
                                                            ready -> ready.accept("x")))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("has ended");
                });
    }

    @Test
    void inASupervisorAFailureBeforeReadyIsNotReportedAsWell() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.supervisor(
                                    g ->
                                            assertThatThrownBy(
                                                            () ->
                                                                    g.startReady(
                                                                            ready ->
                                                                                    cannotBegin(
                                                                                            ready)))
                                                    .isInstanceOf(IOException.class)));
            assertThat(logged.messages()).isEmpty();
        }
    }

    private void cannotBegin(Consumer<? super String> ready) throws IOException {
        if (millis() >= 0) {
            throw new IOException("cannot begin");
        }
        ready.accept("never");
    }

    // ---- swept

    /** A service that takes a resource in hand, gets ready, serves and gives it back. */
    private abstract static class Service implements Sweep.Scene {
        int taken;
        int givenBack;
        int served;
        boolean gotIt;

        void serve(Consumer<? super String> ready) {
            taken++;
            try {
                turns(2);
                ready.accept("ready");
                turns(2);
                served++;
            } finally {
                Weft.shield(s(1), () -> turns(1));
                givenBack++;
            }
        }

        @Override
        public void check(boolean cancelled) {
            assertThat(givenBack).isEqualTo(taken);
            if (gotIt && !victimIsTheChild()) {
                assertThat(served).as("a child that was ready goes on").isEqualTo(1);
            }
            if (!cancelled) {
                assertThat(served).isEqualTo(1);
            }
        }

        boolean victimIsTheChild() {
            return false;
        }
    }

    @Test
    void sweptOverTheCaller() {
        Sweep.sweep(
                () ->
                        new Service() {
                            @Override
                            public Task<?> play(Group g) {
                                return g.start(
                                        () -> {
                                            g.startReady(ready -> serve(ready));
                                            gotIt = true;
                                            turns(1);
                                        });
                            }
                        });
    }

    @Test
    void sweptOverACallerThatOwnsTheGroup() {
        Sweep.sweep(
                () ->
                        new Service() {
                            @Override
                            public Task<?> play(Group g) {
                                return g.start(
                                        () ->
                                                Weft.group(
                                                        h -> {
                                                            h.startReady(ready -> serve(ready));
                                                            turns(1);
                                                        }));
                            }
                        });
    }

    @Test
    void sweptOverTheChild() {
        Sweep.sweep(
                () ->
                        new Service() {
                            private @Nullable Throwable failed;
                            private final Task<?>[] child = new Task<?>[1];

                            @Override
                            public Task<?> play(Group g) {
                                Task<?> starter =
                                        g.start(
                                                () -> {
                                                    try {
                                                        g.<String, RuntimeException>startReady(
                                                                ready -> {
                                                                    child[0] = Task.current();
                                                                    serve(ready);
                                                                });
                                                        gotIt = true;
                                                    } catch (CancellationException e) {
                                                        failed = e;
                                                    }
                                                });
                                // the victim is a stand-in that hands its cancellation on
                                return g.start(
                                        () -> {
                                            try {
                                                starter.await();
                                                turns(6);
                                            } catch (CancelledError e) {
                                                Task<?> c = child[0];
                                                if (c != null) {
                                                    c.cancel("sweep");
                                                }
                                                throw e;
                                            }
                                        });
                            }

                            @Override
                            boolean victimIsTheChild() {
                                return true;
                            }

                            @Override
                            public void check(boolean cancelled) {
                                super.check(cancelled);
                                assertThat(gotIt).isEqualTo(failed == null);
                            }
                        });
    }
}

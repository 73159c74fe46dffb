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

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

/** Resources that a group releases. */
class UseTest {
    private final List<String> trace = new ArrayList<>();

    private void log(String what) {
        trace.add(what + " at " + millis());
    }

    /** A resource whose close takes so long and logs. */
    private AutoCloseable resource(String name, long millis) {
        return () -> {
            sleep(millis);
            log(name + " closed");
        };
    }

    private AutoCloseable failing(Exception failure) {
        return () -> {
            throw failure;
        };
    }

    @Test
    void givesTheResourceAndReleasesInReverseOrderWhenTheChildrenHaveEnded() {
        Sim.run(
                () -> {
                    Weft.group(
                            g -> {
                                AutoCloseable pool = resource("pool", 5);
                                assertThat(g.use(pool)).isSameAs(pool);
                                g.use(resource("connection", 5));
                                g.start(
                                        () -> {
                                            sleep(10);
                                            log("child done");
                                        });
                                g.background(
                                        () -> {
                                            try {
                                                sleepForever();
                                            } finally {
                                                log("daemon done");
                                            }
                                        });
                                log("body done");
                            });
                    log("group done");
                });
        assertThat(trace)
                .containsExactly(
                        "body done at 0",
                        "child done at 10",
                        "daemon done at 10",
                        "connection closed at 15",
                        "pool closed at 20",
                        "group done at 20");
    }

    @Test
    void aChildsResourceIsReleasedByTheGroupNotByTheChild() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.start(() -> g.use(resource("of the child", 0)));
                                    sleep(10);
                                    log("body done");
                                }));
        assertThat(trace).containsExactly("body done at 10", "of the child closed at 10");
    }

    @Test
    void aGroupThatFailsReleasesToo() {
        IOException failure = new IOException("x");
        assertThat(
                        failureOf(
                                () ->
                                        Weft.group(
                                                g -> {
                                                    g.use(resource("pool", 5));
                                                    g.start(
                                                            () -> {
                                                                throw failure;
                                                            });
                                                    sleepForever();
                                                })))
                .isSameAs(failure)
                .hasNoSuppressedExceptions();
        assertThat(trace).containsExactly("pool closed at 5");
    }

    @Test
    void aGroupThatIsCancelledReleasesUnderAShieldSoThatClosingMayWait() {
        Sim.run(
                () -> {
                    assertThatThrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(10),
                                                    () ->
                                                            Weft.group(
                                                                    g -> {
                                                                        g.use(
                                                                                resource(
                                                                                        "pool",
                                                                                        4000));
                                                                        g.use(
                                                                                resource(
                                                                                        "connection",
                                                                                        4000));
                                                                        sleepForever();
                                                                    })))
                            .isInstanceOf(TimeoutException.class);
                    log("timed out");
                });
        assertThat(trace)
                .containsExactly(
                        "connection closed at 4010", "pool closed at 8010", "timed out at 8010");
    }

    @Test
    void aCloseThatTakesLongerThanTheGraceIsCutOffAndTheOthersAreStillReleased() {
        try (Logged quiet = Logged.open()) {
            Sim.run(
                    () -> {
                        Weft.moveOnAfter(
                                ms(10),
                                () ->
                                        Weft.group(
                                                g -> {
                                                    g.use(resource("pool", 5));
                                                    g.use(
                                                            () -> {
                                                                try {
                                                                    sleepForever();
                                                                } finally {
                                                                    log("cut off");
                                                                }
                                                            });
                                                }));
                        log("moved on");
                    });
            assertThat(quiet.messages()).isEmpty();
        }
        assertThat(trace)
                .containsExactly("cut off at 5000", "pool closed at 5005", "moved on at 5005");
    }

    @Test
    void withoutARequestACloseMayTakeAsLongAsItLikes() {
        Sim.run(() -> Weft.group(g -> g.use(resource("pool", 100_000))));
        assertThat(trace).containsExactly("pool closed at 100000");
    }

    @Test
    void aRequestDuringTheReleaseShowsAtTheNextWaitAndTheValueIsNotLost() {
        Sim.run(
                () ->
                        Weft.moveOnAfter(
                                ms(10),
                                () -> {
                                    String value =
                                            Weft.groupCall(
                                                    g -> {
                                                        g.use(resource("pool", 20));
                                                        return "value";
                                                    });
                                    log("got " + value);
                                    thrownBy(() -> sleep(1));
                                    log("cancelled");
                                }));
        assertThat(trace)
                .containsExactly("pool closed at 20", "got value at 20", "cancelled at 20");
    }

    @Test
    void whatACloseThrowsFailsTheGroup() {
        IOException failure = new IOException("close");
        assertThat(
                        failureOf(
                                () ->
                                        Weft.group(
                                                g -> {
                                                    g.use(resource("pool", 5));
                                                    g.use(failing(failure));
                                                })))
                .isSameAs(failure);
        assertThat(trace).containsExactly("pool closed at 5");
    }

    @Test
    void ifTheGroupHasFailedOrSeveralClosesFailTheLaterOnesAreSuppressed() {
        IOException failure = new IOException("body");
        IOException second = new IOException("second");
        IOException first = new IOException("first");
        assertThat(
                        failureOf(
                                () ->
                                        Weft.group(
                                                g -> {
                                                    g.use(failing(first));
                                                    g.use(failing(second));
                                                    throw failure;
                                                })))
                .isSameAs(failure);
        assertThat(failure.getSuppressed()).containsExactly(second, first);
    }

    @Test
    void whatACloseOfACancelledGroupThrowsIsThrownAndTheRequestArrivesAnew() {
        IOException failure = new IOException("close");
        Sim.run(
                () -> {
                    assertThat(
                                    Weft.moveOnAfter(
                                            ms(10),
                                            () -> {
                                                assertThat(
                                                                thrownBy(
                                                                        () ->
                                                                                Weft.group(
                                                                                        g -> {
                                                                                            g.use(
                                                                                                    failing(
                                                                                                            failure));
                                                                                            sleepForever();
                                                                                        })))
                                                        .isSameAs(failure);
                                                log("failure");
                                                sleepForever();
                                            }))
                            .isFalse();
                });
        assertThat(trace).containsExactly("failure at 10");
    }

    @Test
    void aGroupCancelledByHandReleasesAndReturns() {
        Sim.run(
                () -> {
                    Weft.group(
                            g -> {
                                g.use(resource("pool", 5));
                                g.cancel("enough");
                                sleepForever();
                            });
                    assertThatThrownBy(
                                    () ->
                                            Weft.groupCall(
                                                    g -> {
                                                        g.use(resource("pool", 5));
                                                        g.cancel("enough");
                                                        sleepForever();
                                                        return "never";
                                                    }))
                            .isInstanceOf(CancellationException.class);
                });
        assertThat(trace).containsExactly("pool closed at 5", "pool closed at 10");
    }

    @Test
    void aResourceAcquiredAsTheRequestArrivesIsReleased() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.cancel("now");
                                    g.use(resource("pool", 5));
                                    log("used");
                                    sleepForever();
                                }));
        assertThat(trace).containsExactly("used at 0", "pool closed at 5");
    }

    @Test
    void aSupervisorReleasesToo() {
        Sim.run(() -> Weft.supervisor(g -> g.use(resource("pool", 5))));
        assertThat(trace).containsExactly("pool closed at 5");
    }

    @Test
    void whatACloseAddsIsReleasedNext() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.use(resource("pool", 5));
                                    g.use(
                                            () -> {
                                                log("closing");
                                                g.use(resource("added", 1));
                                            });
                                }));
        assertThat(trace).containsExactly("closing at 0", "added closed at 1", "pool closed at 6");
    }

    @Test
    void nothingIsStartedInTheGroupOnceItReleases() {
        Throwable thrown =
                failureOf(() -> Weft.group(g -> g.use(() -> g.start(() -> log("never")))));
        assertThat(thrown)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has ended");
        assertThat(trace).isEmpty();
    }

    @Test
    void anEndedGroupClosesItAtOnceAndSaysSo() {
        Sim.run(
                () -> {
                    Group[] kept = new Group[1];
                    Weft.group(g -> kept[0] = g);
                    IOException failure = new IOException("close");
                    assertThatThrownBy(() -> requireNonNull(kept[0]).use(resource("late", 5)))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("has ended")
                            .hasMessageContaining("closed at once");
                    assertThatThrownBy(() -> requireNonNull(kept[0]).use(failing(failure)))
                            .hasSuppressedException(failure);
                });
        assertThat(trace).containsExactly("late closed at 5");
    }

    @SuppressWarnings("NullAway") // a caller that does not check
    private static AutoCloseable nothing() {
        return null;
    }

    @Test
    void misuseIsRefused() {
        Group[] kept = new Group[1];
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    kept[0] = g;
                                    assertThatThrownBy(() -> g.use(nothing()))
                                            .isInstanceOf(NullPointerException.class)
                                            .hasMessage("the resource");
                                }));
        assertThatThrownBy(() -> requireNonNull(kept[0]).use(resource("elsewhere", 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("belongs to loop");
        assertThat(trace).isEmpty();
    }

    @Test
    void aVirtualMachineErrorOfACloseTakesPrecedence() {
        IOException failure = new IOException("body");
        OutOfMemoryError fatal = new OutOfMemoryError("simulated");
        assertThat(
                        failureOf(
                                () ->
                                        Weft.group(
                                                g -> {
                                                    g.use(resource("pool", 1));
                                                    g.use(
                                                            () -> {
                                                                throw fatal;
                                                            });
                                                    throw failure;
                                                })))
                .isSameAs(fatal)
                .hasSuppressedException(failure);
        assertThat(trace).containsExactly("pool closed at 1");
    }

    @Test
    void sweptNothingIsLostNorReleasedTwice() {
        Sweep.sweep(
                () ->
                        new Sweep.Scene() {
                            final List<String> open = new ArrayList<>();
                            int opened;
                            int closed;
                            int users;

                            AutoCloseable acquire(String name) {
                                turns(1);
                                opened++;
                                open.add(name);
                                return () -> {
                                    assertThat(users).isZero();
                                    turns(2);
                                    assertThat(open.removeLast()).isEqualTo(name);
                                    closed++;
                                };
                            }

                            void work() {
                                users++;
                                try {
                                    turns(2);
                                } finally {
                                    Weft.shield(s(1), () -> turns(1));
                                    users--;
                                }
                            }

                            @Override
                            public Task<?> play(Group g) {
                                return g.start(
                                        () ->
                                                Weft.group(
                                                        h -> {
                                                            h.use(acquire("a"));
                                                            h.start(this::work);
                                                            h.use(acquire("b"));
                                                            h.start(this::work);
                                                        }));
                            }

                            @Override
                            public void check(boolean cancelled) {
                                assertThat(closed).isEqualTo(opened);
                                assertThat(open).isEmpty();
                            }
                        });
    }
}

package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Action;
import dev.weft.Outcome;
import dev.weft.Promise;
import dev.weft.Retry;
import dev.weft.Task;
import dev.weft.Until;
import dev.weft.Weft;
import dev.weft.sync.Queue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Tasks, scopes and combinators under a cancellation and an expired timeout at each wait of the one
 * who uses them: no child outlives its group, and what was opened is closed.
 */
class CoreSweepTest {
    private static final Duration LONG = Duration.ofDays(1);

    /** What is open now; each is closed once. */
    private static final class Doors {
        int open;

        AutoCloseable open() {
            open++;
            return new AutoCloseable() {
                private boolean closed;

                @Override
                public void close() {
                    assertThat(closed).isFalse();
                    closed = true;
                    Weft.checkpoint();
                    open--;
                }
            };
        }

        /** Holds one open for a while. */
        int work(int millis) throws Exception {
            open++;
            try {
                Weft.sleep(Duration.ofMillis(millis));
                return millis;
            } finally {
                open--;
            }
        }
    }

    private interface Scene {
        void play(Doors doors) throws Exception;
    }

    private static void survives(Scene scene) {
        Exploration all =
                Sim.exploring()
                        .runs(60)
                        .cancelling("victim")
                        .expiring("victim")
                        .sweepOrders(6)
                        .run(
                                sim -> {
                                    Doors doors = new Doors();
                                    Action<Exception> body = () -> scene.play(doors);
                                    Weft.group(
                                            g -> {
                                                Task<?> victim =
                                                        g.start(
                                                                "victim",
                                                                () -> {
                                                                    boolean _ =
                                                                            Weft.moveOnAfter(
                                                                                    LONG, body);
                                                                });
                                                Outcome<?> end = victim.outcome();
                                                assertThat(end)
                                                        .isNotInstanceOf(Outcome.Failure.class);
                                                assertThat(doors.open).as("open").isZero();
                                            });
                                });
        assertThat(all.runs()).isGreaterThan(60);
    }

    @Test
    void gather() {
        survives(doors -> Weft.gather(() -> doors.work(1), () -> doors.work(2)));
    }

    @Test
    void gatherWithALimit() {
        survives(doors -> Weft.gather(List.of(3, 1, 2), 2, doors::work));
    }

    @Test
    void gatherOutcomes() {
        survives(doors -> Weft.gatherOutcomes(() -> doors.work(1), () -> doors.work(2)));
    }

    @Test
    void forEach() {
        survives(doors -> Weft.forEach(List.of(1, 2, 3), 2, doors::work));
    }

    @Test
    void race() {
        survives(doors -> Weft.race(() -> doors.work(1), () -> doors.work(1)));
    }

    @Test
    void staggeredRace() {
        survives(
                doors ->
                        Weft.staggeredRace(
                                Duration.ofMillis(1), () -> doors.work(3), () -> doors.work(1)));
    }

    @Test
    void asCompleted() {
        survives(
                doors -> {
                    int sum =
                            Weft.asCompletedCall(
                                    List.of(3, 1, 2),
                                    2,
                                    doors::work,
                                    results -> {
                                        int n = 0;
                                        for (var one : results) {
                                            n += one.value();
                                        }
                                        return n;
                                    });
                    assertThat(sum).isEqualTo(6);
                });
    }

    @Test
    void awaitOfSeveral() {
        survives(
                doors ->
                        Weft.group(
                                g -> {
                                    var a = g.start(() -> doors.work(1));
                                    var b = g.start(() -> doors.work(2));
                                    var _ = Weft.await(List.of(a, b), Until.FIRST_COMPLETED);
                                    b.cancel("enough");
                                }));
    }

    @Test
    void select() {
        survives(
                doors ->
                        Weft.group(
                                g -> {
                                    var a = new Queue<Integer>(1);
                                    var b = new Queue<Integer>(1);
                                    g.start(() -> a.put(doors.work(1)));
                                    g.start(() -> b.put(doors.work(1)));
                                    int got = 0;
                                    for (int i = 0; i < 2; i++) {
                                        got += Weft.select(a.getting(), b.getting());
                                    }
                                    assertThat(got).isEqualTo(2);
                                }));
    }

    @Test
    void retry() {
        survives(
                doors -> {
                    int[] tries = new int[1];
                    Weft.retry(
                            Retry.attempts(3),
                            () -> {
                                doors.work(1);
                                if (++tries[0] < 3) {
                                    throw new IOException("not yet");
                                }
                            });
                });
    }

    @Test
    void supervisor() {
        survives(
                doors ->
                        Weft.supervisor(
                                g -> {
                                    g.start(() -> doors.work(2));
                                    var _ = g.background(() -> doors.work(9));
                                    doors.work(1);
                                }));
    }

    @Test
    void startReadyAndUse() {
        survives(
                doors ->
                        Weft.group(
                                g -> {
                                    g.use(doors.open());
                                    int port =
                                            g.startReady(
                                                    ready -> {
                                                        doors.work(1);
                                                        ready.accept(80);
                                                        doors.work(1);
                                                    });
                                    assertThat(port).isEqualTo(80);
                                    g.use(doors.open());
                                    Weft.checkpoint();
                                }));
    }

    @Test
    void nestedTimeouts() {
        survives(
                doors -> {
                    for (int i = 0; i < 3; i++) {
                        Duration inner = Duration.ofMillis(i);
                        Action<Exception> work = () -> doors.work(1);
                        Action<Exception> nested =
                                () -> {
                                    boolean _ = Weft.moveOnAfter(inner, work);
                                };
                        boolean _ = Weft.moveOnAfter(Duration.ofMillis(1), nested);
                    }
                });
    }

    @Test
    void shieldInCleanUp() {
        survives(
                doors -> {
                    doors.open++;
                    try {
                        Weft.sleep(Duration.ofMillis(1));
                    } finally {
                        Weft.shield(
                                Duration.ofSeconds(1),
                                () -> {
                                    Weft.sleep(Duration.ofMillis(1));
                                    doors.open--;
                                });
                    }
                });
    }

    @Test
    void strict() {
        survives(doors -> Weft.strict(() -> Weft.gather(() -> doors.work(1), () -> doors.work(1))));
    }

    @Test
    void promises() {
        survives(
                doors -> {
                    Promise<Integer> promise = new Promise<>();
                    Weft.group(
                            g -> {
                                g.start(() -> promise.complete(doors.work(1)));
                                assertThat(promise.await()).isEqualTo(1);
                            });
                });
    }

    @Test
    void groupsInGroups() {
        survives(
                doors ->
                        Weft.group(
                                outer -> {
                                    outer.start(
                                            () ->
                                                    Weft.group(
                                                            inner -> {
                                                                inner.start(() -> doors.work(2));
                                                                inner.start(() -> doors.work(1));
                                                            }));
                                    doors.work(1);
                                }));
    }
}

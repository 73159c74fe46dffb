package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Action;
import dev.weft.Offload;
import dev.weft.Outcome;
import dev.weft.Promise;
import dev.weft.Retry;
import dev.weft.Task;
import dev.weft.Until;
import dev.weft.Weft;
import dev.weft.sync.Queue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * A program for every way to start tasks, to wait for them and to bound them, in which the one who
 * uses it may be cancelled, or run into its timeout, at each wait: no child outlives its group, and
 * what was opened is closed.
 */
final class CoreSubjects {
    static final List<Subject> ALL =
            List.of(
                    subject("gather", CoreSubjects::gather),
                    subject("gatherWithALimit", CoreSubjects::gatherWithALimit),
                    subject("gatherOutcomes", CoreSubjects::gatherOutcomes),
                    subject("forEach", CoreSubjects::forEach),
                    subject("race", CoreSubjects::race),
                    subject("staggeredRace", CoreSubjects::staggeredRace),
                    subject("asCompleted", CoreSubjects::asCompleted),
                    subject("awaitOfSeveral", CoreSubjects::awaitOfSeveral),
                    subject("select", CoreSubjects::select),
                    subject("retry", CoreSubjects::retry),
                    subject("supervisor", CoreSubjects::supervisor),
                    subject("startReadyAndUse", CoreSubjects::startReadyAndUse),
                    subject("nestedTimeouts", CoreSubjects::nestedTimeouts),
                    subject("shieldInCleanUp", CoreSubjects::shieldInCleanUp),
                    subject("strict", CoreSubjects::strict),
                    subject("promises", CoreSubjects::promises),
                    subject("groupsInGroups", CoreSubjects::groupsInGroups),
                    subject("offload", CoreSubjects::offload),
                    subject("compute", CoreSubjects::compute));

    private static final Duration LONG = Duration.ofDays(1);

    private CoreSubjects() {}

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

    private static Subject subject(String name, Scene scene) {
        return new Subject(
                "core " + name, sim -> play(sim, scene), List.of("victim"), List.of("victim"));
    }

    private static void play(Sim sim, Scene scene) {
        Doors doors = new Doors();
        Action<Exception> body = () -> scene.play(doors);
        Weft.group(
                g -> {
                    Task<?> victim =
                            g.start(
                                    "victim",
                                    () -> {
                                        boolean _ = Weft.moveOnAfter(LONG, body);
                                    });
                    Outcome<?> end = victim.outcome();
                    assertThat(end).isNotInstanceOf(Outcome.Failure.class);
                    assertThat(doors.open).as("open").isZero();
                    assertThat(sim.elapsed()).as("or it hung").isLessThan(LONG);
                });
    }

    private static void gather(Doors doors) throws Exception {
        Weft.gather(() -> doors.work(1), () -> doors.work(2));
    }

    private static void gatherWithALimit(Doors doors) throws Exception {
        Weft.gather(List.of(3, 1, 2), 2, doors::work);
    }

    private static void gatherOutcomes(Doors doors) throws Exception {
        Weft.gatherOutcomes(() -> doors.work(1), () -> doors.work(2));
    }

    private static void forEach(Doors doors) throws Exception {
        Weft.forEach(List.of(1, 2, 3), 2, doors::work);
    }

    private static void race(Doors doors) throws Exception {
        Weft.race(() -> doors.work(1), () -> doors.work(1));
    }

    private static void staggeredRace(Doors doors) throws Exception {
        Weft.staggeredRace(Duration.ofMillis(1), () -> doors.work(3), () -> doors.work(1));
    }

    private static void asCompleted(Doors doors) throws Exception {
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
    }

    private static void awaitOfSeveral(Doors doors) throws Exception {
        Weft.group(
                g -> {
                    var a = g.start(() -> doors.work(1));
                    var b = g.start(() -> doors.work(2));
                    var _ = Weft.await(List.of(a, b), Until.FIRST_COMPLETED);
                    b.cancel("enough");
                });
    }

    private static void select(Doors doors) throws Exception {
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
                });
    }

    private static void retry(Doors doors) throws Exception {
        int[] tries = new int[1];
        Weft.retry(
                Retry.attempts(3),
                () -> {
                    doors.work(1);
                    if (++tries[0] < 3) {
                        throw new IOException("not yet");
                    }
                });
    }

    private static void offload(Doors doors) throws Exception {
        Weft.group(
                g -> {
                    for (int i = 0; i < 2; i++) {
                        g.start(
                                () ->
                                        Weft.group(
                                                h -> {
                                                    h.use(Weft.offload(doors::open));
                                                    Weft.offload(
                                                            () ->
                                                                    Offload.onLoop(
                                                                            () -> doors.work(1)));
                                                }));
                    }
                });
    }

    private static void compute(Doors doors) throws Exception {
        int[] results = new int[3];
        Weft.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        int n = i;
                        g.start(
                                () ->
                                        Weft.compute(
                                                () -> {
                                                    Offload.checkCancelled();
                                                    results[n] = n;
                                                }));
                    }
                });
        assertThat(results).containsExactly(0, 1, 2);
        doors.work(1);
    }

    private static void supervisor(Doors doors) throws Exception {
        Weft.supervisor(
                g -> {
                    g.start(() -> doors.work(2));
                    var _ = g.background(() -> doors.work(9));
                    doors.work(1);
                });
    }

    private static void startReadyAndUse(Doors doors) throws Exception {
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
                });
    }

    private static void nestedTimeouts(Doors doors) throws Exception {
        for (int i = 0; i < 3; i++) {
            Duration inner = Duration.ofMillis(i);
            Action<Exception> work = () -> doors.work(1);
            Action<Exception> nested =
                    () -> {
                        boolean _ = Weft.moveOnAfter(inner, work);
                    };
            boolean _ = Weft.moveOnAfter(Duration.ofMillis(1), nested);
        }
    }

    private static void shieldInCleanUp(Doors doors) throws Exception {
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
    }

    private static void strict(Doors doors) throws Exception {
        Weft.strict(() -> Weft.gather(() -> doors.work(1), () -> doors.work(1)));
    }

    private static void promises(Doors doors) throws Exception {
        Promise<Integer> promise = new Promise<>();
        Weft.group(
                g -> {
                    g.start(() -> promise.complete(doors.work(1)));
                    assertThat(promise.await()).isEqualTo(1);
                });
    }

    private static void groupsInGroups(Doors doors) throws Exception {
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
                });
    }
}

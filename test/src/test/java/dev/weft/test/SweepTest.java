package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.CancelledError;
import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.sync.Queue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;

/** One fault in each run, at every point and in every window. */
class SweepTest {
    private static final Duration LONG = Duration.ofDays(1);

    @Test
    void aTaskIsCancelledOnEntryWhileItWaitsAndBeforeItGoesOn() {
        TreeSet<String> ends = new TreeSet<>();
        Sim.exploring()
                .runs(1)
                .cancelling("victim")
                .run(
                        sim -> {
                            List<String> log = new ArrayList<>();
                            var queue = new Queue<Integer>(1);
                            Weft.group(
                                    g -> {
                                        Task<?> victim =
                                                g.start(
                                                        "victim",
                                                        () -> {
                                                            try {
                                                                log.add("got " + queue.get());
                                                                Weft.sleep(Duration.ofMillis(1));
                                                                log.add("slept");
                                                            } catch (CancelledError e) {
                                                                log.add("cancelled");
                                                                throw e;
                                                            }
                                                        });
                                        g.start(() -> queue.put(1));
                                        var _ = victim.outcome();
                                    });
                            ends.add(
                                    String.join(", ", log)
                                            + (queue.isEmpty() ? "" : ", 1 in the queue"));
                        });
        assertThat(ends)
                .containsExactlyInAnyOrder(
                        "got 1, slept",
                        "cancelled, 1 in the queue", // on entry, or in the first wait
                        "got 1, cancelled"); // the element was handed over: it is not lost
    }

    @Test
    void aTaskIsCancelledWhileItsGroupJoins() {
        TreeSet<String> ends = new TreeSet<>();
        Exploration all =
                Sim.exploring()
                        .runs(1)
                        .cancelling("victim")
                        .run(
                                sim -> {
                                    List<String> log = new ArrayList<>();
                                    Weft.group(
                                            g ->
                                                    g.start(
                                                            "victim",
                                                            () -> {
                                                                Weft.group(
                                                                        h ->
                                                                                h.start(
                                                                                        () -> {
                                                                                            Weft
                                                                                                    .sleep(
                                                                                                            LONG);
                                                                                            log.add(
                                                                                                    "slept");
                                                                                        }));
                                                                log.add("joined");
                                                            }));
                                    ends.add(String.join(", ", log));
                                });
        assertThat(ends)
                .containsExactlyInAnyOrder(
                        "", // on entry, or while it joins: the child is cancelled
                        "slept, joined"); // when it has joined
        assertThat(all.runs()).isGreaterThan(3);
    }

    @Test
    void aCancelledTaskThatHasNotBegunRunsToItsFirstWait() {
        boolean[] cleaned = new boolean[1];
        Sim.exploring()
                .runs(1)
                .cancelling("victim")
                .run(
                        sim -> {
                            cleaned[0] = false;
                            Weft.supervisor(
                                    g ->
                                            g.start(
                                                    "victim",
                                                    () -> {
                                                        try {
                                                            Weft.sleep(LONG);
                                                        } finally {
                                                            cleaned[0] = true;
                                                        }
                                                    }));
                            assertThat(cleaned[0]).isTrue();
                        });
    }

    @Test
    void aTimeoutExpiresAtEveryPoint() {
        TreeSet<String> ends = new TreeSet<>();
        Sim.exploring()
                .runs(1)
                .expiring("main")
                .run(
                        sim -> {
                            int[] passed = new int[1];
                            try {
                                Weft.timeout(
                                        LONG,
                                        () -> {
                                            for (int i = 0; i < 3; i++) {
                                                Weft.checkpoint();
                                                passed[0]++;
                                            }
                                        });
                                ends.add("done");
                            } catch (TimeoutException e) {
                                ends.add("expired after " + passed[0]);
                            }
                        });
        assertThat(ends)
                .containsExactlyInAnyOrder(
                        "done", "expired after 0", "expired after 1", "expired after 2");
    }

    @Test
    void aPlaceFailsEachTimeItIsPassed() {
        List<Integer> failed = new ArrayList<>();
        Sim.exploring()
                .runs(1)
                .failing()
                .run(
                        sim -> {
                            for (int i = 0; i < 4; i++) {
                                try {
                                    sim.mayFail("open", () -> new IOException("no such file"));
                                } catch (IOException e) {
                                    failed.add(i);
                                }
                            }
                        });
        assertThat(failed).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aFaultThatIsNotStoodIsReportedInWordsAndReplayed() {
        Program<?> program =
                sim -> {
                    var queue = new Queue<Integer>(10);
                    Weft.group(
                            g -> {
                                Task<?> victim =
                                        g.start(
                                                "victim",
                                                () -> {
                                                    int element = queue.get();
                                                    Weft.sleep(Duration.ofMillis(1));
                                                    queue.put(element); // lost if cancelled
                                                });
                                queue.put(1);
                                assertThat(victim.outcome())
                                        .isInstanceOfAny(
                                                Outcome.Success.class, Outcome.Cancelled.class);
                                assertThat(queue.size()).isEqualTo(1);
                            });
                };
        SimFailure failure =
                catchThrowableOfType(
                        SimFailure.class, () -> Sim.exploring().cancelling("victim").run(program));
        assertThat(failure).hasMessageContaining("task 'victim' is cancelled");
        assertThat(
                        catchThrowableOfType(
                                SimFailure.class,
                                () -> Sim.exploring().replay(failure.replay(), program)))
                .hasMessageContaining("task 'victim' is cancelled");
    }

    @Test
    void aSweepOfNobodyIsRefused() {
        assertThat(
                        catchThrowableOfType(
                                IllegalArgumentException.class, () -> Sim.exploring().cancelling()))
                .hasMessageContaining("Group.start");
    }
}

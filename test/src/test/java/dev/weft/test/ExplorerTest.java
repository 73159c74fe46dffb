package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.DeadlockException;
import dev.weft.Weft;
import dev.weft.sync.Lock;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;

/** What an exploration finds, and how it says so. */
class ExplorerTest {
    /** Two tasks that read before a wait and write after it. */
    private static void lostUpdate(Sim sim) {
        int[] total = new int[1];
        Weft.group(
                g -> {
                    for (int i = 0; i < 2; i++) {
                        g.start(
                                "adder-" + i,
                                () -> {
                                    Weft.sleep(Duration.ofMillis(sim.random().nextInt(3)));
                                    int before = total[0];
                                    Weft.checkpoint();
                                    total[0] = before + 1;
                                });
                    }
                });
        assertThat(total[0]).isEqualTo(2);
    }

    private static void twoLocks(Sim sim) {
        Lock a = new Lock();
        Lock b = new Lock();
        Weft.group(
                g -> {
                    g.start(
                            "one",
                            () -> {
                                try (var _ = a.acquire()) {
                                    Weft.sleep(Duration.ofMillis(1));
                                    try (var _ = b.acquire()) {
                                        Weft.checkpoint();
                                    }
                                }
                            });
                    g.start(
                            "other",
                            () -> {
                                Weft.sleep(Duration.ofMillis(1));
                                Weft.checkpoint();
                                try (var _ = b.acquire()) {
                                    Weft.checkpoint();
                                    try (var _ = a.acquire()) {
                                        Weft.checkpoint();
                                    }
                                }
                            });
                });
    }

    @Test
    void aLostUpdateIsFoundAndReplayed() {
        SimFailure failure = failureOf(ExplorerTest::lostUpdate);
        assertThat(failure).hasMessageContaining("expected: 2").hasMessageContaining("adder-1");
        assertThatThrownBy(() -> Sim.exploring().replay(failure.replay(), ExplorerTest::lostUpdate))
                .isInstanceOf(SimFailure.class)
                .hasMessageContaining("expected: 2");
    }

    @Test
    void aDeadlockOfTwoLocksIsFoundWithWhoWaitsForWhom() {
        assertThat(failureOf(ExplorerTest::twoLocks))
                .hasCauseInstanceOf(DeadlockException.class)
                .hasMessageContaining("cycle: main/one -> main/other -> main/one");
    }

    private static SimFailure failureOf(Program<?> program) {
        return catchThrowableOfType(SimFailure.class, () -> Sim.exploring().runs(500).run(program));
    }

    @Test
    void aFailureShowsTheTasksAsTheyWereThen() {
        SimFailure failure =
                failureOf(
                        sim ->
                                Weft.group(
                                        g -> {
                                            g.start("idler", () -> Weft.sleep(Duration.ofDays(1)));
                                            g.start(
                                                    "culprit",
                                                    () -> {
                                                        Weft.sleep(Duration.ofMillis(1));
                                                        throw new IllegalStateException("oh");
                                                    });
                                        }));
        assertThat(failure)
                .hasMessageContaining("the tasks when it failed:\n")
                .message()
                .containsPattern(
                        "(?s)the tasks when it failed:.*main .*Group.join.*idler .*at"
                                + " ExplorerTest");
    }

    @Test
    void aCancellationInTheMidstOfAWaitIsFound() {
        SimFailure failure =
                catchThrowableOfType(
                        SimFailure.class,
                        () ->
                                Sim.exploring()
                                        .runs(500)
                                        .cancelling("waiter")
                                        .run(ExplorerTest::onlyLate));
        assertThat(failure).hasMessageContaining("cancelled in its 1st wait, ");
        assertThat(failure.replay()).containsPattern("cancel/pending\\+\\d+/");
        assertThatThrownBy(() -> Sim.exploring().replay(failure.replay(), ExplorerTest::onlyLate))
                .isInstanceOf(SimFailure.class);
    }

    /** Fails if the waiter is cancelled after the other has begun and before it has ended. */
    private static void onlyLate(Sim sim) {
        boolean[] isBetween = new boolean[1];
        Weft.group(
                g -> {
                    g.start(
                            "waiter",
                            () -> {
                                try {
                                    Weft.sleep(Duration.ofSeconds(5));
                                } finally {
                                    assertThat(isBetween[0]).isFalse();
                                }
                            });
                    Weft.sleep(Duration.ofSeconds(2));
                    isBetween[0] = true;
                    Weft.sleep(Duration.ofSeconds(2));
                    isBetween[0] = false;
                });
    }

    @Test
    void whatComesAfterAnEscapeIsNoPartOfTheRun() {
        Object monitor = new Object();
        Program<RuntimeException> program =
                sim ->
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 2; i++) {
                                        g.start(
                                                () -> {
                                                    synchronized (monitor) {
                                                        Weft.sleep(Duration.ofMillis(1));
                                                    }
                                                });
                                    }
                                });
        for (int i = 0; i < 5; i++) {
            SimFailure failure = failureOf(program);
            assertThat(failure).hasCauseInstanceOf(EscapeException.class);
            assertThat(failure.hunt()).isNotNull(); // it did repeat
        }
    }

    @Test
    void theRunsThatShrinkingTookAreNotCountedAsSearch() {
        SimFailure failure = failureOf(ExplorerTest::lostUpdate);
        SimFailure.Hunt hunt = Objects.requireNonNull(failure.hunt());
        assertThat(failure).hasMessageContaining("found in " + hunt.executions() + " runs");
        assertThat(hunt.shrunk().deviations()).isLessThanOrEqualTo(hunt.found().deviations());
        assertThat(hunt.executions()).isLessThan(100);
    }

    @Test
    void oneThatIsInterruptedEndsAndSaysSo() {
        Thread caller = Thread.currentThread();
        int[] runs = new int[1];
        assertThatThrownBy(
                        () ->
                                Sim.exploring()
                                        .runs(Integer.MAX_VALUE)
                                        .run(
                                                sim -> {
                                                    if (++runs[0] == 30) {
                                                        caller.interrupt();
                                                    }
                                                    Weft.checkpoint();
                                                }))
                .isExactlyInstanceOf(CancellationException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }
}

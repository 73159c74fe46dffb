package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Queue;
import dev.weft.sync.Semaphore;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

class FairnessTest {

    /** A random program that writes down who became ready, and who ran, each in order. */
    private static final class Program {
        final SplittableRandom random;
        final List<Integer> queued = new ArrayList<>();
        final List<Integer> ran = new ArrayList<>();
        final List<Semaphore> gates = new ArrayList<>();
        final List<Integer> waiting = new ArrayList<>();
        int alive;

        Program(long seed) {
            random = new SplittableRandom(seed);
        }

        void start(Group g, int steps) {
            int me = gates.size();
            gates.add(new Semaphore(0));
            queued.add(me);
            alive++;
            g.start(
                    () -> {
                        ran.add(me);
                        for (int i = 0; i < steps; i++) {
                            step(g, me, steps);
                        }
                        alive--;
                        while (!waiting.isEmpty()) {
                            wakeOne();
                        }
                    });
        }

        private void step(Group g, int me, int steps) {
            switch (random.nextInt(5)) {
                case 0 -> {
                    queued.add(me);
                    Weft.checkpoint();
                    ran.add(me);
                }
                case 1 -> {
                    queued.add(me);
                    Weft.sleep(Duration.ZERO);
                    ran.add(me);
                }
                case 2 -> {
                    if (waiting.size() + 1 < alive) {
                        waiting.add(me);
                        gates.get(me).acquire();
                        ran.add(me);
                    }
                }
                case 3 -> {
                    if (!waiting.isEmpty()) {
                        wakeOne();
                    }
                }
                default -> {
                    if (gates.size() < 60) {
                        start(g, steps / 2);
                    }
                }
            }
        }

        private void wakeOne() {
            int at = random.nextInt(waiting.size());
            int who = waiting.get(at);
            waiting.subList(at, at + 1).clear();
            queued.add(who);
            gates.get(who).release();
        }
    }

    @Test
    void tasksRunInExactlyTheOrderInWhichTheyBecameReady() {
        for (int seed = 0; seed < 300; seed++) {
            Program program = new Program(seed);
            Sim.run(
                    () ->
                            Weft.group(
                                    g -> {
                                        for (int i = 0; i < 5; i++) {
                                            program.start(g, 30);
                                        }
                                    }));
            assertThat(program.ran).as("seed " + seed).isEqualTo(program.queued);
        }
    }

    // ---- waits that complete at once

    private static final class Counts {
        int before;
        boolean otherRan;
    }

    private static int fastWaitsBeforeAnotherRuns(IntConsumer wait) {
        Counts counts = new Counts();
        Sim.run(
                () -> {
                    Weft.background(() -> counts.otherRan = true);
                    while (!counts.otherRan) {
                        wait.accept(counts.before++);
                        assertThat(counts.before).isLessThan(1000);
                    }
                });
        return counts.before;
    }

    @Test
    void aReadyQueueOrSemaphoreGivesWayAfter128FastWaits() {
        Semaphore semaphore = new Semaphore(10_000);
        Queue<Integer> queue = new Queue<>(10_000);
        assertThat(fastWaitsBeforeAnotherRuns(i -> semaphore.acquire())).isEqualTo(129);
        assertThat(fastWaitsBeforeAnotherRuns(queue::put)).isEqualTo(129);
        Task<String> done = Sim.run(() -> Weft.background(() -> "x"));
        assertThat(done.isDone()).isTrue();
    }

    @Test
    void aTaskThatIsAwaitedThoughDoneCountsAsAFastWait() {
        Counts counts = new Counts();
        Sim.run(
                () -> {
                    Task<String> done = Weft.background(() -> "x");
                    done.await();
                    Weft.background(() -> counts.otherRan = true);
                    while (!counts.otherRan) {
                        done.await();
                        counts.before++;
                    }
                });
        assertThat(counts.before).isLessThanOrEqualTo(129);
    }

    @Test
    void suspendingResetsTheBudget() {
        Counts counts = new Counts();
        Sim.run(
                () -> {
                    Semaphore semaphore = new Semaphore(10_000);
                    for (int i = 0; i < 100; i++) {
                        semaphore.acquire();
                    }
                    sleep(1);
                    Weft.background(() -> counts.otherRan = true);
                    for (int i = 0; i < 100; i++) {
                        semaphore.acquire();
                    }
                    assertThat(counts.otherRan).isFalse();
                });
    }

    // ---- turns

    /** Steps between two polls, at most. */
    private static final class CountingTime extends VirtualTime {
        int steps;
        int stepsAtPoll;
        int most;

        CountingTime() {
            super(1, true);
        }

        @Override
        public void poll(long nanos, Gate gate) {
            most = Math.max(most, steps - stepsAtPoll);
            stepsAtPoll = steps;
            super.poll(nanos, gate);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 50, 63, 64, 65, 100, 1000})
    void theOutsideWorldIsLookedAtAtLeastOnceIn64Steps(int tasks) {
        CountingTime time = new CountingTime();
        Sim.run(
                time,
                () -> {
                    Weft.group(
                            g -> {
                                for (int i = 0; i < tasks; i++) {
                                    g.start(
                                            () -> {
                                                for (int n = 0; n < 20_000 / tasks; n++) {
                                                    time.steps++;
                                                    Weft.checkpoint();
                                                }
                                            });
                                }
                            });
                    return null;
                });
        assertThat(time.most).isLessThanOrEqualTo(64);
        assertThat(time.polls).as("and not each turn").isLessThan(20_000 / 32);
    }

    @Test
    void theOutsideWorldIsLookedAtEvery50MicrosecondsIfStepsAreSlow() {
        CountingTime time = new CountingTime();
        Sim.run(
                time,
                () -> {
                    for (int n = 0; n < 100; n++) {
                        time.steps++;
                        time.advance(Duration.ofNanos(25_000));
                        Weft.checkpoint();
                    }
                    return null;
                });
        assertThat(time.most).isLessThanOrEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"1", "10", "100", "1000"})
    void timersAreNotStarvedByTasksThatAreAlwaysReady(int tasks) {
        VirtualTime time = new VirtualTime(1, true);
        int[] stepsAfterDue = new int[1];
        boolean[] woken = new boolean[1];
        Sim.run(
                time,
                () -> {
                    Weft.group(
                            g -> {
                                long due = time.nanoTime() + 10_000_000;
                                g.start(
                                        () -> {
                                            Weft.sleep(ms(10));
                                            woken[0] = true;
                                        });
                                for (int i = 0; i < tasks; i++) {
                                    g.start(
                                            () -> {
                                                while (!woken[0]) {
                                                    time.advance(Duration.ofNanos(10_000));
                                                    if (time.nanoTime() >= due) {
                                                        stepsAfterDue[0]++;
                                                    }
                                                    Weft.checkpoint();
                                                }
                                            });
                                }
                            });
                    return null;
                });
        // at most the rest of the batch, and those that were ready before it
        assertThat(stepsAfterDue[0]).isLessThanOrEqualTo(64 + tasks + 1);
    }

    @Test
    void handOversFromOtherThreadsAreNotStarvedByTasksThatAreAlwaysReady() {
        boolean[] arrived = new boolean[1];
        Weft.run(
                () -> {
                    Loop loop = Loop.current();
                    Thread.ofPlatform().start(() -> loop.execute(() -> arrived[0] = true));
                    Weft.group(
                            g -> {
                                for (int i = 0; i < 100; i++) {
                                    g.start(
                                            () -> {
                                                while (!arrived[0]) {
                                                    Weft.checkpoint();
                                                }
                                            });
                                }
                            });
                });
        assertThat(arrived[0]).isTrue();
    }

    @Test
    void aTaskWokenByATimerTakesItsPlaceBehindThoseThatAreReady() {
        List<String> trace = new ArrayList<>();
        VirtualTime time = new VirtualTime(1, true);
        Sim.run(
                time,
                () -> {
                    Weft.group(
                            g -> {
                                g.start(
                                        () -> {
                                            Weft.sleep(ms(1));
                                            trace.add("sleeper");
                                        });
                                Weft.checkpoint();
                                for (int i = 0; i < 3; i++) {
                                    int n = i;
                                    g.start(() -> trace.add("ready " + n));
                                }
                                time.advance(ms(5)); // the timer is due when this step ends
                            });
                    return null;
                });
        assertThat(trace).containsExactly("ready 0", "ready 1", "ready 2", "sleeper");
    }

    @Test
    void aRunningTaskIsNeverInterruptedByAnother() {
        // between two waits nothing else runs: plain fields need no lock
        int[] counter = new int[1];
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 50; i++) {
                                        g.start(
                                                () -> {
                                                    for (int n = 0; n < 200; n++) {
                                                        int seen = counter[0];
                                                        Thread.onSpinWait();
                                                        counter[0] = seen + 1;
                                                        turns(n % 3);
                                                    }
                                                });
                                    }
                                }));
        assertThat(counter[0]).isEqualTo(10_000);
    }
}

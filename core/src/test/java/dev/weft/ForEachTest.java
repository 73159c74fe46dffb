package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.millis;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Queue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

class ForEachTest {
    private final List<String> trace = new ArrayList<>();

    @Test
    void runsEveryInputAtMostTheLimitAtATime() {
        Sim.run(
                () -> {
                    int[] running = new int[2];
                    int[] sum = new int[1];
                    Weft.forEach(
                            IntStream.range(0, 100).boxed().toList(),
                            7,
                            i -> {
                                running[1] = Math.max(running[1], ++running[0]);
                                sleep(i % 5);
                                running[0]--;
                                sum[0] += i;
                            });
                    assertThat(running[1]).isEqualTo(7);
                    assertThat(sum[0]).isEqualTo(4950);
                });
    }

    /** Endless, and says what was taken from it. */
    private Iterable<Integer> endless() {
        Iterable<Integer> endless =
                () ->
                        new Iterator<>() {
                            int n;

                            @Override
                            public boolean hasNext() {
                                return true;
                            }

                            @Override
                            public Integer next() {
                                trace.add("taken " + n);
                                return n++;
                            }
                        };
        return endless;
    }

    @Test
    void takesInputsOneByOneAsThereIsRoom() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.forEach(
                                        endless(),
                                        2,
                                        i -> {
                                            sleep(10);
                                            trace.add("done " + i);
                                            if (i == 1) {
                                                throw new IOException("enough");
                                            }
                                        }));
        assertThat(thrown).hasMessage("enough");
        assertThat(trace).containsExactly("taken 0", "taken 1", "done 0", "done 1");
    }

    @Test
    void anInputThatWasTakenFromAQueueIsNeverLost() {
        Sim.run(
                () -> {
                    Queue<Integer> queue = new Queue<>();
                    for (int i = 0; i < 5; i++) {
                        queue.put(i);
                    }
                    Weft.moveOnAfter(Sim.ms(15), () -> Weft.forEach(queue, 2, this::slow));
                    assertThat(trace).containsExactly("took 0", "took 1", "took 2", "took 3");
                    assertThat(queue.tryGet()).contains(4);
                });
    }

    private void slow(int input) {
        trace.add("took " + input);
        sleep(10);
    }

    @Test
    void aTimeoutEndsAnEndlessSource() {
        Sim.run(
                () -> {
                    assertThat(
                                    Weft.moveOnAfter(
                                            Sim.ms(35),
                                            () -> Weft.forEach(endless(), 3, i -> sleep(10))))
                            .isFalse();
                    assertThat(millis()).isEqualTo(35);
                });
    }

    @Test
    void theIteratorRunsInTheCallingTaskAndMayWait() {
        Sim.run(
                () -> {
                    Thread caller = Thread.currentThread();
                    Iterable<Integer> slow =
                            () ->
                                    new Iterator<>() {
                                        int n;

                                        @Override
                                        public boolean hasNext() {
                                            sleep(10);
                                            return n < 3;
                                        }

                                        @Override
                                        public Integer next() {
                                            assertThat(Thread.currentThread()).isSameAs(caller);
                                            return n++;
                                        }
                                    };
                    Weft.forEach(slow, 10, i -> sleep(5));
                    assertThat(millis()).isEqualTo(40);
                });
    }

    @Test
    void aFailureOfTheIteratorCancelsWhatRunsAndIsThrown() {
        Iterable<Integer> broken =
                () ->
                        new Iterator<>() {
                            int n;

                            @Override
                            public boolean hasNext() {
                                return true;
                            }

                            @Override
                            public Integer next() {
                                if (n == 2) {
                                    throw new IllegalStateException("source broke");
                                }
                                return n++;
                            }
                        };
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.forEach(
                                        broken,
                                        5,
                                        i -> {
                                            try {
                                                sleepForever();
                                            } finally {
                                                trace.add("ended " + i);
                                            }
                                        }));
        assertThat(thrown).hasMessage("source broke");
        assertThat(trace).containsExactly("ended 0", "ended 1");
    }

    @Test
    void inCleanUpOfACancelledTaskItWorksAsEver() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> task =
                                            g.start(
                                                    () -> {
                                                        try {
                                                            sleepForever();
                                                        } finally {
                                                            forEachInCleanUp();
                                                        }
                                                    });
                                    sleep(1);
                                    task.cancel("stop");
                                    task.outcome();
                                }));
        assertThat(trace).containsExactly("all have run");
    }

    private void forEachInCleanUp() {
        Weft.forEach(List.of(1, 2, 3), 2, i -> sleep(1));
        trace.add("all have run");
    }

    @Test
    void manyInputsThatNeverWaitAllRun() {
        Sim.run(
                () -> {
                    int[] count = new int[1];
                    Iterable<Integer> many = () -> IntStream.range(0, 100_000).iterator();
                    Weft.forEach(many, 16, i -> count[0]++);
                    assertThat(count[0]).isEqualTo(100_000);
                });
    }
}

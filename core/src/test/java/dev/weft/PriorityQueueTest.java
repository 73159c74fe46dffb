package dev.weft;

import static dev.weft.Sim.sleep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.PriorityQueue;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What {@link PriorityQueue} has of its own; the rest is {@link QueueTest}'s and {@link
 * QueueKindsTest}'s.
 */
class PriorityQueueTest {
    private record Job(int priority, int number) {}

    @Test
    void givesTheLeastElementFirst() {
        Sim.run(
                () -> {
                    PriorityQueue<Integer> queue = new PriorityQueue<>(Comparator.naturalOrder());
                    for (int i : List.of(3, 1, 2)) {
                        queue.put(i);
                    }
                    assertThat(queue.get()).isEqualTo(1);
                    queue.put(0);
                    assertThat(queue.drain(10)).containsExactly(0, 2, 3);
                });
    }

    @Test
    void ofEqualElementsGivesTheOneThatWasPutFirst() {
        SplittableRandom random = new SplittableRandom(7);
        Sim.run(
                () -> {
                    PriorityQueue<Job> queue =
                            new PriorityQueue<>(Comparator.comparingInt(Job::priority));
                    List<Job> inside = new ArrayList<>();
                    for (int i = 0; i < 2000; i++) {
                        if (random.nextInt(5) < 3) {
                            Job job = new Job(random.nextInt(4), i);
                            queue.put(job);
                            inside.add(job);
                        } else if (!inside.isEmpty()) {
                            Job next =
                                    inside.stream()
                                            .min(
                                                    Comparator.comparingInt(Job::priority)
                                                            .thenComparingInt(Job::number))
                                            .orElseThrow();
                            assertThat(queue.get()).isEqualTo(next);
                            inside.remove(next);
                        }
                    }
                    assertThat(queue.size()).isEqualTo(inside.size());
                });
    }

    @Test
    void anElementWhosePutWaitsOvertakesNothing() {
        Sim.group(
                g -> {
                    PriorityQueue<Integer> queue =
                            new PriorityQueue<>(2, Comparator.naturalOrder());
                    queue.put(5);
                    queue.put(6);
                    g.start(() -> queue.put(1));
                    sleep(1);
                    assertThat(queue.get()).isEqualTo(5);
                    assertThat(queue.get()).isEqualTo(1);
                });
    }

    @Test
    void anElementPutWhileATaskWaitsGoesToThatTask() {
        Sim.group(
                g -> {
                    PriorityQueue<Integer> queue = new PriorityQueue<>(Comparator.naturalOrder());
                    Task<Integer> getter = g.start(queue::get);
                    sleep(1);
                    queue.put(9);
                    queue.put(1);
                    assertThat(getter.await()).isEqualTo(9);
                    assertThat(queue.get()).isEqualTo(1);
                });
    }
}

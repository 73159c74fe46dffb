package dev.weft;

import static dev.weft.Sim.sleep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.weft.sync.PriorityQueue;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collection;
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

    // ---- comparators that throw

    private static final Comparator<Integer> ORDER = Comparator.naturalOrder();

    private boolean refuses;

    /** Throws for as long as it refuses, and for the element 13. */
    private int compare(int a, int b) {
        if (refuses || a == 13 || b == 13) {
            throw new IllegalArgumentException("no order of " + a + " and " + b);
        }
        return ORDER.compare(a, b);
    }

    @Test
    @SuppressWarnings("NullAway") // it is what is tested
    void needsAnOrder() {
        assertThatNullPointerException()
                .isThrownBy(() -> new PriorityQueue<Integer>(null))
                .withMessageContaining("order");
    }

    @Test
    void aPutThatThrowsHasAddedNothing() {
        Sim.run(
                () -> {
                    PriorityQueue<Integer> queue = new PriorityQueue<>(this::compare);
                    queue.put(1);
                    assertThatIllegalArgumentException().isThrownBy(() -> queue.put(13));
                    assertThat(queue.size()).isEqualTo(1);
                    assertThat(queue.get()).isEqualTo(1);
                    queue.taskDone();
                    queue.join();
                    assertThatIllegalStateException().isThrownBy(queue::taskDone);
                });
    }

    @Test
    void aGetThatThrowsHasTakenNothing() {
        Sim.run(
                () -> {
                    PriorityQueue<Integer> queue = new PriorityQueue<>(this::compare);
                    for (int i : List.of(3, 1, 2, 4)) {
                        queue.put(i);
                    }
                    refuses = true;
                    assertThatIllegalArgumentException().isThrownBy(queue::get);
                    assertThatIllegalArgumentException().isThrownBy(queue::tryGet);
                    refuses = false;
                    assertThat(queue.drain(10)).containsExactly(1, 2, 3, 4);
                });
    }

    @Test
    void whatADrainHasTakenIsGivenThoughTheNextThrows() {
        Sim.run(
                () -> {
                    PriorityQueue<Integer> queue =
                            new PriorityQueue<>(
                                    (a, b) -> {
                                        if (refuses && a + b > 6) {
                                            throw new IllegalArgumentException();
                                        }
                                        return ORDER.compare(a, b);
                                    });
                    for (int i : List.of(1, 2, 3, 4, 5)) {
                        queue.put(i);
                    }
                    refuses = true;
                    List<Integer> taken = new ArrayList<>();
                    try {
                        while (true) {
                            List<Integer> some = queue.drain(10);
                            assertThat(some).isNotEmpty();
                            taken.addAll(some);
                        }
                    } catch (IllegalArgumentException expected) {
                        refuses = false;
                    }
                    taken.addAll(queue.drain(10));
                    assertThat(taken).containsExactly(1, 2, 3, 4, 5);
                });
    }

    @Test
    void aPutThatWaitedThrowsWhatItsElementMeetsAndTheNextGoesIn() {
        Sim.group(
                g -> {
                    PriorityQueue<Integer> queue = new PriorityQueue<>(2, this::compare);
                    queue.put(1);
                    queue.put(2);
                    Task<Throwable> refused = g.start(() -> Sim.thrownBy(() -> queue.put(13)));
                    g.start(() -> queue.put(3));
                    sleep(1);
                    assertThat(queue.get()).isEqualTo(1);
                    assertThat(refused.await()).hasMessageContaining("13");
                    assertThat(queue.drain(10)).containsExactly(2, 3);
                    for (int i = 0; i < 3; i++) {
                        queue.taskDone();
                    }
                    queue.join();
                });
    }

    @Test
    void aComparatorThatThrowsNowAndThenLosesAndAddsNothing() {
        SplittableRandom random = new SplittableRandom(11);
        Sim.run(
                () -> {
                    PriorityQueue<Integer> queue =
                            new PriorityQueue<>(
                                    5000,
                                    (a, b) -> {
                                        if (random.nextInt(40) == 0) {
                                            throw new IllegalArgumentException();
                                        }
                                        return ORDER.compare(a, b);
                                    });
                    Collection<Integer> inside = new ArrayList<>();
                    for (int i = 0; i < 5000; i++) {
                        int element = random.nextInt(100);
                        try {
                            if (random.nextInt(5) < 3) {
                                queue.put(element);
                                inside.add(element);
                            } else if (!inside.isEmpty()) {
                                Integer least = inside.stream().min(ORDER).orElseThrow();
                                assertThat(queue.get()).isEqualTo(least);
                                inside.remove(least);
                            }
                        } catch (IllegalArgumentException expected) {
                            assertThat(queue.size()).isEqualTo(inside.size());
                        }
                    }
                    assertThat(inside).isNotEmpty();
                });
    }
}

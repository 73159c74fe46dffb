package dev.weft;

import static dev.weft.Sim.sleep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.LifoQueue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/**
 * What {@link LifoQueue} has of its own; the rest is {@link QueueTest}'s and {@link
 * QueueKindsTest}'s.
 */
class LifoQueueTest {
    private final List<@Nullable Object> got = new ArrayList<>();

    @Test
    void givesTheElementThatWasPutLast() {
        Sim.run(
                () -> {
                    LifoQueue<Integer> queue = new LifoQueue<>();
                    for (int i = 1; i <= 3; i++) {
                        queue.put(i);
                    }
                    assertThat(queue.get()).isEqualTo(3);
                    queue.put(4);
                    assertThat(queue.drain(10)).containsExactly(4, 2, 1);
                });
    }

    @Test
    void servesThoseWhoWaitInTheOrderInWhichTheyCame() {
        Sim.group(
                g -> {
                    LifoQueue<Integer> queue = new LifoQueue<>();
                    for (String name : List.of("a", "b")) {
                        g.start(() -> got.add(name + queue.get()));
                    }
                    sleep(1);
                    queue.put(1);
                    queue.put(2);
                });
        assertThat(got).containsExactly("a1", "b2");
    }

    @Test
    void anElementWhosePutWaitedIsOnTopOnceThereIsRoom() {
        Sim.group(
                g -> {
                    LifoQueue<Integer> queue = new LifoQueue<>(2);
                    queue.put(1);
                    queue.put(2);
                    g.start(() -> queue.put(3));
                    sleep(1);
                    assertThat(queue.get()).isEqualTo(2);
                    assertThat(queue.drain(10)).containsExactly(3, 1);
                });
    }
}

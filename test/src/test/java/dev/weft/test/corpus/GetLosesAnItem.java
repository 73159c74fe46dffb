package dev.weft.test.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.sync.Queue;
import dev.weft.test.Sim;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * asyncio's Queue until 3.4: {@code put} hands the item to the getter that waits. If that one is
 * cancelled before its next step, the item is gone.
 */
final class GetLosesAnItem extends Bug {
    GetLosesAnItem() {
        super("bpo-23812", "consumer");
    }

    private static final class OldQueue {
        private final ArrayDeque<Integer> items = new ArrayDeque<>();
        private final ArrayDeque<Future<Integer>> getters = new ArrayDeque<>();

        void put(int item) {
            getters.removeIf(Future::isDone);
            Future<Integer> getter = getters.poll();
            if (getter == null) {
                items.add(item);
            } else {
                getter.setResult(item);
            }
        }

        @Nullable Integer get() {
            if (!items.isEmpty()) {
                return items.poll();
            }
            Future<Integer> getter = new Future<>();
            getters.add(getter);
            return getter.await();
        }
    }

    @Override
    public void broken(Sim sim) {
        OldQueue queue = new OldQueue();
        List<@Nullable Integer> got = new ArrayList<>();
        Weft.group(
                g -> {
                    g.start(
                            "consumer",
                            () -> {
                                while (got.size() < 3) {
                                    got.add(queue.get());
                                }
                            });
                    for (int i = 0; i < 3; i++) {
                        Weft.sleep(millis(1));
                        queue.put(i);
                    }
                });
        assertThat(got.size() + queue.items.size()).as("items got and left").isEqualTo(3);
    }

    @Override
    public void fixed(Sim sim) {
        Queue<Integer> queue = new Queue<>();
        List<Integer> got = new ArrayList<>();
        Weft.group(
                g -> {
                    g.start(
                            "consumer",
                            () -> {
                                while (got.size() < 3) {
                                    got.add(queue.get());
                                }
                            });
                    for (int i = 0; i < 3; i++) {
                        Weft.sleep(millis(1));
                        queue.put(i);
                    }
                });
        assertThat(got.size() + queue.size()).as("items got and left").isEqualTo(3);
    }
}

package dev.weft.test.corpus;

import dev.weft.Weft;
import dev.weft.sync.Queue;
import dev.weft.test.Sim;

import java.util.ArrayDeque;

/**
 * A bounded queue: a {@code get} wakes one of those that wait to put. If that one is cancelled
 * before its next step, it has to wake the next, or that one waits beside a free place.
 */
final class PutStrandsTheNext extends Bug {
    PutStrandsTheNext() {
        super("gh-108042", "producer");
    }

    private static final class OldQueue {
        private final ArrayDeque<Integer> items = new ArrayDeque<>();
        private final ArrayDeque<Future<Void>> putters = new ArrayDeque<>();

        void put(int item) {
            while (!items.isEmpty()) { // its capacity is 1
                Future<Void> putter = new Future<>();
                putters.add(putter);
                putter.await();
            }
            items.add(item);
        }

        void get() {
            items.poll();
            Future<Void> putter = putters.poll();
            while (putter != null && putter.isDone()) {
                putter = putters.poll();
            }
            if (putter != null) {
                putter.setResult(null);
            }
        }
    }

    @Override
    public void broken(Sim sim) {
        OldQueue queue = new OldQueue();
        Weft.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        int item = i;
                        g.start("producer", () -> queue.put(item));
                    }
                    for (int i = 0; i < 4; i++) {
                        settle();
                        if (!queue.items.isEmpty()) {
                            queue.get();
                        }
                    }
                });
    }

    @Override
    public void fixed(Sim sim) {
        Queue<Integer> queue = new Queue<>(1);
        Weft.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        int item = i;
                        g.start("producer", () -> queue.put(item));
                    }
                    for (int i = 0; i < 4; i++) {
                        settle();
                        queue.tryGet();
                    }
                });
    }
}

package dev.weft.test.corpus;

import dev.weft.Weft;
import dev.weft.test.Sim;

import org.jspecify.annotations.Nullable;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * asyncio's loop refers to its tasks weakly. A task that nobody else keeps is collected while it
 * waits, and never goes on. The collector, whose moment is chance, is a task here.
 */
final class TaskIsCollected extends Bug {
    TaskIsCollected() {
        super("python/cpython#88831, pgjones/quart#339");
    }

    /** What the loop knows of the tasks that wait. */
    private static final class Waiting {
        private final List<WeakReference<Future<Void>>> known = new ArrayList<>();
        private final List<Future<Void>> kept = new ArrayList<>();

        void await(boolean keep) {
            Future<Void> future = new Future<>();
            known.add(new WeakReference<>(future));
            if (keep) {
                kept.add(future);
            }
            future.await();
        }

        void wakeAll() {
            for (WeakReference<Future<Void>> reference : known) {
                @Nullable Future<Void> future = reference.get();
                if (future != null) {
                    future.setResult(null);
                }
            }
        }

        /** A collection of garbage. */
        void collect() {
            for (WeakReference<Future<Void>> reference : known) {
                if (kept.stream().noneMatch(reference::refersTo)) {
                    reference.clear();
                }
            }
        }
    }

    @Override
    public void broken(Sim sim) {
        fireAndForget(sim, false);
    }

    @Override
    public void fixed(Sim sim) {
        fireAndForget(sim, true);
    }

    private static void fireAndForget(Sim sim, boolean keep) {
        Waiting waiting = new Waiting();
        Weft.group(
                g -> {
                    g.start("forgotten", () -> waiting.await(keep));
                    settle();
                    g.start(
                            "collector",
                            () -> {
                                sleepAWhile(sim, 9);
                                waiting.collect();
                            });
                    sleepAWhile(sim, 9);
                    waiting.wakeAll();
                });
    }
}

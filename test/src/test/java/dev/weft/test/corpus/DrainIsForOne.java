package dev.weft.test.corpus;

import dev.weft.WaitList;
import dev.weft.Weft;
import dev.weft.test.Sim;

import org.jspecify.annotations.Nullable;

/**
 * asyncio's streams until 3.11: one field for the task that waits until the buffer is empty, and an
 * assertion that no second one does.
 */
final class DrainIsForOne extends Bug {
    DrainIsForOne() {
        super("bpo-29930, aio-libs/aiohttp#1915");
    }

    private static final class OldWriter {
        private int buffered;
        private @Nullable Future<Void> drained;

        void write() {
            buffered++;
        }

        void drain() {
            if (buffered < 2) {
                return;
            }
            if (drained != null && !drained.isCancelled()) {
                throw new AssertionError("two tasks wait for one buffer");
            }
            drained = new Future<>();
            drained.await();
        }

        void flushed() {
            buffered = 0;
            if (drained != null) {
                drained.setResult(null);
                drained = null;
            }
        }
    }

    @Override
    public void broken(Sim sim) {
        OldWriter writer = new OldWriter();
        Weft.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        g.start(
                                "writer-" + i,
                                () -> {
                                    sleepAWhile(sim, 5);
                                    writer.write();
                                    writer.drain();
                                });
                    }
                    for (int i = 0; i < 8; i++) {
                        Weft.sleep(millis(1));
                        writer.flushed();
                    }
                    settle();
                    writer.flushed();
                });
    }

    @Override
    public void fixed(Sim sim) {
        int[] buffered = new int[1];
        WaitList drained = new WaitList("Writer.drain");
        Weft.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        g.start(
                                "writer-" + i,
                                () -> {
                                    sleepAWhile(sim, 5);
                                    if (++buffered[0] >= 2) {
                                        drained.enter();
                                        drained.await();
                                    }
                                });
                    }
                    for (int i = 0; i < 8; i++) {
                        Weft.sleep(millis(1));
                        buffered[0] = 0;
                        drained.wakeAll(null);
                    }
                    settle();
                    drained.wakeAll(null);
                });
    }
}

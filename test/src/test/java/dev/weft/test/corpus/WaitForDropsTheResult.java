package dev.weft.test.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CancelledError;
import dev.weft.Weft;
import dev.weft.test.Sim;

import java.util.concurrent.TimeoutException;

/**
 * asyncio's wait_for until 3.9: if the caller is cancelled when the inner task has already ended,
 * its result is dropped. A connection that was just opened is never closed.
 */
final class WaitForDropsTheResult extends Bug {
    WaitForDropsTheResult() {
        super("bpo-37658, MagicStack/asyncpg#467", "client");
    }

    @Override
    public void broken(Sim sim) {
        int[] open = new int[1];
        Weft.group(
                g ->
                        g.start(
                                "client",
                                () -> {
                                    WaitFor.call(
                                            g,
                                            () -> connect(open),
                                            (inner, waiter) -> {
                                                try {
                                                    waiter.await();
                                                } catch (CancelledError e) {
                                                    inner.cancel("the wait for it was cancelled");
                                                    throw e;
                                                }
                                            });
                                    open[0]--;
                                }));
        assertThat(open[0]).as("open connections").isZero();
    }

    @Override
    public void fixed(Sim sim) {
        int[] open = new int[1];
        Weft.group(
                g ->
                        g.start(
                                "client",
                                () -> {
                                    try {
                                        Weft.timeout(millis(5), () -> connect(open));
                                        open[0]--;
                                    } catch (TimeoutException e) {
                                        // then there is none
                                    }
                                }));
        assertThat(open[0]).as("open connections").isZero();
    }

    private static void connect(int[] open) {
        Weft.sleep(millis(1));
        open[0]++;
    }
}

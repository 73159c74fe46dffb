package dev.weft.test.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.test.Sim;

/**
 * A client opens a socket and then shakes hands. If it is cancelled in between, nobody knows of the
 * socket.
 */
final class ConnectLeaksASocket extends Bug {
    ConnectLeaksASocket() {
        super("bpo-29743, MagicStack/asyncpg#464", "client");
    }

    /**
     * @param open counts the sockets that are open
     */
    private static void connectAndForget(int[] open) {
        open[0]++;
        Weft.sleep(millis(1)); // hello
        Weft.sleep(millis(1)); // hello yourself
    }

    private static void connect(int[] open) {
        open[0]++;
        try {
            Weft.sleep(millis(1));
            Weft.sleep(millis(1));
        } catch (Throwable failed) {
            open[0]--;
            throw failed;
        }
    }

    @Override
    public void broken(Sim sim) {
        int[] open = new int[1];
        Weft.group(
                g ->
                        g.start(
                                "client",
                                () -> {
                                    connectAndForget(open);
                                    open[0]--;
                                }));
        assertThat(open[0]).as("open sockets").isZero();
    }

    @Override
    public void fixed(Sim sim) {
        int[] open = new int[1];
        Weft.group(
                g ->
                        g.start(
                                "client",
                                () -> {
                                    connect(open);
                                    open[0]--;
                                }));
        assertThat(open[0]).as("open sockets").isZero();
    }
}

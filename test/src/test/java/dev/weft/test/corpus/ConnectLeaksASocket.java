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

    /** The sockets that are open. */
    private int open;

    private void connectAndForget() {
        open++;
        Weft.sleep(millis(1)); // hello
        Weft.sleep(millis(1)); // hello yourself
    }

    private void connect() {
        open++;
        try {
            Weft.sleep(millis(1));
            Weft.sleep(millis(1));
        } catch (Throwable failed) {
            open--;
            throw failed;
        }
    }

    @Override
    public void broken(Sim sim) {
        open = 0;
        Weft.group(
                g ->
                        g.start(
                                "client",
                                () -> {
                                    connectAndForget();
                                    open--;
                                }));
        assertThat(open).as("open sockets").isZero();
    }

    @Override
    public void fixed(Sim sim) {
        open = 0;
        Weft.group(
                g ->
                        g.start(
                                "client",
                                () -> {
                                    connect();
                                    open--;
                                }));
        assertThat(open).as("open sockets").isZero();
    }
}

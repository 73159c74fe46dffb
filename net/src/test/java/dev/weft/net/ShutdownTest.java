package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Loop;
import dev.weft.Task;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long the ladder takes by which a server stops: listen no more, wait, cancel, abort. */
@DisabledIfSystemProperty(named = "weft.test.portable", matches = "true")
class ShutdownTest {
    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofDays(1);

    private final List<String> events = new ArrayList<>();

    private long began;

    private void note(String what) {
        events.add(Math.round((Loop.current().nanoTime() - began) / 1e9) + "s " + what);
    }

    /** A server with one connection, whose handler is running. */
    private void connected(ConnectionHandler<TcpStream> handler, Case body) throws Exception {
        InOrder.run(
                1,
                () -> {
                    TcpServer server = TcpServer.listen("127.0.0.1", 0);
                    Weft.group(
                            group -> {
                                Task<?> serving = group.start(() -> server.serve(handler));
                                int port = server.localAddress().getPort();
                                try (var client = TcpStream.connect("127.0.0.1", port)) {
                                    TestLoop.until(() -> server.connections() == 1);
                                    began = Loop.current().nanoTime();
                                    body.run(server, client);
                                }
                                serving.await();
                                note("served");
                            });
                });
    }

    private interface Case {
        void run(TcpServer server, TcpStream client) throws Exception;
    }

    @Test
    void connections_that_end_in_time_are_waited_for() throws Exception {
        connected(
                peer -> {
                    Weft.sleep(Duration.ofSeconds(10));
                    note("handled");
                },
                (server, client) -> {
                    assertThat(server.shutdown(GRACE)).isTrue();
                    note("shut down");
                });
        assertThat(events).containsExactly("10s handled", "10s shut down", "10s served");
    }

    @Test
    void handlers_are_cancelled_when_the_grace_is_over_and_clean_up() throws Exception {
        connected(
                peer -> {
                    try {
                        Weft.sleep(LONG);
                    } finally {
                        peer.write(Bytes.utf8("bye\n"));
                        Weft.sleep(Duration.ofSeconds(2));
                        note("cleaned up");
                    }
                },
                (server, client) -> {
                    assertThat(server.shutdown(GRACE)).isFalse();
                    note("shut down");
                    assertThat(client.readLine()).isEqualTo("bye");
                });
        assertThat(events).containsExactly("32s cleaned up", "32s shut down", "32s served");
    }

    @Test
    void what_does_not_even_end_then_loses_its_connection() throws Exception {
        connected(
                peer -> {
                    try {
                        Weft.shield(LONG, () -> peer.read());
                    } catch (ConnectionClosedException aborted) {
                        note("aborted");
                    }
                },
                (server, client) -> {
                    assertThat(server.shutdown(GRACE)).isFalse();
                    note("shut down");
                    assertThatExceptionOfType(ConnectionResetException.class)
                            .isThrownBy(client::readLine);
                });
        assertThat(events).contains("35s shut down", "35s aborted", "35s served");
    }

    @Test
    void it_may_be_given_up_and_begun_again() throws Exception {
        connected(
                peer -> Weft.sleep(Duration.ofSeconds(10)),
                (server, client) -> {
                    assertThat(
                                    Weft.moveOnAfter(
                                            Duration.ofSeconds(1),
                                            () -> {
                                                server.shutdown(GRACE);
                                            }))
                            .isFalse();
                    assertThat(server.connections()).isEqualTo(1);
                    assertThat(server.shutdown(GRACE)).isTrue();
                });
        assertThat(events).containsExactly("10s served");
    }
}

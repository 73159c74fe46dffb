package dev.weft.net;

import static dev.weft.net.TestLoop.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Action;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

import java.time.Duration;
import java.util.List;

/** The JDK's TLS over a simulated network: handshakes, data, and what breaks them. */
@DisabledIfSystemProperty(named = "weft.test.portable", matches = "true")
class SimTlsTest {
    private static final TlsOptions TRUSTING = TlsOptions.client().trust(Certificates.authority());

    private static ConnectOptions to(int port) {
        return ConnectOptions.of("localhost", port).tls(TRUSTING);
    }

    private static <X extends Exception> void secured(TlsOptions server, TestLoop.PortBody<X> body)
            throws X {
        InOrder.run(
                1,
                () -> serving(ServerOptions.of("127.0.0.1", 0).tls(server), TestLoop::echo, body));
    }

    private static void echoes(ByteStream stream, int length) {
        byte[] sent = StreamContract.random(length);
        Weft.group(
                group -> {
                    group.start(() -> stream.write(sent));
                    try (Bytes all = stream.readExactly(length)) {
                        assertThat(all.toArray()).isEqualTo(sent);
                    }
                });
    }

    @Test
    void shakes_hands_and_carries_data_in_the_smallest_pieces() {
        secured(
                Certificates.good(),
                port -> {
                    var network = SimulatedNetwork.current();
                    var _ = network.everywhere().fragments();
                    var _ = network.everywhere().latency(Duration.ZERO, Duration.ofMillis(20));
                    try (var stream = TcpStream.connect(to(port))) {
                        assertThat(stream.tlsInfo().orElseThrow().protocol()).isEqualTo("TLSv1.3");
                        echoes(stream, 200_000);
                    }
                });
    }

    @Test
    void refuses_a_certificate_for_another_name() {
        secured(
                Certificates.otherName(),
                port ->
                        assertThatExceptionOfType(TlsException.class)
                                .isThrownBy(() -> TcpStream.connect(to(port)))
                                .matches(e -> e.kind() == TlsException.Kind.NAME));
    }

    @Test
    void a_handshake_that_nobody_answers_is_bounded() {
        secured(
                Certificates.good(),
                port -> {
                    var _ = SimulatedNetwork.current().everywhere().blackHole(100);
                    assertThatExceptionOfType(ConnectFailedException.class)
                            .isThrownBy(() -> TcpStream.connect(to(port)))
                            .withMessageContaining("timed out in TLS's handshake");
                    Weft.sleep(Duration.ofSeconds(10)); // the server's own limit
                    assertThat(TestLoop.openChannels()).isEqualTo(1);
                });
    }

    @Test
    void a_reset_in_the_handshake_is_told() {
        secured(
                Certificates.good(),
                port -> {
                    var _ = SimulatedNetwork.current().everywhere().reset(300);
                    assertThatExceptionOfType(TlsException.class)
                            .isThrownBy(() -> TcpStream.connect(to(port)))
                            .matches(e -> e.kind() == TlsException.Kind.HANDSHAKE);
                });
    }

    @Test
    void what_was_cut_short_is_no_end() throws Exception {
        Action<Exception> body =
                () -> {
                    try (var server =
                            TcpServer.listen(
                                    ServerOptions.of("127.0.0.1", 0).tls(Certificates.good()))) {
                        Weft.group(
                                group -> {
                                    group.background(
                                            () ->
                                                    server.serve(
                                                            peer -> {
                                                                peer.write("all?".getBytes(UTF_8));
                                                                Weft.sleep(Duration.ofDays(1));
                                                            }));
                                    int port = server.localAddress().getPort();
                                    try (var stream = TcpStream.connect(to(port))) {
                                        stream.readExactly(4).close();
                                        SimulatedNetwork.current().everywhere().reset();
                                        assertThatExceptionOfType(ConnectionResetException.class)
                                                .isThrownBy(stream::read);
                                    }
                                });
                    }
                };
        InOrder.run(1, body);
    }

    @Test
    void no_moment_of_a_cancelled_handshake_leaves_anything_behind() {
        for (int moment : List.of(0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30)) {
            secured(
                    Certificates.good(),
                    port -> {
                        var _ =
                                SimulatedNetwork.current()
                                        .everywhere()
                                        .latency(Duration.ofMillis(4));
                        boolean _ =
                                Weft.moveOnAfter(
                                        Duration.ofMillis(moment),
                                        () -> {
                                            try (var stream = TcpStream.connect(to(port))) {
                                                echoes(stream, 1_000);
                                            }
                                        });
                        Weft.sleep(Duration.ofMinutes(1));
                        assertThat(TestLoop.openChannels()).isEqualTo(1);
                    });
        }
    }
}

package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Loops;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** One server on each loop, all at one port. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class ReusePortTest {
    private static final int CONNECTIONS = 200;

    private static ServerOptions shared(int port) {
        return ServerOptions.of("127.0.0.1", port).reusePort(true);
    }

    /**
     * The system's choice is a hash of both addresses: that one of two gets none of 200 is none.
     */
    @ParameterizedTest
    @MethodSource("dev.weft.net.TestLoop#drivers")
    @DisabledIfSystemProperty(named = "weft.test.portable", matches = "true")
    void the_system_spreads_connections_over_the_loops(String driver) throws Exception {
        int port = ConnectTest.unusedPort();
        var served = new AtomicIntegerArray(2);
        var servers = new AtomicReferenceArray<TcpServer>(2);
        TestLoop.with(
                driver,
                () ->
                        Loops.run(
                                3,
                                loops -> {
                                    if (loops.index() < 2) {
                                        serve(port, loops.index(), servers, served);
                                    } else {
                                        connectToAll(port, loops, servers);
                                    }
                                }));
        assertThat(served.get(0)).isPositive();
        assertThat(served.get(1)).isPositive();
        assertThat(served.get(0) + served.get(1)).isEqualTo(CONNECTIONS);
    }

    private static void serve(
            int port,
            int index,
            AtomicReferenceArray<TcpServer> servers,
            AtomicIntegerArray served) {
        try (TcpServer server = TcpServer.listen(shared(port))) {
            servers.set(index, server);
            server.serve(peer -> served.incrementAndGet(index));
        }
    }

    private static void connectToAll(
            int port, Loops loops, AtomicReferenceArray<TcpServer> servers) {
        TestLoop.until(() -> servers.get(0) != null && servers.get(1) != null);
        for (int i = 0; i < CONNECTIONS; i++) {
            try (var stream = TcpStream.connect("127.0.0.1", port)) {
                assertThat(stream.read().isEmpty()).isTrue();
            }
        }
        for (int i = 0; i < 2; i++) {
            loops.get(i).call(servers.get(i)::close);
        }
    }

    @Test
    @DisabledIfSystemProperty(named = "weft.test.portable", matches = "true")
    void a_simulation_spreads_them_too() {
        InOrder.run(
                1,
                () -> {
                    int[] served = new int[2];
                    try (TcpServer one = TcpServer.listen(shared(7000));
                            TcpServer two = TcpServer.listen(shared(7000))) {
                        Weft.group(
                                group -> {
                                    group.background(() -> one.serve(peer -> served[0]++));
                                    group.background(() -> two.serve(peer -> served[1]++));
                                    for (int i = 0; i < CONNECTIONS; i++) {
                                        try (var stream = TcpStream.connect("127.0.0.1", 7000)) {
                                            assertThat(stream.read().isEmpty()).isTrue();
                                        }
                                    }
                                });
                    }
                    assertThat(served).doesNotContain(0);
                    assertThat(served[0] + served[1]).isEqualTo(CONNECTIONS);
                });
    }

    @Test
    @DisabledIfSystemProperty(named = "weft.test.portable", matches = "true")
    void one_who_does_not_say_so_has_the_port_alone() {
        InOrder.run(
                1,
                () -> {
                    try (TcpServer one = TcpServer.listen(shared(7000))) {
                        assertThat(one.localAddress().getPort()).isEqualTo(7000);
                        assertThatExceptionOfType(BindFailedException.class)
                                .isThrownBy(() -> TcpServer.listen("127.0.0.1", 7000));
                    }
                });
    }
}

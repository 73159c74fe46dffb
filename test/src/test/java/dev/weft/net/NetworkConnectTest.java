package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.test.Sim;

import org.junit.jupiter.api.Test;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Connecting and listening over a simulated network, and what can go wrong with it. */
class NetworkConnectTest {
    private static ConnectOptions db() {
        return ConnectOptions.of("db", Lines.PORT);
    }

    private static void assertFails(ConnectFailedException.Kind kind, String reason) {
        assertFails(db().connectTimeout(Duration.ofHours(1)), kind, reason);
    }

    private static void assertFails(
            ConnectOptions options, ConnectFailedException.Kind kind, String reason) {
        assertThatExceptionOfType(ConnectFailedException.class)
                .isThrownBy(() -> TcpStream.connect(options))
                .matches(e -> e.kind() == kind, kind.name())
                .withMessageContaining(reason);
    }

    // ---- what TCP does

    @Test
    void a_question_crosses_the_network_and_comes_back_in_its_time() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    try (var stream = Lines.connect()) {
                                        assertThat(sim.elapsed()).isEqualTo(Duration.ofMillis(1));
                                        assertThat(Lines.ask(stream, "hello"))
                                                .isEqualTo("re hello");
                                        assertThat(sim.elapsed()).isEqualTo(Duration.ofMillis(2));
                                    }
                                }));
    }

    @Test
    void code_that_names_no_host_serves_and_connects_by_localhost() {
        Sim.with(
                sim -> {
                    try (var server = TcpServer.listen("localhost", 0)) {
                        Weft.group(
                                group -> {
                                    group.background(() -> server.serve(Lines::answer));
                                    int port = server.localAddress().getPort();
                                    try (var stream = TcpStream.connect("localhost", port)) {
                                        assertThat(Lines.ask(stream, "x")).isEqualTo("re x");
                                    }
                                });
                    }
                    assertThat(sim.elapsed()).isZero();
                });
    }

    @Test
    void each_side_sees_the_address_of_the_other() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    sim.net()
                                            .host("app")
                                            .run(
                                                    () -> {
                                                        try (var stream = Lines.connect()) {
                                                            assertThat(stream.remoteAddress())
                                                                    .isEqualTo(at(sim, "db", 5432));
                                                            assertThat(stream.localAddress())
                                                                    .isEqualTo(
                                                                            at(sim, "app", 32768));
                                                        }
                                                    });
                                }));
    }

    private static InetSocketAddress at(Sim sim, String host, int port) {
        return new InetSocketAddress(sim.net().host(host).address(), port);
    }

    @Test
    void where_nobody_listens_it_is_refused() {
        Sim.with(
                sim -> {
                    sim.net().host("db");
                    assertFails(ConnectFailedException.Kind.REFUSED, "connection refused");
                    assertThat(sim.elapsed()).isEqualTo(Duration.ofMillis(1));
                });
    }

    @Test
    void an_address_of_no_host_cannot_be_reached() {
        Sim.with(
                sim -> {
                    sim.net().names().answer("db", "192.0.2.1");
                    assertFails(ConnectFailedException.Kind.UNREACHABLE, "no route to host");
                });
    }

    @Test
    void an_address_is_taken_once_and_free_again_after_close() {
        Sim.with(
                _ -> {
                    try (var first = TcpServer.listen("", 80)) {
                        assertThat(first.localAddress().getPort()).isEqualTo(80);
                        assertThatExceptionOfType(BindFailedException.class)
                                .isThrownBy(() -> TcpServer.listen("127.0.0.1", 80))
                                .withMessageContaining("address already in use");
                    }
                    TcpServer.listen("", 80).close();
                });
    }

    @Test
    void nobody_listens_at_the_address_of_another_host() {
        Sim.with(
                sim -> {
                    sim.net().host("db");
                    assertThatExceptionOfType(BindFailedException.class)
                            .isThrownBy(() -> TcpServer.listen("db", 80))
                            .withMessageContaining("cannot assign requested address");
                });
    }

    @Test
    void a_server_takes_no_more_than_it_wants_and_the_others_wait() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(
                                            sim,
                                            group,
                                            ServerOptions.of("", Lines.PORT).maxConnections(1));
                                    var first = Lines.connect();
                                    assertThat(Lines.ask(first, "1")).isEqualTo("re 1");
                                    try (var second = Lines.connect()) {
                                        Task<String> answer =
                                                group.start(() -> Lines.ask(second, "2"));
                                        sim.advance(Duration.ofHours(1));
                                        assertThat(answer.isDone()).isFalse();
                                        first.close();
                                        assertThat(answer.await()).isEqualTo("re 2");
                                    }
                                }));
    }

    @Test
    void a_server_that_closes_goes_on_with_the_connections_it_has() {
        Sim.with(
                sim -> {
                    var server = TcpServer.listen("localhost", 80);
                    Weft.group(
                            group -> {
                                group.start(() -> server.serve(Lines::answer));
                                try (var stream = TcpStream.connect("localhost", 80)) {
                                    assertThat(Lines.ask(stream, "1")).isEqualTo("re 1");
                                    server.close();
                                    assertThat(Lines.ask(stream, "2")).isEqualTo("re 2");
                                    assertFails(
                                            ConnectOptions.of("localhost", 80),
                                            ConnectFailedException.Kind.REFUSED,
                                            "connection refused");
                                }
                            });
                });
    }

    @Test
    void who_waits_to_be_accepted_is_reset_when_the_server_closes() {
        Sim.with(
                _ -> {
                    var server = TcpServer.listen("localhost", 80);
                    try (var stream = TcpStream.connect("localhost", 80)) {
                        server.close();
                        assertThatExceptionOfType(ConnectionResetException.class)
                                .isThrownBy(stream::read);
                    }
                });
    }

    // ---- faults

    @Test
    void a_host_that_refuses_does_so_until_the_fault_ends() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    try (var _ = sim.net().link("localhost", "db").refuse()) {
                                        assertFails(
                                                ConnectFailedException.Kind.REFUSED,
                                                "connection refused");
                                    }
                                    Lines.connect().close();
                                }));
    }

    @Test
    void who_gets_no_answer_gives_up_at_its_own_limit_or_tcps() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    var _ = sim.net().everywhere().ignore();
                                    assertFails(
                                            db(),
                                            ConnectFailedException.Kind.TIMEOUT,
                                            "not connected within 10000ms: timed out in TCP's");
                                    assertThat(sim.elapsed()).isEqualTo(Duration.ofSeconds(10));
                                    assertFails(
                                            ConnectFailedException.Kind.TIMEOUT,
                                            "connection timed out");
                                    assertThat(sim.elapsed())
                                            .isBetween(
                                                    Duration.ofSeconds(137),
                                                    Duration.ofSeconds(138));
                                }));
    }

    @Test
    void a_connection_attempt_outlives_a_short_fault() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    var _ =
                                            sim.net()
                                                    .everywhere()
                                                    .partition()
                                                    .lasting(Duration.ofSeconds(2));
                                    Lines.connect().close();
                                    assertThat(sim.elapsed().toSeconds()).isEqualTo(3);
                                }));
    }

    @Test
    void a_full_backlog_answers_nobody() {
        Sim.with(
                sim -> {
                    List<TcpStream> open = new ArrayList<>();
                    try (var server =
                            TcpServer.listen(ServerOptions.of("localhost", 80).backlog(1))) {
                        var here = ConnectOptions.of("localhost", 80);
                        open.add(TcpStream.connect(here));
                        open.add(TcpStream.connect(here));
                        assertFails(
                                ConnectOptions.of("127.0.0.1", 80),
                                ConnectFailedException.Kind.TIMEOUT,
                                "timed out");
                        Weft.group(
                                group -> {
                                    group.background(() -> server.serve(Lines::answer));
                                    open.add(TcpStream.connect(here));
                                });
                    } finally {
                        open.forEach(TcpStream::close);
                    }
                    assertThat(sim.elapsed()).isEqualTo(Duration.ofSeconds(11)); // asked twice
                });
    }

    @Test
    void without_a_port_left_nobody_connects_and_a_closed_connection_gives_its_own_back() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    var _ = sim.net().host("localhost").ports(1);
                                    var only = Lines.connect();
                                    assertFails(
                                            ConnectFailedException.Kind.OTHER,
                                            "cannot assign requested address");
                                    only.close();
                                    Weft.sleep(Duration.ofSeconds(1));
                                    Lines.connect().close();
                                }));
    }

    @Test
    void the_second_address_is_tried_beside_the_first_that_does_not_answer() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    sim.net().host("spare"); // 10.0.0.3
                                    sim.net().names().answer("db", "10.0.0.3", "fd00::2");
                                    var _ = sim.net().link("localhost", "spare").ignore();
                                    Dns.configure(
                                            DnsOptions.of()
                                                    .families(DnsOptions.Families.IPV4_FIRST));
                                    try (var stream = Lines.connect()) {
                                        assertThat(sim.elapsed()).isEqualTo(Duration.ofMillis(251));
                                        assertThat(stream.remoteAddress().getAddress().getAddress())
                                                .hasSize(16);
                                    }
                                }));
    }

    @Test
    void a_refused_address_is_followed_by_the_next_at_once_and_all_that_failed_are_named() {
        Sim.with(
                sim -> {
                    sim.net().host("db");
                    sim.net().host("spare");
                    sim.net().names().answer("db", "10.0.0.3", "10.0.0.2");
                    assertFails(
                            ConnectFailedException.Kind.REFUSED,
                            "connection refused (10.0.0.3, 10.0.0.2)");
                    assertThat(sim.elapsed()).isEqualTo(Duration.ofMillis(2));
                });
    }

    // ---- names

    @Test
    void a_name_is_unknown_failing_slow_or_changed() {
        Sim.with(
                sim -> {
                    var names = sim.net().names();
                    assertLookUpFails("nobody", DnsException.Kind.UNKNOWN_HOST);
                    sim.net().host("db");
                    assertThat(Dns.resolve("DB.")).hasSize(1);
                    try (var _ = names.unknown("db")) {
                        assertLookUpFails("db", DnsException.Kind.UNKNOWN_HOST);
                    }
                    try (var _ = names.failing()) {
                        assertLookUpFails("db", DnsException.Kind.SERVER_FAILURE);
                    }
                    try (var _ = names.slow(Duration.ofMinutes(1))) {
                        assertFails(
                                db().connectTimeout(Duration.ofSeconds(1)),
                                ConnectFailedException.Kind.TIMEOUT,
                                "timed out in the look-up of its name");
                        assertLookUpFails("db", DnsException.Kind.TIMEOUT);
                    }
                    names.answer("db", "10.0.0.7", "10.0.0.8");
                    assertThat(Dns.resolve("db")).hasSize(2);
                });
    }

    private static void assertLookUpFails(String name, DnsException.Kind kind) {
        assertThatExceptionOfType(DnsException.class)
                .isThrownBy(() -> Dns.resolve(name))
                .matches(e -> e.kind() == kind, kind.name());
    }
}

package dev.weft.net;

import static dev.weft.net.StreamContract.assertIsClosed;
import static dev.weft.net.StreamContract.assertIsReset;
import static dev.weft.net.TestLoop.openChannels;
import static dev.weft.net.TestLoop.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Action;
import dev.weft.CancelledError;
import dev.weft.Group;
import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.Until;
import dev.weft.Weft;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.util.NetUtil;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * What clients and servers do with each driver, and over a simulated network: who connects, who is
 * served, and how both end. What then goes over a connection is {@link StreamContract}'s.
 */
@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.Networks#all")
@Timeout(60)
class ConnectionContractTest {
    private static final String HERE = "127.0.0.1";
    private static final Duration SHORT = Duration.ofMillis(30);
    private static final Duration LONG = Duration.ofDays(1);
    private static final TlsOptions TRUSTING = TlsOptions.client().trust(Certificates.authority());
    private static final TlsOptions SERVER = Certificates.good();

    private final String network;

    ConnectionContractTest(String network) {
        this.network = network;
    }

    /** A case: the server is served, and stops after it. */
    interface Case {
        void run(Group group, TcpServer server) throws Exception;
    }

    private void run(Action<Exception> body) throws Exception {
        Networks.run(network, body);
    }

    private void serving(ConnectionHandler<? super TcpStream> handler, Case body) throws Exception {
        serving(ServerOptions.of(HERE, 0), handler, body);
    }

    private void serving(
            ServerOptions options, ConnectionHandler<? super TcpStream> handler, Case body)
            throws Exception {
        run(
                () -> {
                    try (var server = TcpServer.listen(options)) {
                        Weft.group(
                                group -> {
                                    group.background(() -> server.serve(handler));
                                    body.run(group, server);
                                });
                    }
                });
    }

    /** A case: a server that the test itself serves. */
    private void listening(Case body) throws Exception {
        run(
                () -> {
                    try (var server = TcpServer.listen(HERE, 0)) {
                        Weft.group(group -> body.run(group, server));
                    }
                });
    }

    private static int port(TcpServer server) {
        return server.localAddress().getPort();
    }

    private static ConnectOptions to(TcpServer server) {
        return ConnectOptions.of(server.localAddress().getAddress().getHostAddress(), port(server));
    }

    private static TcpStream connect(TcpServer server) {
        return TcpStream.connect(to(server));
    }

    private static String ask(ByteStream stream, String line) {
        stream.write(Bytes.utf8(line + "\n"));
        return String.valueOf(stream.readLine());
    }

    /** Over a connection of its own. */
    private static void assertEchoes(TcpServer server) {
        try (var stream = connect(server)) {
            assertThat(ask(stream, "hello")).isEqualTo("hello");
        }
    }

    /** The JDK closes what its selector knows in the loop's next turn. */
    private void closed() {
        if (network.equals("nio")) {
            Weft.sleep(Duration.ofMillis(1));
        }
    }

    private void assertRefused(int port) {
        closed();
        assertThatExceptionOfType(ConnectFailedException.class)
                .isThrownBy(() -> TcpStream.connect(HERE, port))
                .matches(e -> e.kind() == ConnectFailedException.Kind.REFUSED);
    }

    /** Where nobody listens, for as long as the test is alone. */
    private int unusedPort() {
        int port;
        try (var server = TcpServer.listen(HERE, 0)) {
            port = port(server);
        }
        closed();
        return port;
    }

    // ---- connecting

    @Test
    void refused_is_told_from_other_failures_and_names_the_target() throws Exception {
        run(
                () -> {
                    int port = unusedPort();
                    assertThatExceptionOfType(ConnectFailedException.class)
                            .isThrownBy(() -> TcpStream.connect(HERE, port))
                            .matches(e -> e.kind() == ConnectFailedException.Kind.REFUSED)
                            .matches(e -> e.target().equals(HERE + ":" + port))
                            .withMessage(HERE + ":" + port + ": connection refused");
                });
    }

    @Test
    void no_answer_within_connectTimeout_is_a_timeout() throws Exception {
        run(
                () -> {
                    try (var full = new FullQueue(HERE, 0)) {
                        var options = ConnectOptions.of(HERE, full.port()).connectTimeout(SHORT);
                        assertThatExceptionOfType(ConnectFailedException.class)
                                .isThrownBy(() -> TcpStream.connect(options))
                                .matches(e -> e.kind() == ConnectFailedException.Kind.TIMEOUT)
                                .withMessageContaining("within 30ms")
                                .withMessageContaining("TCP's handshake");
                    }
                });
    }

    @Test
    void a_timeout_around_it_leaves_nothing_open() throws Exception {
        run(
                () -> {
                    try (var full = new FullQueue(HERE, 0)) {
                        int before = openChannels();
                        assertThatExceptionOfType(TimeoutException.class)
                                .isThrownBy(
                                        () ->
                                                Weft.timeout(
                                                        SHORT,
                                                        () -> {
                                                            TcpStream.connect(HERE, full.port());
                                                        }));
                        assertThat(openChannels()).isEqualTo(before);
                    }
                });
    }

    @Test
    void cancelled_at_any_moment_it_has_connected_or_left_nothing() throws Exception {
        serving(
                peer -> peer.read().close(),
                (group, server) -> {
                    for (int moment = 0; moment < 40; moment++) {
                        cancelAt(moment, group, port(server));
                    }
                });
    }

    private static void cancelAt(int moment, Group group, int port) {
        Task<TcpStream> connecting = group.start(() -> TcpStream.connect("localhost", port));
        for (int i = 0; i < moment; i++) {
            Weft.checkpoint();
        }
        connecting.cancel("at moment " + moment);
        if (connecting.outcome() instanceof Outcome.Success<TcpStream>(TcpStream stream)) {
            stream.close();
        }
        // Besides the server's own there are those that it has not noticed the end of yet.
        until(() -> openChannels() == 1);
    }

    @Test
    void both_sides_know_each_others_address() throws Exception {
        List<InetSocketAddress> addresses = new ArrayList<>();
        serving(
                peer -> {
                    addresses.add(peer.localAddress());
                    addresses.add(peer.remoteAddress());
                    assertThat(peer).hasToString("TcpStream " + HERE + ":" + port(peer));
                },
                (group, server) -> {
                    try (var stream = connect(server)) {
                        assertThat(stream.read().isEmpty()).isTrue();
                        assertThat(addresses)
                                .containsExactly(server.localAddress(), stream.localAddress());
                        assertThat(stream.remoteAddress()).isEqualTo(server.localAddress());
                        assertThat(stream).hasToString("TcpStream " + HERE + ":" + port(server));
                    }
                });
    }

    private static int port(TcpStream peer) {
        return peer.remoteAddress().getPort();
    }

    @Test
    void a_local_address_is_used() throws Exception {
        serving(
                peer -> peer.write(Bytes.utf8(peer.remoteAddress().getHostString())),
                (group, server) -> {
                    var from = Networks.at("127.0.0.9", 0);
                    try (var stream = TcpStream.connect(to(server).localAddress(from))) {
                        assertThat(stream.localAddress().getHostString()).isEqualTo("127.0.0.9");
                        assertThat(stream.readLine()).isEqualTo("127.0.0.9");
                    }
                });
    }

    @Test
    void a_local_port_is_used() throws Exception {
        serving(
                TestLoop::echo,
                (group, server) -> {
                    var from = Networks.at(HERE, unusedPort());
                    try (var stream = TcpStream.connect(to(server).localAddress(from))) {
                        assertThat(stream.localAddress()).isEqualTo(from);
                        assertThat(ask(stream, "hello")).isEqualTo("hello");
                    }
                });
    }

    @Test
    void a_local_address_of_somebody_else_is_refused() throws Exception {
        serving(
                TestLoop::echo,
                (group, server) -> {
                    var from = Networks.at("192.0.2.1", 0);
                    assertThatExceptionOfType(ConnectFailedException.class)
                            .isThrownBy(() -> TcpStream.connect(to(server).localAddress(from)))
                            .matches(e -> e.kind() == ConnectFailedException.Kind.OTHER)
                            .withMessageContaining("cannot assign requested address");
                    assertThat(openChannels()).isEqualTo(1);
                });
    }

    @Test
    void localhost_is_found_by_its_name() throws Exception {
        serving(
                ServerOptions.of("localhost", 0),
                TestLoop::echo,
                (group, server) -> {
                    try (var stream = TcpStream.connect("localhost", port(server))) {
                        assertThat(stream.remoteAddress().getAddress().isLoopbackAddress())
                                .isTrue();
                        assertThat(ask(stream, "hello")).isEqualTo("hello");
                    }
                });
    }

    @Test
    void an_address_of_IPv6_is_connected_to() throws Exception {
        assumeTrue(network.equals(Networks.SIMULATED) || hasIpv6());
        serving(
                ServerOptions.of("::1", 0),
                peer -> peer.write(Bytes.utf8(peer.toString())),
                (group, server) -> {
                    try (var stream = TcpStream.connect("::1", port(server))) {
                        assertThat(stream.remoteAddress().getAddress())
                                .isEqualTo(NetUtil.LOCALHOST6);
                        assertThat(stream).hasToString("TcpStream [::1]:" + port(server));
                        assertThat(stream.readLine()).endsWith(":" + port(stream.localAddress()));
                    }
                });
    }

    private static int port(InetSocketAddress address) {
        return address.getPort();
    }

    private static boolean hasIpv6() {
        try (var _ = new ServerSocket(0, 1, NetUtil.LOCALHOST6)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void many_connect_at_once_and_each_has_a_connection_of_its_own() throws Exception {
        int many = 200;
        serving(
                TestLoop::echo,
                (group, server) -> {
                    List<Task<?>> clients = new ArrayList<>();
                    List<TcpStream> open = new ArrayList<>();
                    for (int i = 0; i < many; i++) {
                        String own = "client " + i;
                        clients.add(
                                group.start(
                                        () -> {
                                            TcpStream stream = connect(server);
                                            open.add(stream);
                                            assertThat(ask(stream, own)).isEqualTo(own);
                                        }));
                    }
                    Weft.await(clients, Until.ALL_COMPLETED);
                    assertThat(server.connections()).isEqualTo(many);
                    open.forEach(TcpStream::close);
                    until(() -> server.connections() == 0);
                });
    }

    @Test
    void one_connects_again_and_again() throws Exception {
        serving(
                TestLoop::echo,
                (group, server) -> {
                    for (int i = 0; i < 50; i++) {
                        assertEchoes(server);
                    }
                    until(() -> openChannels() == 1);
                });
    }

    @Test
    void a_detached_channel_is_its_takers() throws Exception {
        List<String> heard = new ArrayList<>();
        serving(
                peer -> heard.add(peer.readLine() + " " + peer.readLine()),
                (group, server) -> {
                    TcpStream stream = connect(server);
                    Channel channel = stream.detach();
                    assertIsClosed(() -> stream.read());
                    assertIsClosed(() -> stream.detach());
                    stream.close();
                    assertThat(channel.isActive()).isTrue();
                    var inside = InsideNetty.mark();
                    inside.enter();
                    try {
                        var text = ByteBufUtil.writeUtf8(channel.alloc(), "over Netty\n");
                        var _ = channel.writeAndFlush(text);
                        var _ = channel.close();
                    } finally {
                        inside.exit();
                    }
                    until(() -> !heard.isEmpty());
                    assertThat(heard).containsExactly("over Netty null");
                });
    }

    // ---- a name with several addresses

    @Test
    void a_dead_first_address_does_not_hold_the_second_up() throws Exception {
        serving(
                TestLoop::echo,
                (group, server) -> {
                    try (var full = new FullQueue("127.0.0.2", port(server))) {
                        int before = openChannels();
                        var options =
                                ConnectOptions.of("two", full.port())
                                        .attemptDelay(Duration.ofMillis(20));
                        try (var stream = ConnectTest.connect(options, "127.0.0.2", HERE)) {
                            assertThat(stream.remoteAddress().getHostString()).isEqualTo(HERE);
                            // Ours and the server's; the loser is closed.
                            until(() -> openChannels() == before + 2);
                        }
                    }
                });
    }

    @Test
    void a_refused_address_is_followed_by_the_next_without_delay() throws Exception {
        serving(
                TestLoop::echo,
                (group, server) -> {
                    var options = ConnectOptions.of("three", port(server)).attemptDelay(LONG);
                    ConnectTest.connect(options, "127.0.0.3", "127.0.0.4", HERE).close();
                });
    }

    @Test
    void of_two_that_answer_one_is_closed() throws Exception {
        serving(
                ServerOptions.of("0.0.0.0", 0),
                TestLoop::echo,
                (group, server) -> {
                    var options =
                            ConnectOptions.of("two", port(server)).attemptDelay(Duration.ZERO);
                    try (var stream = ConnectTest.connect(options, "127.0.0.2", "127.0.0.3")) {
                        assertThat(ask(stream, "hello")).isEqualTo("hello");
                        until(() -> openChannels() == 3 && server.connections() == 1);
                    }
                });
    }

    @Test
    void when_all_addresses_fail_each_failure_is_reported() throws Exception {
        run(
                () -> {
                    int port = unusedPort();
                    assertThatExceptionOfType(ConnectFailedException.class)
                            .isThrownBy(
                                    () ->
                                            ConnectTest.connect(
                                                    ConnectOptions.of("two", port),
                                                    HERE,
                                                    "127.0.0.2"))
                            .withMessage(
                                    "two:" + port + ": connection refused (127.0.0.1, 127.0.0.2)")
                            .matches(e -> e.getSuppressed().length == 1)
                            .matches(e -> e.kind() == ConnectFailedException.Kind.REFUSED);
                });
    }

    @Test
    void cancelled_between_two_attempts_it_leaves_nothing_open() throws Exception {
        run(
                () -> {
                    try (var first = new FullQueue(HERE, 0);
                            var second = new FullQueue("127.0.0.2", first.port())) {
                        int before = openChannels();
                        var options =
                                ConnectOptions.of("two", second.port())
                                        .attemptDelay(Duration.ofMillis(10));
                        Weft.group(
                                group -> {
                                    var task =
                                            group.start(
                                                    () ->
                                                            ConnectTest.connect(
                                                                    options, HERE, "127.0.0.2"));
                                    until(() -> openChannels() == before + 2);
                                    StreamContract.cancel(task);
                                });
                        assertThat(openChannels()).isEqualTo(before);
                    }
                });
    }

    // ---- listening

    @Test
    void the_system_chooses_a_port_of_its_own_for_each() throws Exception {
        listening(
                (group, server) -> {
                    try (var other = TcpServer.listen(HERE, 0)) {
                        assertThat(port(server)).isPositive().isNotEqualTo(port(other));
                        assertThat(server).hasToString("TcpServer " + HERE + ":" + port(server));
                    }
                });
    }

    @Test
    void an_address_in_use_is_named() throws Exception {
        listening(
                (group, server) ->
                        assertThatExceptionOfType(BindFailedException.class)
                                .isThrownBy(() -> TcpServer.listen(HERE, port(server)))
                                .withMessageStartingWith(HERE + ":" + port(server))
                                .withMessageContaining("in use"));
    }

    @Test
    void an_address_of_somebody_else_is_refused() throws Exception {
        run(
                () ->
                        assertThatExceptionOfType(BindFailedException.class)
                                .isThrownBy(() -> TcpServer.listen("192.0.2.1", 0))
                                .withMessageContaining("cannot assign requested address"));
    }

    @Test
    void an_address_is_free_again_after_close() throws Exception {
        run(
                () -> {
                    int port = unusedPort();
                    for (int i = 0; i < 3; i++) {
                        try (var server = TcpServer.listen(HERE, port)) {
                            Weft.group(
                                    group -> {
                                        group.background(
                                                () -> server.serve(peer -> peer.readLine()));
                                        try (var stream = connect(server)) {
                                            // the server is who ends it, and so who remembers it
                                            assertThat(ask(stream, "x")).isEqualTo("null");
                                        }
                                    });
                        }
                        closed();
                    }
                });
    }

    @Test
    void all_addresses_of_the_machine_are_listened_at() throws Exception {
        serving(
                ServerOptions.of("", 0),
                TestLoop::echo,
                (group, server) -> {
                    for (String address : List.of(HERE, "127.0.0.2")) {
                        try (var stream = TcpStream.connect(address, port(server))) {
                            assertThat(ask(stream, address)).isEqualTo(address);
                        }
                    }
                });
    }

    @Test
    void a_port_is_shared_by_those_who_say_so() throws Exception {
        var shared = ServerOptions.of(HERE, 0).reusePort(true);
        int[] served = {0, 0};
        run(
                () -> {
                    try (var one = TcpServer.listen(shared);
                            var other =
                                    TcpServer.listen(
                                            ServerOptions.of(HERE, port(one)).reusePort(true))) {
                        assertThatExceptionOfType(BindFailedException.class)
                                .isThrownBy(() -> TcpServer.listen(HERE, port(one)));
                        Weft.group(
                                group -> {
                                    group.background(() -> one.serve(peer -> served[0]++));
                                    group.background(() -> other.serve(peer -> served[1]++));
                                    for (int i = 0; i < 60; i++) {
                                        try (var stream = connect(one)) {
                                            assertThat(stream.read().isEmpty()).isTrue();
                                        }
                                    }
                                });
                    }
                });
        assertThat(served[0]).isBetween(1, 59);
        assertThat(served[0] + served[1]).isEqualTo(60);
    }

    @Test
    void who_connects_before_it_is_served_waits() throws Exception {
        listening(
                (group, server) -> {
                    try (var stream = connect(server)) {
                        stream.write(Bytes.utf8("early\n"));
                        stream.flush();
                        group.background(() -> server.serve(TestLoop::echo));
                        assertThat(stream.readLine()).isEqualTo("early");
                    }
                });
    }

    @Test
    void who_waits_when_it_closes_unserved_is_reset() throws Exception {
        listening(
                (group, server) -> {
                    try (var stream = connect(server)) {
                        server.close();
                        assertIsReset(() -> stream.read());
                    }
                });
    }

    @Test
    void who_has_gone_before_it_is_served_is_no_news() throws Exception {
        try (var log = new Log()) {
            listening(
                    (group, server) -> {
                        connect(server).abort();
                        connect(server).close();
                        group.background(() -> server.serve(TestLoop::echo));
                        assertEchoes(server);
                        until(() -> server.connections() == 0);
                    });
            assertThat(log.warnings()).isEmpty();
        }
    }

    // ---- serving

    @Test
    void a_connection_ends_with_its_handler() throws Exception {
        List<TcpStream> handled = new ArrayList<>();
        serving(
                peer -> {
                    handled.add(peer);
                    peer.write(Bytes.utf8("bye\n"));
                },
                (group, server) -> {
                    try (var stream = connect(server)) {
                        assertThat(stream.readLine()).isEqualTo("bye");
                        assertThat(stream.readLine()).isNull();
                        assertThat(handled.getFirst().isClosed()).isTrue();
                        until(() -> server.connections() == 0);
                    }
                });
    }

    @Test
    void a_client_that_has_ended_its_side_is_still_answered() throws Exception {
        serving(
                peer -> peer.write(StreamContract.readAll(peer)),
                (group, server) -> {
                    try (var stream = connect(server)) {
                        StreamContract.writeAndEnd(stream, "question");
                        assertThat(stream.readLine()).isEqualTo("question");
                        assertThat(stream.readLine()).isNull();
                    }
                });
    }

    @Test
    void a_server_that_has_ended_its_side_still_listens_to_its_client() throws Exception {
        List<String> heard = new ArrayList<>();
        serving(
                peer -> {
                    StreamContract.writeAndEnd(peer, "tell me");
                    heard.add(peer.readLine());
                },
                (group, server) -> {
                    try (var stream = connect(server)) {
                        assertThat(stream.readLine()).isEqualTo("tell me");
                        assertThat(stream.readLine()).isNull();
                        stream.write(Bytes.utf8("all\n"));
                        until(() -> !heard.isEmpty());
                    }
                });
        assertThat(heard).containsExactly("all");
    }

    @Test
    void a_handler_that_fails_ends_its_connection_and_not_the_server() throws Exception {
        try (var log = new Log()) {
            serving(
                    peer -> {
                        if ("fail".equals(peer.readLine())) {
                            throw new IOException("as asked for");
                        }
                        peer.write(Bytes.utf8("fine"));
                    },
                    (group, server) -> {
                        try (var stream = connect(server)) {
                            assertThat(ask(stream, "fail")).isEqualTo("null");
                        }
                        try (var stream = connect(server)) {
                            assertThat(ask(stream, "work")).isEqualTo("fine");
                        }
                    });
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(record -> assertThat(record.getThrown()).hasMessage("as asked for"))
                    .satisfies(
                            record ->
                                    assertThat(record.getMessage())
                                            .contains("TcpServer " + HERE + ":"));
        }
    }

    @Test
    void a_logger_that_fails_takes_nothing_with_it() throws Exception {
        try (var log = new Log()) {
            log.breakDown();
            serving(
                    peer -> {
                        peer.readLine();
                        throw new IllegalStateException("to be reported");
                    },
                    (group, server) -> {
                        for (int i = 0; i < 2; i++) {
                            try (var stream = connect(server)) {
                                assertThat(ask(stream, "x")).isEqualTo("null");
                            }
                        }
                    });
            assertThat(log.warnings()).hasSize(2);
        }
    }

    @Test
    void a_client_that_goes_away_is_no_news() throws Exception {
        try (var log = new Log()) {
            serving(
                    TestLoop::echo,
                    (group, server) -> {
                        var stream = connect(server);
                        assertThat(ask(stream, "hello")).isEqualTo("hello");
                        stream.abort();
                        until(() -> openChannels() == 1);
                    });
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void a_reset_is_one_connections_affair() throws Exception {
        serving(
                TestLoop::echo,
                (group, server) -> {
                    try (var stays = connect(server);
                            var goes = connect(server)) {
                        assertThat(ask(stays, "one")).isEqualTo("one");
                        assertThat(ask(goes, "two")).isEqualTo("two");
                        goes.abort();
                        until(() -> server.connections() == 1);
                        assertThat(ask(stays, "three")).isEqualTo("three");
                    }
                });
    }

    @Test
    void connections_are_counted() throws Exception {
        serving(
                TestLoop::echo,
                (group, server) -> {
                    assertThat(server.connections()).isZero();
                    try (var first = connect(server)) {
                        assertThat(ask(first, "x")).isEqualTo("x");
                        assertThat(server.connections()).isEqualTo(1);
                        assertEchoes(server);
                        until(() -> server.connections() == 1);
                    }
                    until(() -> server.connections() == 0);
                });
    }

    @Test
    void no_more_connections_are_served_than_allowed_and_the_others_wait() throws Exception {
        int[] now = {0};
        int[] most = {0};
        int[] served = {0};
        serving(
                ServerOptions.of(HERE, 0).maxConnections(2),
                peer -> {
                    most[0] = Math.max(most[0], ++now[0]);
                    peer.write(Bytes.utf8(peer.readLine() + "\n"));
                    now[0]--;
                    served[0]++;
                },
                (group, server) ->
                        Weft.group(
                                clients -> {
                                    for (int i = 0; i < 20; i++) {
                                        clients.start(() -> assertEchoes(server));
                                    }
                                }));
        assertThat(most[0]).isEqualTo(2);
        assertThat(served[0]).isEqualTo(20);
    }

    @Test
    void a_server_is_served_once_at_a_time() throws Exception {
        serving(
                TestLoop::echo,
                (group, server) -> {
                    assertEchoes(server);
                    assertThatIllegalStateException()
                            .isThrownBy(() -> server.serve(TestLoop::echo))
                            .withMessageContaining("being served already");
                });
    }

    // ---- stopping

    @Test
    void cancelling_serve_cancels_the_connections_and_closes_all() throws Exception {
        listening(
                (group, server) -> {
                    List<String> ended = new ArrayList<>();
                    Task<?> serving =
                            group.start(
                                    () ->
                                            server.serve(
                                                    peer -> {
                                                        try {
                                                            peer.write(Bytes.utf8("hello\n"));
                                                            Weft.sleep(LONG);
                                                        } finally {
                                                            ended.add("handler");
                                                        }
                                                    }));
                    try (var stream = connect(server)) {
                        assertThat(stream.readLine()).isEqualTo("hello");
                        StreamContract.cancel(serving);
                        ended.add("serve");
                        assertThat(ended).containsExactly("handler", "serve");
                        assertThat(stream.read().isEmpty()).isTrue();
                    }
                    assertThat(openChannels()).isZero();
                    assertRefused(port(server));
                });
    }

    @Test
    void close_stops_listening_and_lets_connections_finish() throws Exception {
        listening(
                (group, server) -> {
                    Task<?> serving = group.start(() -> server.serve(TestLoop::echo));
                    try (var stream = connect(server)) {
                        assertThat(ask(stream, "one")).isEqualTo("one");
                        server.close();
                        server.close();
                        assertRefused(port(server));
                        assertThat(ask(stream, "two")).isEqualTo("two");
                        assertThat(serving.isDone()).isFalse();
                    }
                    serving.await();
                    assertThatExceptionOfType(ConnectionClosedException.class)
                            .isThrownBy(() -> server.serve(TestLoop::echo));
                });
    }

    @Test
    void close_ends_a_wait_for_the_first_connection() throws Exception {
        listening(
                (group, server) -> {
                    Task<?> serving = group.start(() -> server.serve(TestLoop::echo));
                    Weft.sleep(Duration.ofMillis(1));
                    server.close();
                    serving.await();
                });
    }

    @Test
    void shutdown_waits_for_connections_that_end_in_time_and_takes_no_more() throws Exception {
        serving(
                peer -> peer.readLine(),
                (group, server) -> {
                    try (var stream = connect(server)) {
                        until(() -> server.connections() == 1);
                        Task<Boolean> stopping = group.start(() -> server.shutdown(LONG));
                        Weft.sleep(Duration.ofMillis(1));
                        assertRefused(port(server));
                        assertThat(stopping.isDone()).isFalse();
                        assertThat(ask(stream, "go on")).isEqualTo("null");
                        assertThat(stopping.await()).isTrue();
                    }
                });
    }

    @Test
    void shutdown_cancels_when_the_grace_is_over_and_clean_up_may_still_write() throws Exception {
        List<String> reasons = new ArrayList<>();
        serving(
                peer -> {
                    try {
                        Weft.sleep(LONG);
                    } catch (CancelledError e) {
                        reasons.add(String.valueOf(e.getMessage()));
                        peer.write(Bytes.utf8("bye\n"));
                        throw e;
                    }
                },
                (group, server) -> {
                    try (var stream = connect(server)) {
                        until(() -> server.connections() == 1);
                        assertThat(server.shutdown(SHORT)).isFalse();
                        assertThat(server.connections()).isZero();
                        assertThat(stream.readLine()).isEqualTo("bye");
                        assertThat(stream.readLine()).isNull();
                    }
                });
        assertThat(reasons)
                .singleElement()
                .satisfies(
                        reason ->
                                assertThat(reason)
                                        .contains("TcpServer " + HERE + ":")
                                        .contains("shuts down"));
    }

    @Test
    void without_a_grace_shutdown_cancels_at_once() throws Exception {
        serving(
                peer -> Weft.sleep(LONG),
                (group, server) -> {
                    try (var stream = connect(server)) {
                        until(() -> server.connections() == 1);
                        assertThat(server.shutdown(Duration.ZERO)).isFalse();
                        assertThat(stream.readLine()).isNull();
                    }
                });
    }

    @Test
    void a_handler_can_not_wait_for_its_own_end() throws Exception {
        TcpServer[] own = new TcpServer[1];
        serving(
                peer -> {
                    peer.readLine();
                    assertThatIllegalStateException()
                            .isThrownBy(() -> own[0].shutdown(LONG))
                            .withMessageContaining("task of its own");
                    peer.write(Bytes.utf8("refused\n"));
                },
                (group, server) -> {
                    own[0] = server;
                    try (var stream = connect(server)) {
                        assertThat(ask(stream, "stop")).isEqualTo("refused");
                    }
                });
    }

    @Test
    void a_negative_grace_is_refused_and_the_server_goes_on() throws Exception {
        serving(
                TestLoop::echo,
                (group, server) -> {
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> server.shutdown(Duration.ofSeconds(-1)));
                    assertEchoes(server);
                });
    }

    @Test
    void a_server_that_nobody_serves_shuts_down_at_once() throws Exception {
        listening(
                (group, server) -> {
                    assertThat(server.shutdown(LONG)).isTrue();
                    assertRefused(port(server));
                });
    }

    // ---- TLS

    private static ConnectOptions securely(TcpServer server) {
        return ConnectOptions.of("localhost", port(server)).tls(TRUSTING);
    }

    private static void assertEchoesSecurely(TcpServer server) {
        try (var stream = TcpStream.connect(securely(server))) {
            assertThat(stream.tlsInfo().orElseThrow().protocol()).isEqualTo("TLSv1.3");
            assertThat(ask(stream, "hello")).isEqualTo("hello");
        }
    }

    @Test
    void a_connection_is_secured_and_verified() throws Exception {
        serving(
                ServerOptions.of(HERE, 0).tls(SERVER),
                peer -> {
                    assertThat(peer.tlsInfo()).isPresent();
                    TestLoop.echo(peer);
                },
                (group, server) -> assertEchoesSecurely(server));
    }

    @Test
    void both_sides_learn_which_protocol_was_agreed_on() throws Exception {
        serving(
                ServerOptions.of(HERE, 0).tls(SERVER.alpn("h2", "http/1.1")),
                peer -> peer.write(Bytes.utf8(peer.tlsInfo().orElseThrow().applicationProtocol())),
                (group, server) -> {
                    var options = securely(server).tls(TRUSTING.alpn("x", "http/1.1"));
                    try (var stream = TcpStream.connect(options)) {
                        assertThat(stream.tlsInfo().orElseThrow().applicationProtocol())
                                .isEqualTo("http/1.1");
                        assertThat(stream.readLine()).isEqualTo("http/1.1");
                    }
                });
    }

    @Test
    void a_certificate_of_a_stranger_is_refused_and_the_server_goes_on() throws Exception {
        serving(
                ServerOptions.of(HERE, 0).tls(SERVER),
                TestLoop::echo,
                (group, server) -> {
                    var suspicious = TlsOptions.client().trust(Certificates.stranger());
                    assertThatExceptionOfType(TlsException.class)
                            .isThrownBy(() -> TcpStream.connect(securely(server).tls(suspicious)))
                            .matches(e -> e.kind() == TlsException.Kind.CERTIFICATE);
                    until(() -> openChannels() == 1);
                    assertEchoesSecurely(server);
                });
    }

    @Test
    void a_client_that_leaves_in_the_handshake_is_no_news() throws Exception {
        try (var log = new Log()) {
            serving(
                    ServerOptions.of(HERE, 0).tls(SERVER),
                    TestLoop::echo,
                    (group, server) -> {
                        connect(server).abort();
                        connect(server).close();
                        assertEchoesSecurely(server);
                        until(() -> openChannels() == 1);
                    });
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void a_server_that_speaks_no_TLS_is_told() throws Exception {
        serving(
                peer -> {
                    peer.write(Bytes.utf8("220 I speak first, and not TLS\r\n"));
                    peer.readLine();
                },
                (group, server) ->
                        assertThatExceptionOfType(TlsException.class)
                                .isThrownBy(() -> TcpStream.connect(securely(server)))
                                .withMessageContaining("does not speak TLS"));
    }

    @Test
    void a_server_that_says_nothing_counts_against_the_limit_of_connecting() throws Exception {
        serving(
                peer -> Weft.sleep(LONG),
                (group, server) ->
                        assertThatExceptionOfType(ConnectFailedException.class)
                                .isThrownBy(
                                        () ->
                                                TcpStream.connect(
                                                        securely(server)
                                                                .connectTimeout(
                                                                        Duration.ofMillis(300))))
                                .matches(e -> e.kind() == ConnectFailedException.Kind.TIMEOUT)
                                .withMessageContaining("TLS's handshake"));
    }

    @Test
    void a_connection_is_secured_in_place_when_both_have_agreed() throws Exception {
        serving(
                peer -> {
                    peer.write(Bytes.utf8("go on, " + peer.readLine() + "\n"));
                    peer.startTls(SERVER);
                    TestLoop.echo(peer);
                },
                (group, server) -> {
                    try (var stream = TcpStream.connect("localhost", port(server))) {
                        assertThat(ask(stream, "STARTTLS")).isEqualTo("go on, STARTTLS");
                        assertThat(stream.tlsInfo()).isEmpty();
                        stream.startTls(TRUSTING);
                        assertThat(stream.tlsInfo().orElseThrow().protocol()).isEqualTo("TLSv1.3");
                        assertThat(ask(stream, "hello")).isEqualTo("hello");
                    }
                });
    }

    @Test
    void a_connection_that_can_not_be_secured_in_place_is_aborted() throws Exception {
        serving(
                peer -> {
                    peer.readLine();
                    peer.write(Bytes.utf8("no\n"));
                    peer.readLine();
                },
                (group, server) -> {
                    try (var stream = TcpStream.connect("localhost", port(server))) {
                        stream.write(Bytes.utf8("STARTTLS\n"));
                        assertThatExceptionOfType(TlsException.class)
                                .isThrownBy(() -> stream.startTls(TRUSTING));
                        assertThat(stream.isClosed()).isTrue();
                        until(() -> openChannels() == 1);
                    }
                });
    }
}

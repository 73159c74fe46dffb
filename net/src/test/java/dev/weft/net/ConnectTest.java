package dev.weft.net;

import static dev.weft.net.TestLoop.openChannels;
import static dev.weft.net.TestLoop.run;
import static dev.weft.net.TestLoop.serving;
import static dev.weft.net.TestLoop.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
@Timeout(60)
class ConnectTest {
    private final String driver;

    ConnectTest(String driver) {
        this.driver = driver;
    }

    private static InetAddress address(String literal) throws IOException {
        return InetAddress.getByName(literal);
    }

    static int unusedPort() throws IOException {
        try (var probe = new ServerSocket(0, 1, address("127.0.0.1"))) {
            return probe.getLocalPort();
        }
    }

    // ---- failures

    @Test
    void refused_is_told_from_other_failures_and_names_the_target() throws Exception {
        int port = unusedPort();
        run(
                driver,
                () ->
                        assertThatExceptionOfType(ConnectFailedException.class)
                                .isThrownBy(() -> TcpStream.connect("127.0.0.1", port))
                                .matches(e -> e.kind() == ConnectFailedException.Kind.REFUSED)
                                .matches(e -> e.target().equals("127.0.0.1:" + port))
                                .withMessage("127.0.0.1:" + port + ": connection refused"));
    }

    @Test
    void no_answer_within_connectTimeout_is_a_timeout() throws Exception {
        try (var hole = new BlackHole("127.0.0.1", 0)) {
            int port = hole.port();
            run(
                    driver,
                    () ->
                            assertThatExceptionOfType(ConnectFailedException.class)
                                    .isThrownBy(
                                            () ->
                                                    TcpStream.connect(
                                                            ConnectOptions.of("127.0.0.1", port)
                                                                    .connectTimeout(
                                                                            Duration.ofMillis(50))))
                                    .matches(e -> e.kind() == ConnectFailedException.Kind.TIMEOUT)
                                    .withMessageContaining("within 50ms"));
        }
    }

    @Test
    void a_timeout_around_it_leaves_nothing_open() throws Exception {
        try (var hole = new BlackHole("127.0.0.1", 0)) {
            int port = hole.port();
            run(
                    driver,
                    () -> {
                        assertThatExceptionOfType(TimeoutException.class)
                                .isThrownBy(
                                        () ->
                                                Weft.timeout(
                                                        Duration.ofMillis(50),
                                                        () -> {
                                                            TcpStream.connect("127.0.0.1", port);
                                                        }));
                        assertThat(openChannels()).isZero();
                    });
        }
    }

    @Test
    void cancelled_at_any_moment_it_has_connected_or_left_nothing() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> peer.read().close(),
                                port -> {
                                    for (int moment = 0; moment < 40; moment++) {
                                        cancelAt(moment, port);
                                    }
                                }));
    }

    private static void cancelAt(int moment, int port) {
        Weft.group(
                group -> {
                    Task<TcpStream> connecting =
                            group.start(() -> TcpStream.connect("localhost", port));
                    for (int i = 0; i < moment; i++) {
                        Weft.checkpoint();
                    }
                    connecting.cancel("at moment " + moment);
                    if (connecting.outcome()
                            instanceof Outcome.Success<TcpStream>(TcpStream stream)) {
                        stream.close();
                    }
                    // Besides the server's own there are those that it has not noticed the end of
                    // yet.
                    until(() -> openChannels() == 1);
                });
    }

    @Test
    void arguments_out_of_range_are_refused_at_once() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectOptions.of("h", 0))
                .withMessageContaining("port 0 of h");
        assertThatIllegalArgumentException().isThrownBy(() -> ConnectOptions.of("", 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectOptions.of("h", 1).connectTimeout(Duration.ZERO));
    }

    @Test
    void off_a_loop_it_says_what_to_do() {
        assertThatIllegalStateException()
                .isThrownBy(() -> TcpStream.connect("localhost", 1))
                .withMessageContaining("Weft.run");
    }

    @Test
    void in_an_offloaded_call_it_names_the_way_back() {
        Weft.run(
                () ->
                        Weft.offload(
                                () ->
                                        assertThatIllegalStateException()
                                                .isThrownBy(() -> TcpStream.connect("localhost", 1))
                                                .withMessageContaining("TcpStream.connect")
                                                .withMessageContaining("Offload.onLoop")));
    }

    @Test
    void a_local_address_is_used() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer ->
                                        peer.write(
                                                Bytes.utf8(peer.remoteAddress().getHostString())),
                                port -> {
                                    var options =
                                            ConnectOptions.of("127.0.0.1", port)
                                                    .localAddress(
                                                            new InetSocketAddress(
                                                                    address("127.0.0.9"), 0));
                                    try (var stream = TcpStream.connect(options)) {
                                        assertThat(stream.localAddress().getHostString())
                                                .isEqualTo("127.0.0.9");
                                        assertThat(stream.readLine()).isEqualTo("127.0.0.9");
                                    }
                                }));
    }

    // ---- Happy Eyeballs

    private static TcpStream connect(ConnectOptions options, String... literals)
            throws IOException {
        NettyDriver driver = NettyDriver.current("test");
        InetAddress[] addresses = new InetAddress[literals.length];
        for (int i = 0; i < literals.length; i++) {
            addresses[i] = address(literals[i]);
        }
        Lookup lookup = Lookup.known(driver.dns.client(null), options.host(), List.of(addresses));
        var channel = new HappyEyeballs(driver, options, lookup).connect(() -> {});
        Link link = new Link(options.target(), options.host(), options.port(), false, channel);
        return new TcpStream(driver, link, null);
    }

    @Test
    void a_dead_first_address_does_not_hold_the_second_up() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                TestLoop::echo,
                                port -> {
                                    try (var hole = new BlackHole("127.0.0.2", port)) {
                                        var options =
                                                ConnectOptions.of("two", hole.port())
                                                        .attemptDelay(Duration.ofMillis(20));
                                        try (var stream =
                                                connect(options, "127.0.0.2", "127.0.0.1")) {
                                            assertThat(stream.remoteAddress().getHostString())
                                                    .isEqualTo("127.0.0.1");
                                            // The server, its connection, ours; the loser is
                                            // closed.
                                            until(() -> openChannels() == 3);
                                        }
                                    }
                                }));
    }

    @Test
    void a_refused_address_is_followed_by_the_next_without_delay() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                TestLoop::echo,
                                port -> {
                                    var options =
                                            ConnectOptions.of("two", port)
                                                    .attemptDelay(Duration.ofDays(1));
                                    connect(options, "127.0.0.3", "127.0.0.4", "127.0.0.1").close();
                                }));
    }

    @Test
    void when_all_addresses_fail_each_failure_is_reported() throws Exception {
        int port = unusedPort();
        run(
                driver,
                () ->
                        assertThatExceptionOfType(ConnectFailedException.class)
                                .isThrownBy(
                                        () ->
                                                connect(
                                                        ConnectOptions.of("two", port),
                                                        "127.0.0.1",
                                                        "127.0.0.2"))
                                .withMessage(
                                        "two:"
                                                + port
                                                + ": connection refused (127.0.0.1, 127.0.0.2)")
                                .matches(e -> e.getSuppressed().length == 1)
                                .matches(e -> e.kind() == ConnectFailedException.Kind.REFUSED));
    }

    @Test
    void cancelled_between_two_attempts_it_leaves_nothing_open() throws Exception {
        try (var first = new BlackHole("127.0.0.1", 0);
                var second = new BlackHole("127.0.0.2", first.port())) {
            int port = second.port();
            run(
                    driver,
                    () -> {
                        var options =
                                ConnectOptions.of("two", port).attemptDelay(Duration.ofMillis(10));
                        Weft.group(
                                group -> {
                                    var task =
                                            group.start(
                                                    () ->
                                                            connect(
                                                                    options,
                                                                    "127.0.0.1",
                                                                    "127.0.0.2"));
                                    until(() -> openChannels() == 2);
                                    task.cancel("enough");
                                    task.outcome();
                                });
                        assertThat(openChannels()).isZero();
                    });
        }
    }

    @Test
    void families_take_turns_beginning_with_the_first() throws Exception {
        var six = List.of(address("::1"), address("::2"), address("::3"));
        var four = List.of(address("127.0.0.1"), address("127.0.0.2"));
        var turns = new AddressTurns();
        turns.add(six);
        turns.add(four);
        assertThat(inTurn(turns, 5))
                .containsExactly(six.get(0), four.get(0), six.get(1), four.get(1), six.get(2));
        assertThat(turns.next()).isNull();
        var others = new AddressTurns();
        others.add(List.of(four.get(0), six.get(0)));
        assertThat(inTurn(others, 2)).containsExactly(four.get(0), six.get(0));
    }

    @Test
    void a_family_that_comes_later_has_the_next_turn_and_nothing_is_tried_twice() throws Exception {
        var six = List.of(address("::1"), address("::2"));
        var four = List.of(address("127.0.0.1"), address("127.0.0.2"));
        var turns = new AddressTurns();
        turns.add(four);
        assertThat(turns.next()).isEqualTo(four.get(0));
        turns.add(List.of(six.get(0), six.get(1), four.get(0), four.get(1)));
        assertThat(inTurn(turns, 3)).containsExactly(six.get(0), four.get(1), six.get(1));
        assertThat(turns.isEmpty()).isTrue();
    }

    private static List<@Nullable InetAddress> inTurn(AddressTurns turns, int number) {
        List<@Nullable InetAddress> all = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            all.add(turns.next());
        }
        return all;
    }
}

package dev.weft.net;

import static dev.weft.net.Networks.at;
import static dev.weft.net.StreamContract.assertIsForeign;
import static dev.weft.net.StreamContract.cancel;
import static dev.weft.net.StreamContract.directBuffer;
import static dev.weft.net.StreamContract.random;
import static dev.weft.net.TestLoop.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Group;
import dev.weft.Task;
import dev.weft.Weft;

import io.netty.buffer.ByteBuf;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** What {@link UdpSocket} does with each driver, and over a simulated network. */
@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.Networks#all")
@Timeout(60)
class UdpContractTest {
    private static final String HERE = "127.0.0.1";

    private final String network;

    UdpContractTest(String network) {
        this.network = network;
    }

    /** A case: two sockets that are not connected, closed after it. */
    interface Case {
        void run(Group group, UdpSocket left, UdpSocket right) throws Exception;
    }

    private void sockets(Case body) throws Exception {
        sockets(UdpOptions.of(HERE, 0), body);
    }

    private void sockets(UdpOptions options, Case body) throws Exception {
        Networks.run(
                network,
                () -> {
                    try (var left = UdpSocket.bind(UdpOptions.of(HERE, 0));
                            var right = UdpSocket.bind(options)) {
                        Weft.group(group -> body.run(group, left, right));
                    }
                });
    }

    /** As {@link #sockets}, with {@code left} connected to {@code right}. */
    private void connected(Case body) throws Exception {
        Networks.run(
                network,
                () -> {
                    try (var right = UdpSocket.bind(HERE, 0);
                            var left = UdpSocket.connect(HERE, at(right).getPort())) {
                        Weft.group(group -> body.run(group, left, right));
                    }
                });
    }

    private int unusedPort() throws IOException {
        return Networks.unusedPort(network);
    }

    private static String text(Datagram received) {
        try (received) {
            return received.toString(UTF_8);
        }
    }

    private static void untilReceiving(UdpSocket socket) {
        until(() -> socket.handler.receivers.size() == 1);
    }

    // ---- there and back

    @Test
    void a_datagram_arrives_whole_with_its_sender() throws Exception {
        sockets(
                (group, left, right) -> {
                    left.send(Bytes.utf8("hello"), at(right));
                    try (Datagram received = right.receive()) {
                        assertThat(received.toString(UTF_8)).isEqualTo("hello");
                        assertThat(received.sender()).isEqualTo(at(left));
                    }
                });
    }

    @Test
    void a_receive_waits() throws Exception {
        sockets(
                (group, left, right) -> {
                    Task<String> receiver = group.start(() -> text(right.receive()));
                    untilReceiving(right);
                    left.send(Bytes.utf8("hello"), at(right));
                    assertThat(receiver.await()).isEqualTo("hello");
                });
    }

    @Test
    void an_answer_goes_to_the_sender() throws Exception {
        sockets(
                (group, left, right) -> {
                    group.start(
                            () -> {
                                Datagram question = right.receive();
                                right.send(question.content(), question.sender());
                            });
                    left.send(Bytes.utf8("hello"), at(right));
                    assertThat(text(left.receive())).isEqualTo("hello");
                });
    }

    @Test
    void datagrams_are_not_joined() throws Exception {
        sockets(
                (group, left, right) -> {
                    for (String content : List.of("one", "two", "three")) {
                        left.send(Bytes.utf8(content), at(right));
                    }
                    assertThat(text(right.receive())).isEqualTo("one");
                    assertThat(text(right.receive())).isEqualTo("two");
                    assertThat(text(right.receive())).isEqualTo("three");
                });
    }

    @Test
    void one_without_content_arrives_between_others() throws Exception {
        sockets(
                (group, left, right) -> {
                    left.send(Bytes.utf8("before"), at(right));
                    left.send(Bytes.empty(), at(right));
                    left.send(new byte[0], at(right));
                    left.send(Bytes.utf8("after"), at(right));
                    assertThat(text(right.receive())).isEqualTo("before");
                    assertThat(text(right.receive())).isEmpty();
                    try (Datagram empty = right.receive()) {
                        assertThat(empty.content().isEmpty()).isTrue();
                        assertThat(empty.sender()).isEqualTo(at(left));
                    }
                    assertThat(text(right.receive())).isEqualTo("after");
                });
    }

    @Test
    void one_without_content_arrives_at_one_that_is_connected() throws Exception {
        connected(
                (group, left, right) -> {
                    right.send(Bytes.empty(), left.localAddress());
                    right.send(Bytes.utf8("x"), left.localAddress());
                    assertThat(text(left.receive())).isEmpty();
                    assertThat(text(left.receive())).isEqualTo("x");
                });
    }

    @Test
    void one_without_content_arrives_from_one_that_is_connected() throws Exception {
        connected(
                (group, left, right) -> {
                    if (network.equals("nio")) {
                        assertThatExceptionOfType(UdpException.class)
                                .isThrownBy(() -> left.send(Bytes.empty()))
                                .withMessageContaining("the JDK cannot send an empty datagram");
                    } else {
                        left.send(Bytes.empty());
                        assertThat(text(right.receive())).isEmpty();
                    }
                    left.send(Bytes.utf8("x"));
                    assertThat(text(right.receive())).isEqualTo("x");
                });
    }

    @Test
    void the_largest_that_there_can_be_arrives() throws Exception {
        sockets(
                (group, left, right) -> {
                    byte[] content = random(65_507);
                    left.send(content, at(right));
                    try (Datagram received = right.receive()) {
                        assertThat(received.content().toArray()).isEqualTo(content);
                    }
                });
    }

    @Test
    void a_larger_one_is_refused_with_its_size_and_the_limit() throws Exception {
        sockets(
                (group, left, right) -> {
                    ByteBuf content = directBuffer(65_508);
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> left.send(new Bytes(content), at(right)))
                            .withMessageContaining("65508")
                            .withMessageContaining("at most 65507");
                    assertThat(content.refCnt()).isZero();
                    left.send(Bytes.utf8("x"), at(right));
                    assertThat(text(right.receive())).isEqualTo("x");
                });
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void without_an_address_it_is_refused_and_what_it_got_is_freed() throws Exception {
        sockets(
                (group, left, right) -> {
                    ByteBuf content = directBuffer(1);
                    assertThatNullPointerException()
                            .isThrownBy(() -> left.send(new Bytes(content), null))
                            .withMessageContaining("the address");
                    assertThat(content.refCnt()).isZero();
                });
    }

    @Test
    void one_that_is_larger_than_wanted_is_dropped_and_not_cut() throws Exception {
        sockets(
                UdpOptions.of(HERE, 0).maxDatagram(100),
                (group, left, right) -> {
                    left.send(new byte[101], at(right));
                    left.send(new byte[60_000], at(right));
                    left.send(new byte[100], at(right));
                    try (Datagram received = right.receive()) {
                        assertThat(received.content().length()).isEqualTo(100);
                    }
                    assertThat(right.dropped()).isEqualTo(2);
                });
    }

    @Test
    void the_loop_over_datagrams_ends_when_the_socket_is_closed() throws Exception {
        sockets(
                (group, left, right) -> {
                    List<String> all = new ArrayList<>();
                    Task<?> receiver =
                            group.start(
                                    () -> {
                                        for (Datagram received : right) {
                                            all.add(text(received));
                                        }
                                    });
                    left.send(Bytes.utf8("one"), at(right));
                    left.send(Bytes.utf8("two"), at(right));
                    until(() -> all.size() == 2);
                    right.close();
                    receiver.await();
                    assertThat(all).containsExactly("one", "two");
                });
    }

    @Test
    void over_ipv6_as_over_ipv4() throws Exception {
        Networks.run(
                network,
                () -> {
                    try (var left = UdpSocket.bind("::1", 0);
                            var right = UdpSocket.connect("::1", left.localAddress().getPort())) {
                        right.send(new byte[65_507]);
                        try (Datagram received = left.receive()) {
                            assertThat(received.content().length()).isEqualTo(65_507);
                            left.send(received.content(), received.sender());
                        }
                        right.receive().close();
                        assertThatIllegalArgumentException()
                                .isThrownBy(() -> left.send(new byte[1], at(HERE, 9)))
                                .withMessageContaining("cannot send to 127.0.0.1:9");
                    }
                });
    }

    @Test
    void one_that_is_bound_to_all_addresses_speaks_both() throws Exception {
        Networks.run(
                network,
                () -> {
                    try (var all = UdpSocket.bind("", 0);
                            var four = UdpSocket.connect(HERE, all.localAddress().getPort());
                            var six = UdpSocket.connect("::1", all.localAddress().getPort())) {
                        for (UdpSocket client : List.of(four, six)) {
                            client.send(Bytes.utf8("hello"));
                            Datagram question = all.receive();
                            assertThat(question.sender()).isEqualTo(client.localAddress());
                            all.send(question.content(), question.sender());
                            assertThat(text(client.receive())).isEqualTo("hello");
                        }
                    }
                });
    }

    @Test
    void an_address_of_the_other_kind_is_refused() throws Exception {
        sockets(
                (group, left, right) ->
                        assertThatIllegalArgumentException()
                                .isThrownBy(() -> left.send(new byte[1], at("::1", 9)))
                                .withMessageContaining("bind to \"\""));
    }

    @Test
    void names_are_looked_up() throws Exception {
        Networks.run(
                network,
                () -> {
                    try (var left = UdpSocket.bind("localhost", 0);
                            var right =
                                    UdpSocket.connect("localhost", left.localAddress().getPort())) {
                        right.send(Bytes.utf8("x"));
                        assertThat(text(left.receive())).isEqualTo("x");
                        assertThat(right).asString().contains("to localhost:");
                    }
                });
    }

    @Test
    void an_address_that_was_not_looked_up_or_has_no_port_is_refused() throws Exception {
        sockets(
                (group, left, right) -> {
                    var unresolved = InetSocketAddress.createUnresolved("localhost", 9);
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> left.send(new byte[1], unresolved))
                            .withMessageContaining("looked up");
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> left.send(new byte[1], at(HERE, 0)))
                            .withMessageContaining("port");
                });
    }

    // ---- who is connected

    @Test
    void one_that_is_connected_needs_no_address_and_has_both() throws Exception {
        connected(
                (group, left, right) -> {
                    assertThat(left.remoteAddress()).contains(at(right));
                    assertThat(right.remoteAddress()).isEqualTo(Optional.empty());
                    left.send(new byte[] {1, 2});
                    try (Datagram received = right.receive()) {
                        assertThat(received.content().toArray()).containsExactly(1, 2);
                        assertThat(received.sender()).isEqualTo(left.localAddress());
                        right.send(new byte[] {3}, received.sender());
                    }
                    try (Datagram answer = left.receive()) {
                        assertThat(answer.content().toArray()).containsExactly(3);
                        assertThat(answer.sender()).isEqualTo(at(right));
                    }
                });
    }

    @Test
    void one_that_is_connected_hears_nobody_else() throws Exception {
        connected(
                (group, left, right) -> {
                    try (var other = UdpSocket.bind(HERE, 0)) {
                        other.send(Bytes.utf8("foreign"), left.localAddress());
                        right.send(Bytes.utf8("peer"), left.localAddress());
                        assertThat(text(left.receive())).isEqualTo("peer");
                    }
                });
    }

    @Test
    void the_wrong_form_of_send_is_refused_and_what_was_handed_over_is_freed() throws Exception {
        connected(
                (group, left, right) -> {
                    ByteBuf one = directBuffer(1);
                    ByteBuf other = directBuffer(1);
                    assertThatIllegalStateException()
                            .isThrownBy(() -> left.send(new Bytes(one), at(right)))
                            .withMessageContaining("is connected");
                    assertThatIllegalStateException()
                            .isThrownBy(() -> right.send(new Bytes(other)))
                            .withMessageContaining("is not connected");
                    assertThat(one.refCnt()).isZero();
                    assertThat(other.refCnt()).isZero();
                });
    }

    @Test
    void a_receive_is_told_once_that_nobody_is_there_and_goes_on_after_it() throws Exception {
        Networks.run(
                network,
                () -> {
                    int port = unusedPort();
                    try (var socket = UdpSocket.connect(HERE, port)) {
                        socket.send(Bytes.utf8("lost"));
                        assertThatExceptionOfType(UdpException.class)
                                .isThrownBy(socket::receive)
                                .matches(e -> e.kind() == UdpException.Kind.PORT_UNREACHABLE)
                                .matches(e -> e.target().equals(HERE + ":" + port))
                                .withMessageContaining("port unreachable");
                        try (var late = UdpSocket.bind(HERE, port)) {
                            socket.send(Bytes.utf8("hello"));
                            Datagram received = late.receive();
                            late.send(received.content(), received.sender());
                            assertThat(text(socket.receive())).isEqualTo("hello");
                        }
                    }
                });
    }

    @Test
    void a_receive_that_waits_is_told_that_nobody_is_there() throws Exception {
        Networks.run(
                network,
                () -> {
                    try (var socket = UdpSocket.connect(HERE, unusedPort())) {
                        Weft.group(
                                group -> {
                                    Task<Throwable> receiver =
                                            group.start(() -> catchThrowable(socket::receive));
                                    untilReceiving(socket);
                                    socket.send(Bytes.utf8("lost"));
                                    assertThat(receiver.await()).isInstanceOf(UdpException.class);
                                });
                    }
                });
    }

    @Test
    void a_send_is_told_once_that_nobody_is_there_and_has_not_sent() throws Exception {
        Networks.run(
                network,
                () -> {
                    int port = unusedPort();
                    try (var socket = UdpSocket.connect(HERE, port)) {
                        socket.send(Bytes.utf8("lost"));
                        Weft.sleep(Duration.ofMillis(1)); // a simulation takes a turn
                        try (var late = UdpSocket.bind(HERE, port)) {
                            ByteBuf content = directBuffer(1);
                            assertThatExceptionOfType(UdpException.class)
                                    .isThrownBy(() -> socket.send(new Bytes(content)))
                                    .matches(e -> e.kind() == UdpException.Kind.PORT_UNREACHABLE);
                            assertThat(content.refCnt()).isZero();
                            socket.send(Bytes.utf8("hello"));
                            assertThat(text(late.receive())).isEqualTo("hello");
                        }
                    }
                });
    }

    @Test
    void being_told_often_does_not_stop_what_is_received() throws Exception {
        Networks.run(
                network,
                () -> {
                    int port = unusedPort();
                    try (var socket = UdpSocket.connect(HERE, port)) {
                        for (int i = 0; i < 600; i++) {
                            socket.send(Bytes.utf8("lost"));
                            assertThatExceptionOfType(UdpException.class)
                                    .isThrownBy(socket::receive);
                        }
                        try (var late = UdpSocket.bind(HERE, port)) {
                            late.send(Bytes.utf8("hello"), socket.localAddress());
                            assertThat(text(socket.receive())).isEqualTo("hello");
                        }
                    }
                });
    }

    @Test
    void one_that_is_not_connected_is_not_told() throws Exception {
        sockets(
                (group, left, right) -> {
                    left.send(Bytes.utf8("lost"), at(HERE, unusedPort()));
                    right.send(Bytes.utf8("hello"), at(left));
                    assertThat(text(left.receive())).isEqualTo("hello");
                    left.send(Bytes.utf8("again"), at(right));
                    assertThat(text(right.receive())).isEqualTo("again");
                });
    }

    // ---- one at a time, and cancelling

    @Test
    void a_second_receiver_is_refused_and_told_who_receives() throws Exception {
        sockets(
                (group, left, right) -> {
                    Task<String> first = group.start("first", () -> text(right.receive()));
                    untilReceiving(right);
                    assertThatIllegalStateException()
                            .isThrownBy(right::receive)
                            .withMessageContaining("by task 'first'");
                    left.send(Bytes.utf8("x"), at(right));
                    assertThat(first.await()).isEqualTo("x");
                });
    }

    @Test
    void a_cancelled_receive_has_taken_nothing() throws Exception {
        sockets(
                (group, left, right) -> {
                    Task<?> receiver = group.start(() -> right.receive().close());
                    untilReceiving(right);
                    cancel(receiver);
                    left.send(Bytes.utf8("x"), at(right));
                    assertThat(text(right.receive())).isEqualTo("x");
                });
    }

    @Test
    void what_comes_as_the_cancellation_does_is_received_or_there_for_the_next() throws Exception {
        sockets(
                (group, left, right) -> {
                    List<String> got = new ArrayList<>();
                    Task<?> receiver = group.start(() -> got.add(text(right.receive())));
                    untilReceiving(right);
                    left.send(Bytes.utf8("x"), at(right));
                    while (!right.handler.receivers.isEmpty()) {
                        Weft.checkpoint();
                    }
                    receiver.cancel("as it comes");
                    var _ = receiver.outcome();
                    if (got.isEmpty()) {
                        got.add(text(right.receive()));
                    }
                    assertThat(got).containsExactly("x");
                });
    }

    @Test
    void a_receive_that_takes_too_long_leaves_the_socket_as_it_was() throws Exception {
        sockets(
                (group, left, right) -> {
                    assertThatExceptionOfType(TimeoutException.class)
                            .isThrownBy(
                                    () ->
                                            Weft.timeout(
                                                    Duration.ofMillis(1),
                                                    () -> right.receive().close()));
                    left.send(Bytes.utf8("x"), at(right));
                    assertThat(text(right.receive())).isEqualTo("x");
                });
    }

    @Test
    void a_send_by_a_cancelled_task_sends_nothing_and_frees_what_it_got() throws Exception {
        sockets(
                (group, left, right) -> {
                    ByteBuf content = directBuffer(1);
                    Task<?> sender = group.start(() -> left.send(new Bytes(content), at(right)));
                    cancel(sender);
                    assertThat(content.refCnt()).isZero();
                    left.send(Bytes.utf8("x"), at(right));
                    assertThat(text(right.receive())).isEqualTo("x");
                });
    }

    @Test
    void many_tasks_send_at_once() throws Exception {
        sockets(
                (group, left, right) -> {
                    for (int i = 0; i < 50; i++) {
                        int number = i;
                        group.start(() -> left.send(new byte[] {(byte) number}, at(right)));
                    }
                    List<Byte> got = new ArrayList<>();
                    for (int i = 0; i < 50; i++) {
                        try (Datagram received = right.receive()) {
                            got.add(received.content().at(0));
                        }
                    }
                    assertThat(got).doesNotHaveDuplicates().hasSize(50);
                });
    }

    @Test
    void no_more_is_read_than_is_to_be_read_ahead() throws Exception {
        sockets(
                UdpOptions.of(HERE, 0).readAhead(3),
                (group, left, right) -> {
                    for (int i = 0; i < 20; i++) {
                        left.send(new byte[] {(byte) i}, at(right));
                    }
                    for (int i = 0; i < 20; i++) {
                        try (Datagram received = right.receive()) {
                            assertThat(received.content().at(0)).isEqualTo((byte) i);
                        }
                        Weft.sleep(Duration.ofMillis(1));
                        assertThat(right.handler.unread()).isLessThanOrEqualTo(4);
                    }
                    assertThat(right.dropped()).isZero();
                });
    }

    // ---- addresses

    @Test
    void an_address_that_is_taken_is_refused_with_its_name() throws Exception {
        sockets(
                (group, left, right) ->
                        assertThatExceptionOfType(BindFailedException.class)
                                .isThrownBy(() -> UdpSocket.bind(HERE, at(left).getPort()))
                                .withMessage(
                                        HERE
                                                + ":"
                                                + at(left).getPort()
                                                + ": cannot bind (address already in use)"));
    }

    @Test
    void an_address_of_another_machine_is_refused() throws Exception {
        Networks.run(
                network,
                () ->
                        assertThatExceptionOfType(BindFailedException.class)
                                .isThrownBy(() -> UdpSocket.bind("203.0.113.1", 0))
                                .withMessageContaining("cannot assign requested address"));
    }

    @Test
    void a_port_can_be_shared_if_all_agree() throws Exception {
        Networks.run(
                network,
                () -> {
                    UdpOptions shared = UdpOptions.of(HERE, 0).reusePort(true);
                    try (var one = UdpSocket.bind(shared);
                            var client = UdpSocket.bind(HERE, 0)) {
                        int port = at(one).getPort();
                        try (var other =
                                UdpSocket.bind(UdpOptions.of(HERE, port).reusePort(true))) {
                            assertThatExceptionOfType(BindFailedException.class)
                                    .isThrownBy(() -> UdpSocket.bind(HERE, port));
                            Weft.group(
                                    group -> {
                                        List<UdpSocket> got = new ArrayList<>();
                                        for (UdpSocket socket : List.of(one, other)) {
                                            group.start(() -> note(socket, got));
                                        }
                                        client.send(Bytes.utf8("a"), at(one));
                                        client.send(Bytes.utf8("b"), at(one));
                                        until(() -> got.size() == 2);
                                        assertThat(got.get(0)).isSameAs(got.get(1));
                                        List.of(one, other).forEach(UdpSocket::close);
                                    });
                        }
                    }
                });
    }

    private static void note(UdpSocket socket, List<UdpSocket> got) {
        for (Datagram received : socket) {
            received.close();
            got.add(socket);
        }
    }

    @Test
    void the_sender_is_the_address_that_a_connected_one_was_bound_to() throws Exception {
        sockets(
                (group, left, right) -> {
                    int port = unusedPort();
                    try (var bound =
                            UdpSocket.connect(
                                    HERE, at(right).getPort(), UdpOptions.of(HERE, port))) {
                        assertThat(bound.localAddress()).isEqualTo(at(HERE, port));
                        bound.send(Bytes.utf8("x"));
                        try (Datagram received = right.receive()) {
                            assertThat(received.sender().getPort()).isEqualTo(port);
                        }
                    }
                });
    }

    // ---- the end

    @Test
    void closing_wakes_who_receives() throws Exception {
        sockets(
                (group, left, right) -> {
                    Task<Throwable> receiver = group.start(() -> catchThrowable(right::receive));
                    untilReceiving(right);
                    right.close();
                    assertThat(receiver.await())
                            .isInstanceOf(ConnectionClosedException.class)
                            .hasMessageContaining("this side has closed");
                });
    }

    @Test
    void one_that_is_closed_is_refused_and_may_be_closed_again() throws Exception {
        connected(
                (group, left, right) -> {
                    assertThat(left.isClosed()).isFalse();
                    left.close();
                    left.close();
                    assertThat(left.isClosed()).isTrue();
                    ByteBuf content = directBuffer(1);
                    assertThatExceptionOfType(ConnectionClosedException.class)
                            .isThrownBy(left::receive);
                    assertThatExceptionOfType(ConnectionClosedException.class)
                            .isThrownBy(() -> left.send(new Bytes(content)));
                    assertThat(content.refCnt()).isZero();
                    assertThat(left.iterator().hasNext()).isFalse();
                    assertThat(left.localAddress().getPort()).isPositive();
                });
    }

    @Test
    void closing_frees_what_nobody_has_received_and_the_port() throws Exception {
        sockets(
                (group, left, right) -> {
                    int port = at(right).getPort();
                    left.send(new byte[1000], at(right));
                    left.send(new byte[1000], at(right));
                    right.receive().close();
                    until(() -> right.handler.unread() == 1);
                    right.close();
                    assertThat(right.handler.unread()).isZero();
                    untilBound(port);
                });
    }

    /** io_uring closes a little later. */
    private static void untilBound(int port) {
        until(
                () -> {
                    try (var again = UdpSocket.bind(HERE, port)) {
                        return at(again).getPort() == port;
                    } catch (BindFailedException e) {
                        return false;
                    }
                });
    }

    @Test
    void another_loop_is_refused() throws Exception {
        List<UdpSocket> sockets = new ArrayList<>();
        sockets((group, left, right) -> sockets.add(left));
        Networks.run(
                network,
                () -> {
                    UdpSocket foreign = sockets.getFirst();
                    assertIsForeign(foreign::receive);
                    assertIsForeign(() -> foreign.send(new byte[1], at(HERE, 9)));
                    assertIsForeign(foreign::close);
                });
    }
}

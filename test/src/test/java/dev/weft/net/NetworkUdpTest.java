package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.test.Exploration;
import dev.weft.test.Program;
import dev.weft.test.Sim;

import org.junit.jupiter.api.Test;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** What UDP meets with in a simulated network. */
class NetworkUdpTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    /** A receiver on the host {@code db}, and a sender on {@code localhost} that knows it. */
    interface Case {
        void run(Sim sim, SimulatedLink link, UdpSocket sender, UdpSocket receiver)
                throws Exception;
    }

    private static void sending(Case body) throws Exception {
        sending(UdpOptions.of("", 7), body);
    }

    private static void sending(UdpOptions options, Case body) throws Exception {
        Program<Exception> program =
                sim -> {
                    SimulatedHost db = sim.net().host("db");
                    try (UdpSocket receiver = db.run(() -> UdpSocket.bind(options));
                            UdpSocket sender = UdpSocket.connect("db", 7)) {
                        body.run(sim, sim.net().link("localhost", "db"), sender, receiver);
                    }
                };
        Sim.with(program);
    }

    private static void send(UdpSocket sender, int number) {
        sender.send(Bytes.utf8(Integer.toString(number)));
    }

    private static int next(UdpSocket receiver) {
        return Integer.parseInt(Questions.text(receiver.receive()));
    }

    /** All that comes within a time that is long for a link. */
    private static List<Integer> all(UdpSocket receiver) {
        List<Integer> all = new ArrayList<>();
        Weft.moveOnAfter(
                Duration.ofSeconds(10),
                () -> {
                    while (true) {
                        all.add(next(receiver));
                    }
                });
        return all;
    }

    // ---- a link's conditions

    @Test
    void latency_delays() throws Exception {
        sending(
                (sim, link, sender, receiver) -> {
                    var _ = link.latency(Duration.ofMillis(20));
                    send(sender, 1);
                    assertThat(next(receiver)).isEqualTo(1);
                    assertThat(sim.elapsed()).isEqualTo(Duration.ofMillis(20));
                });
    }

    @Test
    void what_takes_longer_is_overtaken() throws Exception {
        sending(
                (sim, link, sender, receiver) -> {
                    var _ = link.latency(Duration.ZERO, Duration.ofMillis(50));
                    for (int i = 0; i < 30; i++) {
                        send(sender, i);
                    }
                    List<Integer> came = all(receiver);
                    assertThat(came).hasSize(30).doesNotHaveDuplicates();
                    assertThat(came).isNotEqualTo(came.stream().sorted().toList());
                });
    }

    @Test
    void what_is_lost_is_lost_for_good() throws Exception {
        sending(
                (sim, link, sender, receiver) -> {
                    var _ = link.loss(0.5);
                    for (int i = 0; i < 100; i++) {
                        send(sender, i);
                    }
                    assertThat(all(receiver)).hasSizeBetween(20, 80).isSorted();
                });
    }

    @Test
    void some_come_twice() throws Exception {
        sending(
                (sim, link, sender, receiver) -> {
                    var _ = link.duplicates(0.5);
                    for (int i = 0; i < 100; i++) {
                        send(sender, i);
                    }
                    List<Integer> came = all(receiver);
                    assertThat(came).hasSizeBetween(120, 180);
                    assertThat(came).allMatch(number -> Collections.frequency(came, number) <= 2);
                });
    }

    @Test
    void a_share_that_is_none_is_refused() {
        Sim.with(
                sim ->
                        assertThatIllegalArgumentException()
                                .isThrownBy(() -> sim.net().everywhere().duplicates(1.5))
                                .withMessageContaining("1.5"));
    }

    @Test
    void a_partition_swallows_what_is_sent_and_what_is_on_its_way() throws Exception {
        sending(
                (sim, link, sender, receiver) -> {
                    var _ = link.latency(Duration.ofMillis(5));
                    send(sender, 1);
                    Weft.sleep(Duration.ofMillis(1));
                    try (var _ = link.partition()) {
                        send(sender, 2);
                        Weft.sleep(Duration.ofMillis(10));
                    }
                    send(sender, 3);
                    assertThat(all(receiver)).containsExactly(3);
                });
    }

    @Test
    void a_narrow_link_takes_its_time_and_has_the_sender_wait() throws Exception {
        sending(
                (sim, link, sender, receiver) -> {
                    var _ = link.bandwidth(100_000);
                    Weft.group(
                            group -> {
                                Task<Duration> sending =
                                        group.start(
                                                () -> {
                                                    for (int i = 0; i < 50; i++) {
                                                        sender.send(new byte[10_000]);
                                                    }
                                                    return sim.elapsed();
                                                });
                                for (int i = 0; i < 50; i++) {
                                    receiver.receive().close();
                                }
                                assertThat(sim.elapsed())
                                        .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(6));
                                // what the system buffers had not left when the last was taken
                                assertThat(sending.await())
                                        .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
                            });
                });
    }

    @Test
    void a_cancelled_wait_for_room_has_sent_nothing() throws Exception {
        sending(
                (sim, link, sender, receiver) -> {
                    var _ = link.bandwidth(100_000);
                    Weft.group(
                            group -> {
                                Task<?> fills =
                                        group.start(
                                                () -> {
                                                    for (int i = 0; i < 30; i++) {
                                                        sender.send(new byte[10_000]);
                                                    }
                                                });
                                Weft.sleep(Duration.ofMillis(1));
                                Task<?> waits = group.start(() -> sender.send(new byte[1]));
                                Weft.sleep(Duration.ofMillis(1));
                                assertThat(sender.senders.size()).isEqualTo(1);
                                waits.cancel("as the test wants it");
                                for (int i = 0; i < 30; i++) {
                                    try (Datagram received = receiver.receive()) {
                                        assertThat(received.content().length()).isEqualTo(10_000);
                                    }
                                }
                                fills.await();
                                send(sender, 7);
                                assertThat(next(receiver)).isEqualTo(7);
                            });
                });
    }

    @Test
    void a_send_that_the_system_has_not_taken_is_cancelled_at_once_and_may_still_go_out()
            throws Exception {
        sending(
                (sim, link, sender, receiver) -> {
                    var _ = link.bandwidth(100_000);
                    Weft.group(
                            group -> {
                                Task<?> fills =
                                        group.start(
                                                () -> {
                                                    for (int i = 0; i < 30; i++) {
                                                        sender.send(new byte[10_000]);
                                                    }
                                                });
                                Weft.sleep(Duration.ofMillis(1));
                                Task<?> next = group.start(() -> send(sender, 7));
                                Weft.sleep(Duration.ofMillis(1));
                                assertThat(sender.senders.size()).isEqualTo(1);
                                Duration before = sim.elapsed();
                                fills.cancel("as the test wants it");
                                assertThat(fills.outcome()).isInstanceOf(Outcome.Cancelled.class);
                                assertThat(sim.elapsed()).isEqualTo(before);
                                next.await();
                                // 20 fill the buffer; the one more was the system's to decide
                                for (int i = 0; i < 21; i++) {
                                    try (Datagram received = receiver.receive()) {
                                        assertThat(received.content().length()).isEqualTo(10_000);
                                    }
                                }
                                assertThat(next(receiver)).isEqualTo(7);
                            });
                });
    }

    @Test
    void who_does_not_receive_loses_what_there_is_no_room_for() throws Exception {
        sending(
                UdpOptions.of("", 7).receiveBuffer(20_000).readAhead(1),
                (sim, link, sender, receiver) -> {
                    for (int i = 0; i < 100; i++) {
                        send(sender, i);
                    }
                    Weft.sleep(Duration.ofSeconds(1));
                    List<Integer> came = all(receiver);
                    assertThat(came).hasSizeBetween(20, 30).isSorted().startsWith(0, 1, 2);
                });
    }

    // ---- who is not there

    @Test
    void a_port_where_nobody_is_is_told_after_the_way_there_and_back() {
        Sim.with(
                sim -> {
                    sim.net().host("db");
                    try (var socket = UdpSocket.connect("db", 7)) {
                        send(socket, 1);
                        assertThatExceptionOfType(UdpException.class)
                                .isThrownBy(socket::receive)
                                .matches(e -> e.kind() == UdpException.Kind.PORT_UNREACHABLE)
                                .withMessageStartingWith("db:7: port unreachable");
                        assertThat(sim.elapsed()).isEqualTo(Duration.ofMillis(1));
                    }
                });
    }

    @Test
    void a_fault_hides_that_nobody_is_there() {
        Sim.with(
                sim -> {
                    sim.net().host("db");
                    try (var socket = UdpSocket.connect("db", 7)) {
                        for (int i = 0; i < 3; i++) {
                            hide(sim, i);
                            send(socket, 1);
                            assertThat(
                                            Weft.moveOnAfter(
                                                    Duration.ofSeconds(1),
                                                    () -> socket.receive().close()))
                                    .isFalse();
                            sim.net().heal();
                        }
                    }
                });
    }

    private static void hide(Sim sim, int how) {
        var there = sim.net().path("localhost", "db");
        var back = sim.net().path("db", "localhost");
        var _ = how == 0 ? there.partition() : how == 1 ? back.partition() : back.loss(1);
    }

    @Test
    void the_sockets_of_a_killed_host_are_gone_and_those_of_a_vanished_one_silent()
            throws Exception {
        sending(
                (sim, link, sender, receiver) -> {
                    sim.net().host("db").kill();
                    send(sender, 1);
                    assertThatExceptionOfType(UdpException.class).isThrownBy(sender::receive);
                    sim.net().host("db").vanish();
                    send(sender, 2);
                    assertThat(
                                    Weft.moveOnAfter(
                                            Duration.ofSeconds(1), () -> sender.receive().close()))
                            .isFalse();
                    assertThatExceptionOfType(UdpException.class)
                            .isThrownBy(() -> receiver.send(new byte[1], sender.localAddress()));
                });
    }

    @Test
    void an_address_that_nobody_has_is_refused() {
        Sim.with(
                sim -> {
                    assertThatExceptionOfType(ConnectFailedException.class)
                            .isThrownBy(() -> UdpSocket.connect("10.0.0.99", 7))
                            .withMessageContaining("no route to host");
                    try (var socket = UdpSocket.bind("", 0)) {
                        var nobody = new InetSocketAddress(Dns.resolve("10.0.0.99").getFirst(), 7);
                        assertThatExceptionOfType(UdpException.class)
                                .isThrownBy(() -> socket.send(new byte[1], nobody))
                                .matches(e -> e.kind() == UdpException.Kind.UNREACHABLE);
                    }
                    try (var socket = UdpSocket.bind("127.0.0.1", 0)) {
                        var other = new InetSocketAddress(sim.net().host("db").address(), 7);
                        assertThatExceptionOfType(UdpException.class)
                                .isThrownBy(() -> socket.send(new byte[1], other))
                                .withMessageContaining("invalid argument");
                    }
                });
    }

    @Test
    void groups_are_not_simulated() {
        Sim.with(
                _ -> {
                    try (var socket = UdpSocket.bind("0.0.0.0", 0)) {
                        assertThatExceptionOfType(UnsupportedOperationException.class)
                                .isThrownBy(() -> socket.join(Dns.resolve("239.1.1.1").getFirst()))
                                .withMessageContaining("not simulated");
                    }
                });
    }

    @Test
    void what_is_left_open_fails_the_run() {
        assertThatThrownBy(() -> Sim.with(_ -> UdpSocket.bind("", 7)))
                .hasMessageContaining("A stream or socket was still open")
                .hasMessageContaining("UdpSocket");
    }

    // ---- a client that asks again

    private static void talk(Sim sim, int clients) {
        List<String> answers = new ArrayList<>();
        Weft.group(
                group -> {
                    Questions.serve(sim, group);
                    SimulatedHost app = sim.net().host("app");
                    for (int i = 0; i < clients; i++) {
                        int number = i;
                        group.start(
                                "client",
                                () ->
                                        Weft.moveOnAfter(
                                                LONG, () -> app.run(() -> ask(number, answers))));
                    }
                });
        assertThat(answers).allMatch(answer -> answer.matches("(\\d-\\d): re \\1"));
        assertThat(sim.elapsed()).isLessThan(LONG); // nobody hangs
    }

    private static void ask(int number, List<String> answers) {
        try (var socket = UdpSocket.connect("db", Questions.PORT)) {
            for (int i = 0; i < 3; i++) {
                String question = number + "-" + i;
                answers.add(question + ": " + Questions.ask(socket, question));
            }
        } catch (NetException | TimeoutException e) {
            // the server has gone
        }
    }

    private static void survives(Program<?> program) {
        Exploration all =
                Sim.exploring()
                        .runs(60)
                        .cancelling("client", "server")
                        .expiring("client")
                        .sweepOrders(3)
                        .run(program);
        assertThat(all.runs()).isGreaterThan(80);
    }

    @Test
    void a_client_and_a_server_survive_cancellation_everywhere() {
        survives(sim -> talk(sim, 2));
    }

    @Test
    void and_with_losses_doubles_and_overtaking() {
        survives(
                sim -> {
                    var all = sim.net().everywhere();
                    var _ = all.latency(Duration.ZERO, Duration.ofMillis(80));
                    var _ = all.loss(0.1);
                    var _ = all.duplicates(0.2);
                    talk(sim, 1);
                });
    }

    @Test
    void and_when_the_server_is_killed() {
        survives(
                sim ->
                        Weft.group(
                                group -> {
                                    group.background(
                                            () -> {
                                                Weft.sleep(
                                                        Duration.ofNanos(
                                                                1_000L
                                                                        * sim.random()
                                                                                .nextInt(4_000)));
                                                sim.net().host("db").kill();
                                            });
                                    talk(sim, 2);
                                }));
    }

    /** One receives and answers the other, who counts: nothing is lost as a cancellation comes. */
    @Test
    void what_comes_as_a_receiver_is_cancelled_is_there_for_the_next() {
        Exploration all =
                Sim.exploring()
                        .runs(30)
                        .cancelling("first")
                        .run(
                                sim -> {
                                    List<Integer> got = new ArrayList<>();
                                    SimulatedHost db = sim.net().host("db");
                                    try (UdpSocket receiver = db.run(() -> UdpSocket.bind("", 7));
                                            UdpSocket sender = UdpSocket.connect("db", 7)) {
                                        Weft.group(
                                                group -> {
                                                    Task<?> first =
                                                            group.start(
                                                                    "first",
                                                                    () -> {
                                                                        for (int i = 0;
                                                                                i < 3;
                                                                                i++) {
                                                                            got.add(next(receiver));
                                                                        }
                                                                    });
                                                    for (int i = 0; i < 5; i++) {
                                                        send(sender, i);
                                                    }
                                                    var _ = first.outcome();
                                                    while (got.size() < 5) {
                                                        got.add(next(receiver));
                                                    }
                                                });
                                    }
                                    assertThat(got).containsExactly(0, 1, 2, 3, 4);
                                });
        assertThat(all.runs()).isGreaterThan(30);
    }

    @Test
    void a_run_repeats_to_the_datagram() {
        for (long seed = 1; seed <= 10; seed++) {
            List<String> first = record(seed);
            assertThat(first).hasSizeGreaterThan(20);
            assertThat(record(seed)).isEqualTo(first);
            assertThat(record(seed + 100)).isNotEqualTo(first);
        }
    }

    private static List<String> record(long seed) {
        List<String> arrived = new ArrayList<>();
        Sim.exploring()
                .seed(seed)
                .runs(3)
                .run(
                        sim -> {
                            var all = sim.net().everywhere();
                            var _ = all.latency(Duration.ofMillis(1), Duration.ofMillis(30));
                            var _ = all.loss(0.2);
                            var _ = all.duplicates(0.2);
                            SimulatedHost db = sim.net().host("db");
                            try (UdpSocket receiver = db.run(() -> UdpSocket.bind("", 7));
                                    UdpSocket sender = UdpSocket.connect("db", 7)) {
                                for (int i = 0; i < 30; i++) {
                                    send(sender, i);
                                }
                                Weft.moveOnAfter(
                                        Duration.ofSeconds(1),
                                        () -> {
                                            while (true) {
                                                arrived.add(
                                                        next(receiver)
                                                                + " at "
                                                                + sim.elapsed().toNanos());
                                            }
                                        });
                            }
                        });
        return arrived;
    }
}

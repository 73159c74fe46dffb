package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.DeadlockException;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.test.Program;
import dev.weft.test.Sim;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** What a program sees of the faults of a simulated network. */
class NetworkFaultsTest {
    /** What is done with a connection to a server that answers lines. */
    interface Conversation {
        void run(Sim sim, SimulatedLink link, TcpStream stream) throws Exception;
    }

    private static void talk(Conversation conversation) throws Exception {
        Program<Exception> program =
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    SimulatedLink link = sim.net().link("localhost", "db");
                                    var stream = Lines.connect();
                                    try {
                                        conversation.run(sim, link, stream);
                                    } finally {
                                        stream.abort();
                                    }
                                });
        Sim.with(program);
    }

    private static Duration took(Sim sim, Runnable action) {
        Duration before = sim.elapsed();
        action.run();
        return sim.elapsed().minus(before);
    }

    private static void ask(TcpStream stream) {
        assertThat(Lines.ask(stream, "hello")).isEqualTo("re hello");
    }

    private static void assertNoAnswerWithin(Duration time, TcpStream stream) {
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> Weft.timeout(time, () -> stream.read().close()));
    }

    // ---- slower

    @Test
    void latency_is_added_to_each_direction() throws Exception {
        talk(
                (sim, link, stream) -> {
                    try (var _ = link.latency(Duration.ofMillis(20))) {
                        assertThat(took(sim, () -> ask(stream))).isEqualTo(Duration.ofMillis(40));
                    }
                    assertThat(took(sim, () -> ask(stream))).isEqualTo(Duration.ofMillis(1));
                });
    }

    @Test
    void jitter_varies_and_overtakes_nothing() throws Exception {
        talk(
                (sim, link, stream) -> {
                    var _ = link.latency(Duration.ofMillis(1), Duration.ofMillis(100));
                    assertThat(took(sim, () -> ask(stream)))
                            .isBetween(Duration.ofMillis(2), Duration.ofMillis(200))
                            .isNotEqualTo(took(sim, () -> ask(stream)));
                    for (int i = 0; i < 20; i++) {
                        stream.write(Bytes.utf8(i + "\n"));
                        Weft.sleep(Duration.ofMillis(1));
                    }
                    for (int i = 0; i < 20; i++) {
                        assertThat(stream.readLine()).isEqualTo("re " + i);
                    }
                });
    }

    @Test
    void what_is_lost_comes_later_and_all_of_it_comes() throws Exception {
        talk(
                (sim, link, stream) -> {
                    var _ = link.loss(0.5);
                    Duration slowest = Duration.ZERO;
                    for (int i = 0; i < 10; i++) {
                        Duration took = took(sim, () -> ask(stream));
                        slowest = took.compareTo(slowest) > 0 ? took : slowest;
                    }
                    assertThat(slowest).isGreaterThan(Duration.ofMillis(200));
                });
    }

    @Test
    void a_narrow_link_takes_its_time() throws Exception {
        talk(
                (sim, link, stream) -> {
                    var _ = link.bandwidth(1_000);
                    String question = "x".repeat(9_999);
                    assertThat(took(sim, () -> Lines.ask(stream, question)))
                            .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(21));
                });
    }

    @Test
    void bytes_come_in_pieces() throws Exception {
        talk(
                (sim, link, stream) -> {
                    var _ = link.fragments();
                    var _ = link.latency(Duration.ZERO, Duration.ofMillis(10));
                    stream.write(Bytes.utf8("x".repeat(10_000) + "\n"));
                    int reads = 0;
                    int length = 0;
                    while (length < 10_004) {
                        try (Bytes some = stream.read()) {
                            length += some.length();
                            reads++;
                        }
                    }
                    assertThat(reads).isGreaterThan(2);
                    ask(stream);
                });
    }

    @Test
    void a_slow_reader_holds_the_writer_up() throws Exception {
        Sim.with(
                _ -> {
                    try (var server = TcpServer.listen("localhost", 80)) {
                        Weft.group(
                                group -> {
                                    group.background(
                                            () ->
                                                    server.serve(
                                                            _ -> Weft.sleep(Duration.ofDays(1))));
                                    var stream = TcpStream.connect("localhost", 80);
                                    int[] written = {0};
                                    Task<?> writer =
                                            group.start(
                                                    () -> {
                                                        while (true) {
                                                            stream.write(new byte[10_000]);
                                                            written[0] += 10_000;
                                                        }
                                                    });
                                    Weft.sleep(Duration.ofHours(1));
                                    // two buffers of the network's, and the channel's own
                                    assertThat(written[0]).isBetween(128_000, 256_000);
                                    writer.cancel("enough");
                                    stream.abort();
                                });
                    }
                });
    }

    // ---- broken

    @Test
    void a_partition_holds_bytes_up_until_it_ends() throws Exception {
        talk(
                (sim, link, stream) -> {
                    var fault = link.partition();
                    stream.write(Bytes.utf8("hello\n"));
                    assertNoAnswerWithin(Duration.ofSeconds(10), stream);
                    fault.close();
                    assertThat(stream.readLine()).isEqualTo("re hello");
                    assertThat(sim.elapsed()).isLessThan(Duration.ofSeconds(30));
                });
    }

    @Test
    void a_partition_of_one_way_lets_the_other_through() throws Exception {
        talk(
                (sim, _, stream) -> {
                    try (var _ = sim.net().path("db", "localhost").partition()) {
                        stream.write(Bytes.utf8("hello\n"));
                        assertNoAnswerWithin(Duration.ofSeconds(10), stream);
                    }
                    try (var _ = sim.net().path("localhost", "db").partition()) {
                        assertThat(stream.readLine()).isEqualTo("re hello");
                    }
                    ask(stream);
                });
    }

    @Test
    void after_a_quarter_of_an_hour_the_sender_gives_up() throws Exception {
        talk(
                (sim, link, stream) -> {
                    var _ = link.partition();
                    stream.write(Bytes.utf8("hello\n"));
                    assertThatExceptionOfType(ConnectionResetException.class)
                            .isThrownBy(stream::readLine)
                            .withMessageContaining("connection timed out");
                    assertThat(sim.elapsed().toMinutes()).isBetween(15L, 18L);
                });
    }

    @Test
    void a_connection_that_is_forgotten_is_silent_and_a_new_one_works() throws Exception {
        talk(
                (_, link, stream) -> {
                    link.forget();
                    stream.write(Bytes.utf8("hello\n"));
                    assertNoAnswerWithin(Duration.ofMinutes(1), stream);
                    try (var other = Lines.connect()) {
                        ask(other);
                    }
                });
    }

    @Test
    void who_only_reads_waits_for_ever_for_a_side_that_has_forgotten_it() {
        assertThatExceptionOfType(DeadlockException.class)
                .isThrownBy(
                        () ->
                                talk(
                                        (_, link, stream) -> {
                                            ask(stream);
                                            link.forget();
                                            stream.read().close();
                                        }))
                .withMessageContaining("TcpStream.read");
    }

    @Test
    void a_black_hole_swallows_what_comes_after_so_many_bytes() throws Exception {
        talk(
                (_, link, stream) -> {
                    var hole = link.blackHole(8);
                    stream.write(Bytes.utf8("hello\nhello\n"));
                    assertThat(StreamTexts.text(stream.readExactly(8))).isEqualTo("re hello");
                    assertNoAnswerWithin(Duration.ofMinutes(1), stream);
                    hole.close();
                });
    }

    @Test
    void a_reset_shows_on_both_sides_after_what_had_come() throws Exception {
        talk(
                (_, link, stream) -> {
                    stream.write(Bytes.utf8("hello\nha"));
                    Weft.sleep(Duration.ofSeconds(1));
                    link.reset();
                    assertThat(stream.readLine()).isEqualTo("re hello");
                    assertThatExceptionOfType(ConnectionResetException.class)
                            .isThrownBy(stream::readLine)
                            .withMessageContaining("connection reset by peer");
                    assertThat(stream.isClosed()).isTrue();
                });
    }

    @Test
    void a_reset_in_the_middle_of_a_message_is_no_end() throws Exception {
        talk(
                (sim, _, stream) -> {
                    var _ = sim.net().path("db", "localhost").reset(5);
                    stream.write(Bytes.utf8("hello\n"));
                    assertThatExceptionOfType(ConnectionResetException.class)
                            .isThrownBy(() -> stream.readExactly(9).close());
                    assertThat(StreamTexts.text(stream.read())).isEqualTo("re he");
                });
    }

    @Test
    void healing_ends_all_faults_at_once() throws Exception {
        talk(
                (sim, link, stream) -> {
                    var _ = link.latency(Duration.ofSeconds(5));
                    var _ = link.loss(0.9);
                    var partition = link.partition();
                    var _ = sim.net().names().failing();
                    sim.net().heal();
                    partition.close();
                    assertThat(took(sim, () -> ask(stream))).isEqualTo(Duration.ofMillis(1));
                    assertThat(Dns.resolve("db")).hasSize(1);
                });
    }

    // ---- what is left behind

    @Test
    void a_stream_that_is_left_open_fails_the_run() {
        assertThatThrownBy(
                        () ->
                                Sim.with(
                                        _ -> {
                                            try (var _ = TcpServer.listen("", 80)) {
                                                TcpStream.connect("localhost", 80);
                                            }
                                        }))
                .hasMessageContaining("A stream or socket was still open")
                .hasMessageContaining("TcpStream localhost:80");
    }

    @Test
    void bytes_that_nobody_closes_fail_the_run() {
        assertThatThrownBy(
                        () ->
                                talk(
                                        (_, _, stream) -> {
                                            stream.write(Bytes.utf8("hello\n"));
                                            assertThat(stream.read().isEmpty()).isFalse();
                                        }))
                .hasMessageContaining("bytes in buffers");
    }

    @Test
    void everybody_waiting_for_the_network_is_a_deadlock() {
        assertThatExceptionOfType(DeadlockException.class)
                .isThrownBy(() -> talk((_, _, stream) -> stream.read().close()))
                .withMessageContaining("no task");
    }
}

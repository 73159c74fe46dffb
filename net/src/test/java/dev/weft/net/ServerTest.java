package dev.weft.net;

import static dev.weft.net.TestLoop.openChannels;
import static dev.weft.net.TestLoop.run;
import static dev.weft.net.TestLoop.serving;
import static dev.weft.net.TestLoop.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.Task;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
@Timeout(60)
class ServerTest {
    private static final Duration LONG = Duration.ofDays(1);

    private final String driver;

    ServerTest(String driver) {
        this.driver = driver;
    }

    @Test
    void a_handler_that_fails_ends_its_connection_and_not_the_server() throws Exception {
        try (var log = new Log()) {
            run(
                    driver,
                    () ->
                            serving(
                                    peer -> {
                                        if ("fail".equals(peer.readLine())) {
                                            throw new IOException("as asked for");
                                        }
                                        peer.write(Bytes.utf8("fine"));
                                    },
                                    port -> {
                                        try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                            stream.write(Bytes.utf8("fail\n"));
                                            assertThat(stream.read().isEmpty()).isTrue();
                                        }
                                        try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                            stream.write(Bytes.utf8("work\n"));
                                            assertThat(stream.readLine()).isEqualTo("fine");
                                        }
                                    }));
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(record -> assertThat(record.getThrown()).hasMessage("as asked for"))
                    .satisfies(
                            record ->
                                    assertThat(record.getMessage())
                                            .contains("TcpServer 127.0.0.1:"));
        }
    }

    @Test
    void a_client_that_goes_away_is_no_news() throws Exception {
        try (var log = new Log()) {
            run(
                    driver,
                    () ->
                            serving(
                                    TestLoop::echo,
                                    port -> {
                                        var stream = TcpStream.connect("127.0.0.1", port);
                                        stream.write(new byte[1]);
                                        stream.readExactly(1).close();
                                        stream.abort();
                                        until(() -> openChannels() == 1);
                                    }));
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void cancelling_serve_cancels_the_connections_and_closes_all() throws Exception {
        run(
                driver,
                () ->
                        Weft.group(
                                group -> {
                                    var server = TcpServer.listen("127.0.0.1", 0);
                                    int port = server.localAddress().getPort();
                                    List<String> ended = new ArrayList<>();
                                    Task<?> serving =
                                            group.start(
                                                    () ->
                                                            server.serve(
                                                                    peer -> {
                                                                        try {
                                                                            peer.write(new byte[1]);
                                                                            Weft.sleep(LONG);
                                                                        } finally {
                                                                            ended.add("handler");
                                                                        }
                                                                    }));
                                    var stream = TcpStream.connect("127.0.0.1", port);
                                    stream.readExactly(1).close();
                                    serving.cancel("enough");
                                    serving.outcome();
                                    ended.add("serve");
                                    assertThat(ended).containsExactly("handler", "serve");
                                    assertThat(stream.read().isEmpty()).isTrue();
                                    stream.close();
                                    assertThat(openChannels()).isZero();
                                    assertThatExceptionOfType(ConnectFailedException.class)
                                            .isThrownBy(() -> TcpStream.connect("127.0.0.1", port));
                                }));
    }

    @Test
    void close_stops_listening_and_lets_connections_finish() throws Exception {
        run(
                driver,
                () ->
                        Weft.group(
                                group -> {
                                    var server = TcpServer.listen("127.0.0.1", 0);
                                    int port = server.localAddress().getPort();
                                    Task<?> serving =
                                            group.start(() -> server.serve(TestLoop::echo));
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        stream.write(new byte[1]);
                                        stream.readExactly(1).close();
                                        server.close();
                                        server.close();
                                        stream.write(new byte[1]);
                                        stream.readExactly(1).close();
                                        assertThat(serving.isDone()).isFalse();
                                    }
                                    serving.await();
                                    assertThatExceptionOfType(ConnectionClosedException.class)
                                            .isThrownBy(() -> server.serve(TestLoop::echo));
                                }));
    }

    @Test
    void no_more_connections_are_served_than_allowed_and_the_others_wait() throws Exception {
        int[] now = {0};
        int[] most = {0};
        int[] served = {0};
        run(
                driver,
                () ->
                        serving(
                                ServerOptions.of("127.0.0.1", 0).maxConnections(2),
                                peer -> {
                                    most[0] = Math.max(most[0], ++now[0]);
                                    peer.readExactly(1).close();
                                    peer.write(new byte[1]);
                                    now[0]--;
                                    served[0]++;
                                },
                                port ->
                                        Weft.group(
                                                group -> {
                                                    for (int i = 0; i < 20; i++) {
                                                        group.start(() -> askAndWait(port));
                                                    }
                                                })));
        assertThat(most[0]).isEqualTo(2);
        assertThat(served[0]).isEqualTo(20);
    }

    private static void askAndWait(int port) {
        try (var stream = TcpStream.connect("127.0.0.1", port)) {
            stream.write(new byte[1]);
            stream.readExactly(1).close();
        }
    }

    @Test
    void running_out_of_descriptors_is_reported_and_survived() throws Exception {
        try (var log = new Log()) {
            run(
                    driver,
                    () -> {
                        try (var server = TcpServer.listen("127.0.0.1", 0)) {
                            Weft.group(
                                    group -> {
                                        group.background(() -> server.serve(TestLoop::echo));
                                        int port = server.localAddress().getPort();
                                        askAndWait(port);
                                        var inside = InsideNetty.mark();
                                        inside.enter();
                                        try {
                                            server.channel
                                                    .pipeline()
                                                    .fireExceptionCaught(
                                                            new IOException(
                                                                    "accept: Too many open files"));
                                        } finally {
                                            inside.exit();
                                        }
                                        askAndWait(port);
                                    });
                        }
                    });
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(
                            record ->
                                    assertThat(record.getMessage())
                                            .contains("Too many open files")
                                            .doesNotContain(":0:"));
        }
    }

    @Test
    void a_logger_that_fails_takes_nothing_with_it() throws Exception {
        try (var log = new Log()) {
            log.breakDown();
            run(
                    driver,
                    () ->
                            serving(
                                    peer -> {
                                        peer.readExactly(1).close();
                                        throw new IllegalStateException("to be reported");
                                    },
                                    port -> {
                                        for (int i = 0; i < 2; i++) {
                                            try (var stream =
                                                    TcpStream.connect("127.0.0.1", port)) {
                                                stream.write(new byte[1]);
                                                assertThat(stream.read().isEmpty()).isTrue();
                                            }
                                        }
                                    }));
            assertThat(log.warnings()).hasSize(2);
        }
    }

    @Test
    void an_address_in_use_is_named() throws Exception {
        run(
                driver,
                () -> {
                    try (var server = TcpServer.listen("127.0.0.1", 0)) {
                        int port = server.localAddress().getPort();
                        assertThatExceptionOfType(BindFailedException.class)
                                .isThrownBy(() -> TcpServer.listen("127.0.0.1", port))
                                .withMessageStartingWith("127.0.0.1:" + port)
                                .withMessageContaining("in use");
                    }
                });
    }

    @Test
    void a_server_is_served_once_at_a_time() throws Exception {
        run(
                driver,
                () -> {
                    try (var server = TcpServer.listen("127.0.0.1", 0)) {
                        Weft.group(
                                group -> {
                                    group.background(() -> server.serve(TestLoop::echo));
                                    Weft.checkpoint();
                                    assertThatIllegalStateException()
                                            .isThrownBy(() -> server.serve(TestLoop::echo))
                                            .withMessageContaining("being served already");
                                });
                    }
                });
    }
}

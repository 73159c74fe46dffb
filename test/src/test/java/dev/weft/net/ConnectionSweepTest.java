package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Action;
import dev.weft.Weft;
import dev.weft.test.SimFailure;

import io.netty.channel.Channel;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every client and server of net under a cancellation at each wait, a timeout at each wait, a
 * failure of each thing that goes through the network, and a reset or a killed host at many
 * moments.
 */
class ConnectionSweepTest {
    private static final Duration A_WHILE = Duration.ofMillis(1);
    private static final int PORT = Lines.PORT;
    private static final int FILE_LENGTH = 150_000;

    @SuppressWarnings("NullAway.Init") // before all tests
    private static Path file;

    @BeforeAll
    static void writeFile() throws IOException {
        file = Files.write(Files.createTempFile("weft", null), new byte[FILE_LENGTH]);
    }

    @AfterAll
    static void deleteFile() throws IOException {
        Files.delete(file);
    }

    record Subject(String name, Scene.Script script, List<String> tasks) {
        Subject(String name, Scene.Script script, String... tasks) {
            this(name, script, List.of(tasks));
        }

        String[] victims() {
            return tasks.toArray(String[]::new);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Subject> subjects() {
        return Stream.of(
                served("TCP", ConnectionSweepTest::tcp, "handler"),
                served("TLS", ConnectionSweepTest::tls, "handler"),
                served("few connections", ConnectionSweepTest::fewConnections, "handler"),
                served("startTls", ConnectionSweepTest::startTls, "handler"),
                served("shutdown", ConnectionSweepTest::shutdown, "stopper"),
                served("Unix", ConnectionSweepTest::unix, "handler"),
                new Subject("TLS in memory", ConnectionSweepTest::tlsInMemory, "client", "db"),
                served("TLS over TCP", ConnectionSweepTest::tlsOverTcp, "handler"),
                new Subject("look-up", ConnectionSweepTest::lookUp, "client", "other"),
                served("framed", ConnectionSweepTest::framed, "handler"),
                served("relay", ConnectionSweepTest::relay, "proxy", "handler"),
                served("sendFile", ConnectionSweepTest::sendFile, "handler"),
                new Subject("datagrams", ConnectionSweepTest::datagrams, "client", "db"),
                served("detached", ConnectionSweepTest::detached, "handler"));
    }

    /** Besides whom it names: the client, the server, and the tasks of the server's connections. */
    private static Subject served(String name, Scene.Script script, String... others) {
        var tasks = new ArrayList<>(List.of("client", "db", "connection from *"));
        tasks.addAll(List.of(others));
        return new Subject(name, script, tasks);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void survives_a_cancellation_at_each_wait(Subject subject) {
        Scene.isCancelled(subject.script, subject.victims());
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void survives_a_timeout_at_each_wait(Subject subject) {
        Scene.isLate(subject.script, subject.victims());
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void survives_that_its_connections_break(Subject subject) {
        Scene.isCutOff(subject.script, Duration.ofMillis(12), "db");
    }

    static Stream<Subject> subjectsOnANetwork() {
        return subjects().filter(subject -> !subject.name.endsWith("in memory"));
    }

    @ParameterizedTest
    @MethodSource("subjectsOnANetwork")
    void survives_a_failure_of_each_thing_that_goes_through_the_network(Subject subject) {
        Scene.isBroken(subject.script);
    }

    // ---- the subjects

    /** A server on the host {@code db}, served until its last client has gone. */
    private static void serving(
            Scene scene,
            ServerOptions options,
            int clients,
            ConnectionHandler<? super TcpStream> handler) {
        scene.task(
                "db",
                () -> {
                    try (var server = TcpServer.listen(options)) {
                        serve(server, clients, handler);
                    }
                });
    }

    /** In time: a client may never come. Each handler is a task called {@code handler}. */
    private static <S extends ChannelStream> void serve(
            StreamServer<S> server, int clients, ConnectionHandler<? super S> handler) {
        int[] left = {clients};
        Weft.moveOnAfter(
                Duration.ofSeconds(5),
                () ->
                        server.serve(
                                peer -> {
                                    try {
                                        Weft.group(
                                                group ->
                                                        group.start(
                                                                "handler",
                                                                () -> handler.handle(peer)));
                                    } finally {
                                        if (--left[0] == 0) {
                                            server.close();
                                        }
                                    }
                                }));
    }

    private static void client(Scene scene, Action<Exception> body) {
        scene.task(
                "client",
                () -> {
                    Weft.sleep(A_WHILE); // until somebody listens
                    body.run();
                });
    }

    private static void askTwice(Scene scene, ByteStream stream) {
        for (int i = 0; i < 2; i++) {
            String answer = Lines.ask(stream, "x");
            if (!answer.equals("re x")) {
                assertThat(answer).isIn("re ", "null"); // the server has gone
                return;
            }
        }
        scene.goesWell();
    }

    private static void tcp(Scene scene) {
        serving(scene, ServerOptions.of("db", PORT), 2, Lines::answer);
        for (int i = 0; i < 2; i++) {
            client(
                    scene,
                    () -> {
                        try (var stream = Lines.connect()) {
                            askTwice(scene, stream);
                        }
                    });
        }
    }

    private static void tls(Scene scene) {
        serving(scene, ServerOptions.of("db", PORT).tls(Scene.tlsOfDb()), 1, Lines::answer);
        client(
                scene,
                () -> {
                    var options = ConnectOptions.of("db", PORT).tls(Scene.tlsToDb());
                    try (var stream = TcpStream.connect(options)) {
                        askTwice(scene, stream);
                    }
                });
    }

    private static void fewConnections(Scene scene) {
        serving(scene, ServerOptions.of("", PORT).maxConnections(1).backlog(1), 3, Lines::answer);
        for (int i = 0; i < 3; i++) {
            client(
                    scene,
                    () -> {
                        try (var stream = Lines.connect()) {
                            askTwice(scene, stream);
                        }
                    });
        }
    }

    private static void startTls(Scene scene) {
        serving(
                scene,
                ServerOptions.of("", PORT),
                1,
                peer -> {
                    peer.readLine();
                    peer.write(Bytes.utf8("go on\n"));
                    peer.startTls(Scene.tlsOfDb());
                    Lines.answer(peer);
                });
        client(
                scene,
                () -> {
                    try (var stream = Lines.connect()) {
                        if (Lines.ask(stream, "STARTTLS").equals("go on")) {
                            stream.startTls(Scene.tlsToDb());
                            askTwice(scene, stream);
                        }
                    }
                });
    }

    /** One client ends in time, another has to be cancelled. */
    private static void shutdown(Scene scene) {
        TcpServer[] started = new TcpServer[1];
        scene.task(
                "db",
                () -> {
                    try (var server = TcpServer.listen("", PORT)) {
                        started[0] = server;
                        server.serve(Lines::answer);
                    }
                });
        scene.task(
                "stopper",
                () -> {
                    Weft.sleep(Duration.ofMillis(5));
                    if (started[0] != null) {
                        started[0].shutdown(Duration.ofMillis(5));
                    }
                });
        for (int i = 0; i < 2; i++) {
            boolean stays = i == 1;
            client(
                    scene,
                    () -> {
                        try (var stream = Lines.connect()) {
                            askTwice(scene, stream);
                            if (stays) {
                                Weft.moveOnAfter(
                                        Duration.ofSeconds(5), () -> stream.read().close());
                            }
                        }
                    });
        }
        // who stops it may be the one that is cancelled
        scene.task(
                "end",
                () -> {
                    Weft.sleep(Duration.ofSeconds(5));
                    if (started[0] != null) {
                        started[0].close();
                    }
                });
    }

    private static void unix(Scene scene) {
        var address = UnixAddress.of(Path.of("/run/db"));
        scene.task(
                "db",
                () -> {
                    try (var server = UnixServer.listen(address)) {
                        serve(server, 1, Lines::answer);
                    }
                });
        scene.task(
                "client",
                "db",
                () -> {
                    Weft.sleep(A_WHILE);
                    try (var stream = UnixStream.connect(address)) {
                        askTwice(scene, stream);
                    }
                });
    }

    private static void tlsInMemory(Scene scene) {
        var pair = StreamPair.inMemory(1_000); // less than the handshake
        scene.task(
                "db",
                () -> {
                    try (var carrier = pair.right();
                            var stream = TlsStream.server(carrier, Scene.tlsOfDb())) {
                        Lines.answer(stream);
                    }
                });
        scene.task(
                "client",
                () -> {
                    try (var carrier = pair.left();
                            var stream =
                                    TlsStream.client(carrier, Scene.tlsToDb().serverName("db"))) {
                        askTwice(scene, stream);
                    }
                });
    }

    private static void tlsOverTcp(Scene scene) {
        serving(
                scene,
                ServerOptions.of("", PORT),
                1,
                peer -> {
                    try (var stream = TlsStream.server(peer, Scene.tlsOfDb())) {
                        Lines.answer(stream);
                    }
                });
        client(
                scene,
                () -> {
                    var options = Scene.tlsToDb().serverName("db");
                    try (var carrier = Lines.connect();
                            var stream = TlsStream.client(carrier, options)) {
                        askTwice(scene, stream);
                    }
                });
    }

    /** Two ask for the same name, one of them for a little while. */
    private static void lookUp(Scene scene) {
        scene.sim().net().host("db");
        var _ = scene.sim().net().names().slow(Duration.ofMillis(6));
        client(
                scene,
                () -> {
                    assertThat(Dns.resolve("db")).isNotEmpty();
                    scene.goesWell();
                });
        scene.task(
                "other",
                "client",
                () -> {
                    Weft.moveOnAfter(
                            A_WHILE.multipliedBy(3),
                            () -> {
                                List<InetAddress> _ = Dns.resolve("db");
                            });
                    assertThat(Dns.resolve("db")).isNotEmpty();
                });
    }

    private static void framed(Scene scene) {
        serving(
                scene,
                ServerOptions.of("", PORT),
                1,
                peer -> {
                    var messages = peer.framed(Framing.lengthPrefixed(1_000));
                    for (Bytes message : messages) {
                        messages.send(message);
                    }
                });
        client(
                scene,
                () -> {
                    try (var stream = Lines.connect().framed(Framing.lengthPrefixed(1_000))) {
                        for (int i = 0; i < 2; i++) {
                            stream.send(Bytes.utf8("hello"));
                            Bytes answer = stream.receive();
                            if (answer == null) {
                                return; // the server has gone
                            }
                            answer.close();
                        }
                        scene.goesWell();
                    }
                });
    }

    private static void relay(Scene scene) {
        serving(scene, ServerOptions.of("", PORT), 1, Lines::answer);
        scene.task(
                "proxy",
                () -> {
                    try (var server = TcpServer.listen("", PORT)) {
                        serve(
                                server,
                                1,
                                peer -> {
                                    try (var behind = Lines.connect()) {
                                        ByteStream.relay(peer, behind);
                                    } catch (NetException gone) {
                                        // the server behind has
                                    }
                                });
                    }
                });
        client(
                scene,
                () -> {
                    try (var stream = TcpStream.connect("proxy", PORT)) {
                        askTwice(scene, stream);
                    }
                });
    }

    private static void sendFile(Scene scene) {
        serving(
                scene,
                ServerOptions.of("", PORT),
                1,
                peer -> {
                    FileChannel part = FileChannel.open(file);
                    try {
                        peer.sendFile(part, 0, FILE_LENGTH);
                    } finally {
                        assertThat(part.isOpen()).isFalse();
                    }
                });
        client(
                scene,
                () -> {
                    try (var stream = Lines.connect()) {
                        stream.readExactly(FILE_LENGTH).close();
                        scene.goesWell();
                    }
                });
    }

    /** A question that is asked until it is answered, of whoever is told of no failure. */
    private static void datagrams(Scene scene) {
        scene.task(
                "db",
                () -> {
                    try (var socket = UdpSocket.bind("", PORT)) {
                        for (int i = 0; i < 2; i++) {
                            Weft.moveOnAfter(
                                    Duration.ofSeconds(5),
                                    () -> {
                                        Datagram question = socket.receive();
                                        socket.send(question.content(), question.sender());
                                    });
                        }
                    }
                });
        client(
                scene,
                () -> {
                    try (var socket = UdpSocket.connect("db", PORT)) {
                        for (int i = 0; i < 2 && !scene.hasGoneWell(); i++) {
                            socket.send(Bytes.utf8("hello"));
                            Weft.moveOnAfter(
                                    Duration.ofSeconds(1),
                                    () -> {
                                        try (var answer = socket.receive().content()) {
                                            assertThat(answer.length()).isEqualTo(5);
                                        }
                                        scene.goesWell();
                                    });
                        }
                    }
                });
    }

    private static void detached(Scene scene) {
        serving(scene, ServerOptions.of("", PORT), 1, Lines::answer);
        client(
                scene,
                () -> {
                    Channel channel;
                    try (var stream = Lines.connect()) {
                        channel = stream.detach();
                    }
                    try {
                        Weft.sleep(A_WHILE);
                        scene.goesWell();
                    } finally {
                        NettyDriver.current("test").closeNow(channel);
                    }
                });
    }

    // ---- what leaks is noticed

    private static void assertFails(Scene.Script leaky, String how, String... victims) {
        assertThatExceptionOfType(SimFailure.class)
                .isThrownBy(() -> Scene.isCancelled(leaky, victims))
                .withMessageContaining(how);
    }

    @Test
    void a_stream_that_only_a_client_that_is_not_cancelled_closes() {
        assertFails(
                scene -> {
                    serving(scene, ServerOptions.of("", PORT), 1, Lines::answer);
                    client(
                            scene,
                            () -> {
                                var stream = Lines.connect();
                                askTwice(scene, stream);
                                stream.close();
                            });
                },
                "still open",
                "client");
    }

    @Test
    void bytes_that_only_a_handler_that_is_not_cancelled_frees() {
        assertFails(
                scene -> {
                    serving(
                            scene,
                            ServerOptions.of("", PORT),
                            1,
                            peer -> {
                                Bytes taken = peer.read();
                                peer.write(Bytes.utf8("re x\n"));
                                Weft.sleep(A_WHILE);
                                taken.close();
                            });
                    client(
                            scene,
                            () -> {
                                try (var stream = Lines.connect()) {
                                    askTwice(scene, stream);
                                }
                            });
                },
                "in buffers that nobody has closed",
                "handler");
    }

    @Test
    void a_channel_that_only_a_taker_who_is_not_cancelled_closes() {
        assertFails(
                scene -> {
                    serving(scene, ServerOptions.of("", PORT), 1, Lines::answer);
                    client(
                            scene,
                            () -> {
                                var channel = Lines.connect().detach();
                                Weft.sleep(A_WHILE);
                                NettyDriver.current("test").closeNow(channel);
                            });
                },
                "open sockets",
                "client");
    }

    @Test
    void a_client_that_waits_for_an_answer_that_a_cancelled_server_never_gives() {
        assertFails(
                scene -> {
                    boolean[] answered = {false};
                    scene.task(
                            "db",
                            () -> {
                                Weft.sleep(A_WHILE);
                                answered[0] = true;
                            });
                    scene.task(
                            "client",
                            () -> {
                                while (!answered[0]) {
                                    Weft.sleep(Duration.ofSeconds(1));
                                }
                            });
                },
                "nobody hangs",
                "db");
    }
}

package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Loops;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.net.ByteStream;
import dev.weft.net.Bytes;
import dev.weft.net.ConnectFailedException;
import dev.weft.net.ConnectOptions;
import dev.weft.net.ConnectionHandler;
import dev.weft.net.Framing;
import dev.weft.net.ServerOptions;
import dev.weft.net.StreamPair;
import dev.weft.net.TcpServer;
import dev.weft.net.TcpStream;
import dev.weft.net.TlsException;
import dev.weft.net.TlsOptions;
import dev.weft.net.TlsStream;
import dev.weft.net.UnixServer;
import dev.weft.net.UnixServerOptions;
import dev.weft.net.UnixStream;
import dev.weft.process.Command;
import dev.weft.process.Signal;
import dev.weft.process.Signals;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The snippets of {@code docs/streams.md}. */
@Timeout(60)
class StreamSnippetsTest {
    private final List<@Nullable String> said = new ArrayList<>();

    private void say(@Nullable String what) {
        said.add(what);
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
            return free.getLocalPort();
        }
    }

    private static void serve(int port) {
        // snippet
        try (var server = TcpServer.listen("localhost", port)) {
            server.serve(
                    client -> {
                        for (String line : client.lines()) {
                            client.write(Bytes.utf8("you said " + line + "\n"));
                        }
                    });
        }
        // end
    }

    private void talk(int port) {
        // snippet
        try (var server = TcpStream.connect("localhost", port)) {
            server.write(Bytes.utf8("hello\n"));
            say(server.readLine());
        }
        // end
    }

    @Test
    void a_server_and_its_client() throws Exception {
        int port = freePort();
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    Task<?> server = group.start(() -> serve(port));
                                    Weft.checkpoint();
                                    talk(port);
                                    server.cancel("the test is over");
                                }));
        assertThat(said).containsExactly("you said hello");
    }

    @Test
    void tls_by_options() {
        // snippet
        var verified = TlsOptions.client().alpn("http/1.1");
        var secure = ConnectOptions.of("example.org", 443).tls(verified);
        // end
        assertThat(secure.tls()).isNotNull();
    }

    private static void serveUntilTerminated(int port, ConnectionHandler<TcpStream> handler) {
        // snippet
        try (var server = TcpServer.listen("localhost", port);
                var signals = Signals.receive(Signal.TERM)) {
            Weft.group(
                    group -> {
                        group.background(
                                () -> {
                                    signals.next();
                                    server.shutdown(Duration.ofSeconds(30));
                                });
                        server.serve(handler);
                    });
        }
        // end
    }

    /** The test receives the signal, too, so that it does not end the JVM if it comes too early. */
    @Test
    void a_signal_lets_connections_end() throws Exception {
        int port = freePort();
        Weft.run(
                () -> {
                    try (var mine = Signals.receive(Signal.TERM)) {
                        Weft.group(
                                group -> {
                                    group.start(
                                            () ->
                                                    serveUntilTerminated(
                                                            port,
                                                            peer -> {
                                                                peer.write(Bytes.utf8("welcome\n"));
                                                                say(peer.readLine());
                                                            }));
                                    Weft.checkpoint();
                                    try (var stream = TcpStream.connect("localhost", port)) {
                                        stream.readLine();
                                        Command.exec(
                                                        "kill",
                                                        "-TERM",
                                                        Long.toString(
                                                                ProcessHandle.current().pid()))
                                                .run()
                                                .check();
                                        mine.next();
                                        stream.write(Bytes.utf8("not in the middle of it\n"));
                                    }
                                });
                    }
                });
        assertThat(said).containsExactly("not in the middle of it");
    }

    private static void serveOnAllLoops(int port, ConnectionHandler<TcpStream> handler) {
        // snippet
        Loops.run(
                loops -> {
                    var shared = ServerOptions.of("localhost", port).reusePort(true);
                    try (var server = TcpServer.listen(shared)) {
                        server.serve(handler);
                    }
                });
        // end
    }

    @Test
    void servers_of_all_loops_share_a_port() throws Exception {
        int port = freePort();
        var thread = new Thread(() -> serveOnAllLoops(port, peer -> peer.write(Bytes.utf8("x\n"))));
        thread.start();
        try {
            Weft.run(() -> assertThat(answerOf(port)).isEqualTo("x"));
        } finally {
            thread.interrupt();
            thread.join();
        }
    }

    private static @Nullable String answerOf(int port) {
        while (true) {
            try (var stream = TcpStream.connect("localhost", port)) {
                return stream.readLine();
            } catch (ConnectFailedException notYet) {
                Weft.sleep(Duration.ofMillis(5));
            }
        }
    }

    private void secureMail(TcpStream mail) {
        // snippet
        mail.write(Bytes.utf8("STARTTLS\r\n"));
        requireOk(mail.readLine());
        mail.startTls(TlsOptions.client());
        // end
    }

    private void requireOk(@Nullable String answer) {
        say(String.valueOf(answer));
    }

    @Test
    void a_mail_server_that_hangs_up_is_told_of() throws Exception {
        int port = freePort();
        Weft.run(
                () -> {
                    try (var server = TcpServer.listen("localhost", port)) {
                        Weft.group(
                                group -> {
                                    group.background(
                                            () ->
                                                    server.serve(
                                                            peer -> {
                                                                say(
                                                                        String.valueOf(
                                                                                peer.readLine()));
                                                                peer.write(
                                                                        Bytes.utf8("220 go\r\n"));
                                                            }));
                                    try (var mail = TcpStream.connect("localhost", port)) {
                                        assertThatExceptionOfType(TlsException.class)
                                                .isThrownBy(() -> secureMail(mail));
                                    }
                                });
                    }
                });
        assertThat(said).containsExactly("STARTTLS", "220 go");
    }

    private void secureTunnel(ByteStream tunnel, TlsOptions verified) {
        // snippet
        try (var secure = TlsStream.client(tunnel, verified.serverName("example.org"))) {
            secure.write(Bytes.utf8("GET / HTTP/1.0\r\n\r\n"));
            say(secure.readLine());
        }
        // end
    }

    @Test
    void a_tunnel_without_tls_at_its_end_is_told_of() {
        Weft.run(
                () -> {
                    try (var pair = StreamPair.inMemory()) {
                        Weft.group(
                                group -> {
                                    group.start(
                                            () -> {
                                                pair.right().read().close();
                                                pair.right().write(Bytes.utf8("what?\n"));
                                            });
                                    assertThatExceptionOfType(TlsException.class)
                                            .isThrownBy(
                                                    () ->
                                                            secureTunnel(
                                                                    pair.left(),
                                                                    TlsOptions.client()))
                                            .withMessageContaining("does not speak TLS");
                                });
                    }
                });
    }

    @Test
    void processes_of_one_machine(@TempDir Path folder) {
        Weft.run(() -> talkHere(folder.resolve("socket")));
        assertThat(said).containsExactly("hello");
    }

    @Test
    void who_may_connect(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("socket");
        // snippet
        var options =
                UnixServerOptions.of(path)
                        .permissions(PosixFilePermissions.fromString("rw-rw----"))
                        .maxConnections(100);
        // end
        Weft.run(
                () -> {
                    try (var _ = UnixServer.listen(options)) {
                        assertThat(Files.getPosixFilePermissions(path)).hasSize(4);
                    }
                });
    }

    private void talkHere(Path path) {
        // snippet
        try (var server = UnixServer.listen(path)) {
            Weft.group(
                    group -> {
                        group.background(
                                () -> server.serve(peer -> peer.write(Bytes.utf8("hello\n"))));
                        try (var stream = UnixStream.connect(path)) {
                            say(stream.readLine());
                        }
                    });
        }
        // end
    }

    @Test
    void messages_there_and_back() {
        Weft.run(
                () -> {
                    try (var pair = StreamPair.inMemory()) {
                        var other = pair.right().framed(Framing.lengthPrefixed(100));
                        other.send(Bytes.utf8("an answer"));
                        pair.right().shutdownOutput();
                        converse(pair.left());
                        assertThat(pair.right().peek(13)).asString().endsWith("a message");
                    }
                });
        assertThat(said).containsExactly("an answer");
    }

    private void converse(ByteStream stream) {
        // snippet
        var messages = stream.framed(Framing.lengthPrefixed(1_000_000));
        messages.send(Bytes.utf8("a message"));
        for (Bytes message : messages) {
            try (message) {
                say(message.toString(UTF_8));
            }
        }
        // end
    }

    @Test
    void bytes_are_handed_on() {
        Weft.run(
                () -> {
                    try (var a = StreamPair.inMemory();
                            var b = StreamPair.inMemory()) {
                        a.left().write(Bytes.utf8("all"));
                        a.left().close();
                        handOn(a.right(), b.left());
                        assertThat(b.right().peek(3)).asString().isEqualTo("all");
                    }
                });
    }

    private static void handOn(ByteStream from, ByteStream to) {
        // snippet
        for (Bytes bytes = from.read(); !bytes.isEmpty(); bytes = from.read()) {
            to.write(bytes);
        }
        // end
    }
}

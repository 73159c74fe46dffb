package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.net.ByteStream;
import dev.weft.net.Bytes;
import dev.weft.net.ConnectOptions;
import dev.weft.net.Framing;
import dev.weft.net.StreamPair;
import dev.weft.net.TcpServer;
import dev.weft.net.TcpStream;
import dev.weft.net.TlsOptions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** The snippets of {@code docs/streams.md}. */
@Timeout(60)
class StreamSnippetsTest {
    private final List<String> said = new ArrayList<>();

    private void say(String what) {
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

package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.net.Bytes;
import dev.weft.net.Datagram;
import dev.weft.net.UdpException;
import dev.weft.net.UdpSocket;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** The snippets of {@code docs/udp.md}. */
@Timeout(60)
class UdpSnippetsTest {
    private final List<String> said = new ArrayList<>();

    private void say(String what) {
        said.add(what);
    }

    private static int freePort() {
        try (var free = UdpSocket.bind("localhost", 0)) {
            return free.localAddress().getPort();
        }
    }

    private static void serve(int port) {
        // snippet
        try (var socket = UdpSocket.bind("localhost", port)) {
            for (Datagram question : socket) {
                socket.send(question.content(), question.sender());
            }
        }
        // end
    }

    // snippet
    private static String ask(UdpSocket server, String question) throws TimeoutException {
        for (int tries = 1; ; tries++) {
            try {
                server.send(Bytes.utf8(question));
                return Weft.timeout(Duration.ofMillis(500), () -> answer(server, question));
            } catch (TimeoutException e) {
                if (tries == 3) {
                    throw e;
                }
            }
        }
    }

    private static String answer(UdpSocket server, String question) {
        while (true) {
            try (Datagram answer = server.receive()) {
                String text = answer.toString(UTF_8);
                if (text.endsWith(question)) {
                    return text; // and not what an earlier question is answered late
                }
            }
        }
    }

    // end

    @Test
    void a_server_and_its_client() throws Exception {
        Weft.run(
                () -> {
                    int port = freePort();
                    Weft.group(
                            group -> {
                                Task<?> server = group.start(() -> serve(port));
                                Weft.checkpoint();
                                try (var socket = UdpSocket.connect("localhost", port)) {
                                    say(ask(socket, "one"));
                                    say(ask(socket, "two"));
                                }
                                server.cancel("the test is over");
                            });
                });
        assertThat(said).containsExactly("one", "two");
    }

    @Test
    void nobody_is_there() {
        Weft.run(() -> knock(freePort()));
        assertThat(said).containsExactly("PORT_UNREACHABLE");
    }

    private void knock(int nobodysPort) {
        // snippet
        try (var socket = UdpSocket.connect("localhost", nobodysPort)) {
            socket.send(Bytes.utf8("hello?"));
            socket.receive().close();
        } catch (UdpException e) {
            say(e.kind().toString());
        }
        // end
    }
}

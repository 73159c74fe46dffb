package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Weft;
import dev.weft.http.HttpClient;
import dev.weft.http.HttpException;
import dev.weft.net.TcpServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** The programs over TCP, with clients and servers of the JDK's. */
@Timeout(60)
class NetProgramsTest {
    /** {@code 143} is what a shell says of one that SIGTERM has ended. */
    private static final int TERMINATED = 143;

    @Test
    void the_echo_server_sends_back_and_ends_with_a_signal() throws Exception {
        try (var program = new Program(EchoServer.class, "0");
                Socket client = program.connect()) {
            client.getOutputStream().write("hello".getBytes(UTF_8));
            assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).isEmpty();
            assertThat(program.terminate()).isEqualTo(TERMINATED);
        }
    }

    /** One who chats, with what {@code nc} would be. */
    private record Guest(Socket socket, BufferedReader heard) implements AutoCloseable {
        static Guest at(int port) throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            return new Guest(
                    socket,
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)));
        }

        void says(String line) throws IOException {
            socket.getOutputStream().write((line + "\r\n").getBytes(UTF_8));
        }

        void hears(String line) throws IOException {
            assertThat(heard.readLine()).isEqualTo(line);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void who_chats_hears_the_others_come_speak_and_go() throws Exception {
        try (var program = new Program(ChatServer.class, "0")) {
            int port = program.port();
            try (Guest ann = Guest.at(port)) {
                ann.hears("What is your name?");
                ann.says("ann");
                ann.hears("* ann has come");
                try (Guest bob = Guest.at(port)) {
                    bob.hears("What is your name?");
                    bob.says("bob");
                    bob.hears("* bob has come");
                    ann.hears("* bob has come");
                    ann.says("für dich");
                    bob.hears("ann: für dich");
                    ann.hears("ann: für dich");
                }
                ann.hears("* bob has gone");
            }
            assertThat(program.terminate()).isEqualTo(TERMINATED);
        }
    }

    @Test
    void the_scanner_finds_what_is_open() throws Exception {
        try (var open = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(open.getLocalPort());
            try (var program = new Program(PortScanner.class, "127.0.0.1", port, port, "10")) {
                assertThat(program.lines()).containsExactly(port + " is open");
            }
        }
    }

    @Test
    void through_the_proxy_pages_come_in_small_pieces_and_whole() throws Exception {
        try (var pages = new Pages()) {
            Weft.run(
                    () ->
                            through(
                                    new FaultyProxy("127.0.0.1", port(pages), Duration.ZERO, 1, 0),
                                    url -> assertThat(text(url)).isEqualTo(Pages.page(1))));
        }
    }

    @Test
    void a_connection_that_the_proxy_resets_within_a_page_fails() throws Exception {
        try (var pages = new Pages()) {
            var proxy = new FaultyProxy("127.0.0.1", port(pages), Duration.ZERO, 100, 800);
            Weft.run(
                    () ->
                            through(
                                    proxy,
                                    url ->
                                            assertThatExceptionOfType(HttpException.class)
                                                    .isThrownBy(() -> text(url))));
        }
    }

    @Test
    void a_page_that_the_proxy_delays_is_not_waited_for_longer_than_one_wants() throws Exception {
        try (var pages = new Pages()) {
            var proxy = new FaultyProxy("127.0.0.1", port(pages), Duration.ofDays(1), 100, 0);
            Weft.run(
                    () ->
                            through(
                                    proxy,
                                    url ->
                                            assertThatThrownBy(
                                                            () ->
                                                                    Weft.timeout(
                                                                            Duration.ofMillis(100),
                                                                            () -> text(url)))
                                                    .isInstanceOf(TimeoutException.class)));
        }
    }

    private interface Use {
        void use(String url) throws Exception;
    }

    private static void through(FaultyProxy proxy, Use use) throws Exception {
        try (var server = TcpServer.listen("127.0.0.1", 0)) {
            Weft.group(
                    group -> {
                        group.background(() -> server.serve(proxy::handle));
                        use.use("http://127.0.0.1:" + server.localAddress().getPort() + "/page/1");
                    });
        }
    }

    private static String text(String url) {
        try (var session = HttpClient.create()) {
            return session.get(url).text();
        }
    }

    private static int port(Pages pages) {
        return URI.create(pages.url("/")).getPort();
    }
}

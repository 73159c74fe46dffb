package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLSocket;

/** What goes wrong between client and server is told apart, and closes the connection. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class FailureTest {

    private static final Duration SHORT = Duration.ofMillis(50);

    private static void assertTimeout(
            TimeoutKind kind, OnLoop.ClientBody<RuntimeException> body, HttpClient client) {
        assertThatExceptionOfType(HttpException.Timeout.class)
                .isThrownBy(() -> body.run(client))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(kind))
                .withMessageMatching(".* (within|for) \\d+m?s.*");
        assertThat(client.openConnections()).isZero();
    }

    @Test
    void a_refused_connection_is_a_connect_failure() throws Exception {
        int port;
        try (var unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        OnLoop.client(
                client ->
                        assertThatExceptionOfType(HttpException.Connect.class)
                                .isThrownBy(() -> client.get("http://127.0.0.1:" + port + "/a"))
                                .withMessage(
                                        "GET http://127.0.0.1:"
                                                + port
                                                + "/a: 127.0.0.1:"
                                                + port
                                                + ": connection refused")
                                .satisfies(
                                        e -> {
                                            assertThat(e.method()).isEqualTo("GET");
                                            assertThat(e.url())
                                                    .isEqualTo("http://127.0.0.1:" + port + "/a");
                                            assertThat(e.getCause()).isNotNull();
                                        }));
    }

    @Test
    void an_unknown_name_is_a_dns_failure() throws Exception {
        OnLoop.client(
                client ->
                        assertThatExceptionOfType(HttpException.Dns.class)
                                .isThrownBy(() -> client.get("http://no-such-host.invalid/")));
    }

    @Test
    void a_close_without_a_byte_of_an_answer_is_a_connect_failure() throws Exception {
        try (var server = RawServer.answeringOnce("")) {
            OnLoop.client(
                    client -> {
                        assertThatExceptionOfType(HttpException.Connect.class)
                                .isThrownBy(() -> client.get(server.url()));
                        assertThat(client.openConnections()).isZero();
                    });
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void a_reset_before_the_answer_is_a_connect_failure() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.reset();
                        })) {
            OnLoop.client(
                    client ->
                            assertThatExceptionOfType(HttpException.Connect.class)
                                    .isThrownBy(() -> client.get(server.url()))
                                    .withMessage(
                                            "GET " + server.url() + ": connection reset by peer"));
        }
    }

    @Test
    void a_reset_within_the_answer_is_a_protocol_error() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
                            talk.clientCloses();
                        })) {
            OnLoop.client(
                    client -> {
                        HttpResponse response = client.get(server.url());
                        InputStream body = response.body();
                        assertThat(body.readNBytes(3)).hasSize(3);
                        server.end();
                        assertThatExceptionOfType(HttpException.Protocol.class)
                                .isThrownBy(body::read);
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }

    @Test
    void a_server_that_says_nothing_runs_into_the_total_limit() throws Exception {
        try (var server = new RawServer(RawServer.Talk::hold)) {
            OnLoop.client(
                    HttpClient.builder().totalTimeout(SHORT),
                    client -> assertTimeout(TimeoutKind.TOTAL, c -> c.get(server.url()), client));
        }
    }

    @Test
    void a_server_that_says_nothing_runs_into_the_read_limit() throws Exception {
        try (var server = new RawServer(RawServer.Talk::hold)) {
            OnLoop.client(
                    HttpClient.builder().readTimeout(SHORT),
                    client -> assertTimeout(TimeoutKind.READ, c -> c.get(server.url()), client));
        }
    }

    @Test
    void a_body_that_stalls_runs_into_the_limits_too() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
                            talk.hold();
                        })) {
            OnLoop.client(
                    HttpClient.builder().readTimeout(SHORT),
                    client ->
                            assertTimeout(
                                    TimeoutKind.READ, c -> c.get(server.url()).bytes(), client));
            OnLoop.client(
                    client ->
                            assertTimeout(
                                    TimeoutKind.TOTAL,
                                    c ->
                                            c.send(
                                                            HttpRequest.get(server.url())
                                                                    .timeout(SHORT)
                                                                    .build())
                                                    .bytes(),
                                    client));
        }
    }

    @Test
    void a_body_that_stalls_while_it_is_discarded_closes_the_connection() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
                            talk.hold();
                        })) {
            OnLoop.client(
                    HttpClient.builder().readTimeout(SHORT),
                    client ->
                            assertTimeout(
                                    TimeoutKind.READ, c -> c.get(server.url()).discard(), client));
        }
    }

    @Test
    void a_server_that_does_not_read_stalls_the_request_into_the_limit() throws Exception {
        try (var server = new RawServer(RawServer.Talk::hold)) {
            OnLoop.client(
                    HttpClient.builder().readTimeout(SHORT),
                    client ->
                            assertTimeout(
                                    TimeoutKind.READ,
                                    c ->
                                            c.send(
                                                    HttpRequest.put(server.url())
                                                            .body(new byte[32 << 20])
                                                            .build()),
                                    client));
        }
    }

    @Test
    void bytes_that_trickle_in_are_no_idle_time_but_count_for_the_total() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send("HTTP/1.1 200 OK\r\n\r\n");
                            while (true) {
                                talk.send("x");
                                Thread.sleep(5);
                            }
                        })) {
            OnLoop.client(
                    HttpClient.builder()
                            .readTimeout(Duration.ofSeconds(20))
                            .totalTimeout(Duration.ofMillis(200)),
                    client ->
                            assertTimeout(
                                    TimeoutKind.TOTAL, c -> c.get(server.url()).bytes(), client));
        }
    }

    @Test
    void a_name_that_is_being_connected_to_in_vain_is_a_timeout_of_connecting() throws Exception {
        try (var server = new RawServer(RawServer.Talk::hold)) {
            OnLoop.client(
                    HttpClient.builder().connectTimeout(SHORT),
                    // a TLS handshake that is never answered
                    client ->
                            assertTimeout(
                                    TimeoutKind.CONNECT,
                                    c -> c.get(server.url().replace("http:", "https:")),
                                    client));
        }
    }

    @Test
    void a_timeout_from_outside_wins_and_closes_the_connection() throws Exception {
        try (var server = new RawServer(RawServer.Talk::hold)) {
            OnLoop.client(
                    HttpClient.builder().readTimeout(Duration.ofSeconds(20)),
                    client -> {
                        assertThatExceptionOfType(TimeoutException.class)
                                .isThrownBy(
                                        () -> Weft.timeout(SHORT, () -> client.get(server.url())));
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }

    @Test
    void a_certificate_that_nobody_signed_is_a_tls_failure() throws Exception {
        try (var server = ForeignServer.tls()) {
            OnLoop.client(
                    client -> {
                        assertThatExceptionOfType(HttpException.Tls.class)
                                .isThrownBy(() -> client.get(server.url("/hello")));
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }

    @Test
    void a_certificate_for_another_name_is_a_tls_failure() throws Exception {
        try (var server = ForeignServer.tls()) {
            OnLoop.client(
                    HttpClient.builder().tls(server.trusting()),
                    client -> {
                        assertThat(client.get(server.url("/hello")).text()).isEqualTo("hello");
                        assertThatExceptionOfType(HttpException.Tls.class)
                                .isThrownBy(
                                        () ->
                                                client.get(
                                                        server.url("/hello")
                                                                .replace(
                                                                        "localhost", "127.0.0.1")));
                    });
        }
    }

    @Test
    void a_server_that_hangs_up_before_the_tls_handshake_is_a_tls_failure() throws Exception {
        try (var server = new RawServer(_ -> {})) {
            String url = server.url().replace("http:", "https:");
            OnLoop.client(
                    client ->
                            Weft.forEach(
                                    Collections.nCopies(200, url),
                                    20,
                                    each ->
                                            assertThatExceptionOfType(HttpException.Tls.class)
                                                    .isThrownBy(() -> client.get(each))));
        }
    }

    @Test
    void a_reset_in_a_body_is_told_in_plain_words() throws Exception {
        var headerSeen = new CountDownLatch(1);
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
                            headerSeen.await();
                            talk.reset();
                        })) {
            OnLoop.client(
                    client -> {
                        HttpResponse response = client.get(server.url());
                        headerSeen.countDown();
                        assertThatExceptionOfType(HttpException.Protocol.class)
                                .isThrownBy(response::bytes)
                                .withMessage("GET " + server.url() + ": connection reset by peer");
                    });
        }
    }

    @Test
    void a_server_that_speaks_no_tls_is_a_tls_failure() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            talk.send("HTTP/1.1 400 Bad Request\r\n\r\n");
                            talk.hold();
                        })) {
            OnLoop.client(
                    client ->
                            assertThatExceptionOfType(HttpException.Tls.class)
                                    .isThrownBy(
                                            () ->
                                                    client.get(
                                                            server.url()
                                                                    .replace("http:", "https:")))
                                    .withMessageEndingWith(": the server does not speak TLS"));
        }
    }

    @Test
    void over_tls_an_end_that_the_server_did_not_announce_is_no_end_of_a_body() throws Exception {
        try (var trusted = ForeignServer.tls();
                var listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread server =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (boolean announced : new boolean[] {true, false}) {
                                            try (Socket plain = listening.accept()) {
                                                var secure =
                                                        (SSLSocket)
                                                                trusted.context()
                                                                        .getSocketFactory()
                                                                        .createSocket(
                                                                                plain, null, false);
                                                secure.setUseClientMode(false);
                                                secure.getInputStream().read(new byte[1000]);
                                                secure.getOutputStream()
                                                        .write(
                                                                "HTTP/1.1 200 OK\r\n\r\nbody"
                                                                        .getBytes(
                                                                                StandardCharsets
                                                                                        .US_ASCII));
                                                if (announced) {
                                                    secure.close();
                                                }
                                            } catch (IOException e) {
                                                throw new UncheckedIOException(e);
                                            }
                                        }
                                    });
            String url = "https://localhost:" + listening.getLocalPort() + "/";
            OnLoop.client(
                    HttpClient.builder().tls(trusted.trusting()),
                    client -> {
                        assertThat(client.get(url).text()).isEqualTo("body");
                        assertThatExceptionOfType(HttpException.Protocol.class)
                                .isThrownBy(() -> client.get(url).text())
                                .withMessageContaining("cut off");
                    });
            server.join();
        }
    }

    /** Complete without a default: the hierarchy is sealed. */
    private static String kind(HttpException e) {
        return switch (e) {
            case HttpException.InvalidUrl _ -> "url";
            case HttpException.Dns _ -> "dns";
            case HttpException.Connect _ -> "connect";
            case HttpException.Tls _ -> "tls";
            case HttpException.Timeout t -> "timeout " + t.kind();
            case HttpException.Protocol _, HttpException.Redirect _ -> "protocol";
            case HttpException.TooLarge _ -> "size";
            case HttpException.Content _, HttpException.RequestBody _, HttpException.Closed _ ->
                    "use";
        };
    }

    @Test
    void every_failure_can_be_told_apart_by_its_class() {
        assertThat(kind(new HttpException.Closed("GET", "http://h/"))).isEqualTo("use");
        assertThat(kind(new HttpException.Redirect("GET", "http://h/", "x"))).isEqualTo("protocol");
    }

    @Test
    void a_closed_client_says_so() throws Exception {
        OnLoop.run(
                () -> {
                    HttpClient client = HttpClient.create();
                    client.close();
                    client.close();
                    assertThatExceptionOfType(HttpException.Closed.class)
                            .isThrownBy(() -> client.get("http://127.0.0.1:1/"));
                });
    }

    @Test
    void closing_the_client_ends_what_runs_and_what_waits() throws Exception {
        try (var server = new RawServer(RawServer.Talk::hold)) {
            OnLoop.run(
                    () -> {
                        HttpClient client = HttpClient.builder().maxConnections(1).build();
                        var running = Weft.background(() -> client.get(server.url()));
                        OnLoop.until(() -> server.connections() == 1);
                        var waiting = Weft.background(() -> client.get(server.url()));
                        OnLoop.until(() -> client.pool.waiting() == 1);
                        client.close();

                        assertThatExceptionOfType(HttpException.Closed.class)
                                .isThrownBy(running::await);
                        assertThatExceptionOfType(HttpException.Closed.class)
                                .isThrownBy(waiting::await);
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }

    @Test
    void a_jar_that_fails_leaves_no_connection_behind() throws Exception {
        CookieJar failing =
                new CookieJar() {
                    @Override
                    public void receive(URI from, String setCookie, Instant now) {
                        throw new IllegalStateException("no room");
                    }

                    @Override
                    public List<Cookie> matching(URI to, Instant now) {
                        return List.of();
                    }
                };
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send(
                                    "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n"
                                            + "Content-Length: 100\r\n\r\nabc");
                            talk.hold();
                        })) {
            OnLoop.client(
                    HttpClient.builder().cookies(failing),
                    client -> {
                        assertThatExceptionOfType(IllegalStateException.class)
                                .isThrownBy(() -> client.get(server.url()))
                                .withMessage("no room");
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }
}

package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The server against bytes written by hand, and against the JDK's client. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class ServerTest {

    private static final String HOST = "Host: h\r\n";

    interface PortBody {
        void run(int port) throws Exception;
    }

    private static void serving(HttpServerBuilder settings, HttpHandler handler, PortBody body)
            throws Exception {
        OnLoop.run(
                () -> {
                    try (HttpServer server = settings.listen("127.0.0.1", 0)) {
                        Weft.group(
                                group -> {
                                    group.background(() -> server.serve(handler));
                                    body.run(server.port());
                                });
                    }
                });
    }

    private static void serving(HttpHandler handler, PortBody body) throws Exception {
        serving(HttpServer.builder(), handler, body);
    }

    /** Sends the bytes, ends its side, and gives all that comes back; on a thread of the JDK's. */
    private static String talk(int port, String sent) throws IOException {
        return Weft.offload(
                () -> {
                    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
                        socket.shutdownOutput();
                        return new String(
                                socket.getInputStream().readAllBytes(),
                                StandardCharsets.ISO_8859_1);
                    }
                });
    }

    private static void echo(ServerExchange exchange) {
        exchange.respond(200, Headers.empty(), exchange.bytes());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    GET / HTTP/1.1\\r\\n\\r\\n                                             | 400
                    GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: a\\r\\n\\r\\n                   | 400
                    GET / HTTP/1.1\\nHost: h\\n\\n                                         | 400
                    GET  / HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n                               | 400
                    GET / HTTP/1.1 \\r\\nHost: h\\r\\n\\r\\n                               | 400
                    GET /a b HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n                             | 400
                    GET a HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n                                | 400
                    GET ftp://h/ HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n                         | 400
                    GET * HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n                                | 400
                    G(T / HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n                                | 400
                    GET /\\r\\nHost: h\\r\\n\\r\\n                                         | 400
                    GET / HTTP/2.0\\r\\nHost: h\\r\\n\\r\\n                                | 505
                    CONNECT h:1 HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n                          | 501
                    GET / HTTP/1.1\\r\\nHost : h\\r\\n\\r\\n                               | 400
                    GET / HTTP/1.1\\r\\nHost: h\\r\\n folded\\r\\n\\r\\n                   | 400
                    POST / HTTP/1.1\\r\\nHost: h\\r\\nContent-Length: 1\\r\\nContent-Length: 1\\r\\n\\r\\na | 400
                    POST / HTTP/1.1\\r\\nHost: h\\r\\nContent-Length: 1, 1\\r\\n\\r\\na     | 400
                    POST / HTTP/1.1\\r\\nHost: h\\r\\nContent-Length: 1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n | 400
                    POST / HTTP/1.1\\r\\nHost: h\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n0\\r\\n\\r\\n | 501
                    POST / HTTP/1.0\\r\\nHost: h\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n | 400
                    POST / HTTP/1.1\\r\\nHost: h\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nz\\r\\n\\r\\n | 400
                    POST / HTTP/1.1\\r\\nHost: h\\r\\nContent-Length: 5\\r\\n\\r\\nabc      | 400
                    POST / HTTP/1.1\\r\\nHost: h\\r\\nContent-Length: 1048577\\r\\n\\r\\n   | 413
                    POST / HTTP/1.1\\r\\nHost: h\\r\\nExpect: miracles\\r\\nContent-Length: 1\\r\\n\\r\\na | 417
                    """)
    void refuses_what_could_be_read_in_two_ways_and_closes(String request, int status)
            throws Exception {
        serving(
                ServerTest::echo,
                port -> {
                    String answer =
                            talk(
                                    port,
                                    request.strip().replace("\\r", "\r").replace("\\n", "\n")
                                            + "GET /next HTTP/1.1\r\n"
                                            + HOST
                                            + "\r\n");
                    if (request.contains("abc")) {
                        answer =
                                talk(
                                        port,
                                        request.strip().replace("\\r", "\r").replace("\\n", "\n"));
                    }
                    assertThat(answer)
                            .startsWith("HTTP/1.1 " + status + " ")
                            .contains("Connection: close\r\n");
                    assertThat(answer.split("\r\nDate: ", -1)).hasSize(2);
                });
    }

    @Test
    void lines_and_headers_are_bounded() throws Exception {
        serving(
                ServerTest::echo,
                port -> {
                    String start = "GET / HTTP/1.1\r\n" + HOST;
                    assertThat(
                                    talk(
                                            port,
                                            "GET /"
                                                    + "x".repeat(9000)
                                                    + " HTTP/1.1\r\n"
                                                    + HOST
                                                    + "\r\n"))
                            .startsWith("HTTP/1.1 431");
                    assertThat(talk(port, start + "A: " + "x".repeat(9000) + "\r\n\r\n"))
                            .startsWith("HTTP/1.1 431");
                    assertThat(
                                    talk(
                                            port,
                                            start
                                                    + ("A: " + "x".repeat(7000) + "\r\n").repeat(5)
                                                    + "\r\n"))
                            .startsWith("HTTP/1.1 431");
                    assertThat(talk(port, start + "A: b\r\n".repeat(128) + "\r\n"))
                            .startsWith("HTTP/1.1 431");
                    assertThat(talk(port, start + "A: b\r\n".repeat(127) + "\r\n"))
                            .startsWith("HTTP/1.1 200");
                });
    }

    @Test
    void answers_requests_that_come_in_one_piece_in_order() throws Exception {
        serving(
                exchange ->
                        exchange.respond(
                                200,
                                exchange.method()
                                        + exchange.path()
                                        + exchange.query("q").orElse("-")
                                        + new String(exchange.bytes(), StandardCharsets.US_ASCII)),
                port -> {
                    String answer =
                            talk(
                                    port,
                                    "GET /a%20b?q=1+2 HTTP/1.1\r\n"
                                            + HOST
                                            + "\r\n"
                                            + "POST /c HTTP/1.1\r\n"
                                            + HOST
                                            + "Content-Length: 3\r\n\r\nxyz"
                                            + "\r\nPUT /d?q HTTP/1.1\r\n"
                                            + HOST
                                            + "Transfer-Encoding: chunked\r\n\r\n"
                                            + "2\r\n"
                                            + "ab\r\n"
                                            + "0\r\n"
                                            + "T: v\r\n\r\n"
                                            + "GET http://h/e?x=y HTTP/1.1\r\n"
                                            + HOST
                                            + "Connection: close\r\n\r\n"
                                            + "GET /never HTTP/1.1\r\n"
                                            + HOST
                                            + "\r\n");
                    assertThat(answer.replaceAll("(?s)HTTP/1.1 200 OK.*?\r\n\r\n", "|"))
                            .isEqualTo("|GET/a b1 2|POST/c-xyz|PUT/dab|GET/e-");
                });
    }

    @Test
    void keeps_an_old_clients_connection_only_if_it_asks() throws Exception {
        serving(
                ServerTest::echo,
                port -> {
                    String request = "GET / HTTP/1.0\r\n";
                    assertThat(talk(port, request + "\r\n" + request + "\r\n").split("200 OK", -1))
                            .hasSize(2);
                    assertThat(
                                    talk(
                                                    port,
                                                    (request + "Connection: keep-alive\r\n\r\n")
                                                            .repeat(2))
                                            .split("200 OK", -1))
                            .hasSize(3);
                });
    }

    @Test
    void sends_no_body_to_head_and_with_204_and_304() throws Exception {
        serving(
                exchange ->
                        exchange.respond(
                                exchange.path().length() > 1
                                        ? Integer.parseInt(exchange.path().substring(1))
                                        : 200,
                                "body"),
                port -> {
                    assertThat(talk(port, "HEAD / HTTP/1.1\r\n" + HOST + "\r\n"))
                            .contains("Content-Length: 4\r\n")
                            .endsWith("\r\n\r\n");
                    assertThat(talk(port, "GET /204 HTTP/1.1\r\n" + HOST + "\r\n"))
                            .doesNotContain("Content-Length")
                            .endsWith("\r\n\r\n");
                    assertThat(talk(port, "GET /304 HTTP/1.1\r\n" + HOST + "\r\n"))
                            .endsWith("\r\n\r\n");
                });
    }

    @Test
    void asks_for_a_body_that_is_held_back_only_when_it_is_read() throws Exception {
        serving(
                exchange -> {
                    if (exchange.path().equals("/read")) {
                        echo(exchange);
                    } else {
                        exchange.respond(403);
                    }
                },
                port -> {
                    String expect =
                            " HTTP/1.1\r\n"
                                    + HOST
                                    + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
                    assertThat(talk(port, "PUT /read" + expect + "ab"))
                            .startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK");
                    assertThat(talk(port, "PUT /refuse" + expect)).startsWith("HTTP/1.1 403");
                });
    }

    @Test
    void a_handler_that_fails_is_a_500_or_a_broken_answer() throws Exception {
        serving(
                exchange -> {
                    switch (exchange.path()) {
                        case "/before" -> throw new IOException("planted");
                        case "/silent" -> {}
                        case "/closing" -> {
                            try (OutputStream out = exchange.respondStream(200, Headers.empty())) {
                                out.write(1);
                                out.flush();
                                throw new IOException("planted");
                            }
                        }
                        default -> {
                            OutputStream out = exchange.respondStream(200, Headers.empty());
                            out.write(1);
                            out.flush();
                            throw new IOException("planted");
                        }
                    }
                },
                port -> {
                    assertThat(talk(port, "GET /before HTTP/1.1\r\n" + HOST + "\r\n"))
                            .startsWith("HTTP/1.1 500")
                            .doesNotContain("planted");
                    assertThat(talk(port, "GET /silent HTTP/1.1\r\n" + HOST + "\r\n"))
                            .startsWith("HTTP/1.1 500");
                    try (HttpClient client = HttpClient.create()) {
                        for (String path : List.of("/within", "/closing")) {
                            String url = "http://127.0.0.1:" + port + path;
                            assertThatExceptionOfType(HttpException.Protocol.class)
                                    .isThrownBy(() -> client.get(url).bytes());
                        }
                    }
                });
    }

    @Test
    void can_break_a_connection_off() throws Exception {
        serving(
                ServerExchange::abort,
                port -> {
                    try (HttpClient client = HttpClient.create()) {
                        assertThatExceptionOfType(HttpException.Connect.class)
                                .isThrownBy(() -> client.get("http://127.0.0.1:" + port));
                    }
                });
    }

    @Test
    void a_header_that_takes_too_long_is_refused() throws Exception {
        serving(
                HttpServer.builder().headerTimeout(Duration.ofMillis(50)),
                ServerTest::echo,
                port -> {
                    String answer =
                            Weft.offload(
                                    () -> {
                                        try (var socket =
                                                new Socket(
                                                        InetAddress.getLoopbackAddress(), port)) {
                                            socket.getOutputStream()
                                                    .write(
                                                            "GET / HT"
                                                                    .getBytes(
                                                                            StandardCharsets
                                                                                    .US_ASCII));
                                            return new String(
                                                    socket.getInputStream().readAllBytes(),
                                                    StandardCharsets.US_ASCII);
                                        }
                                    });
                    assertThat(answer).startsWith("HTTP/1.1 408");
                });
    }

    @Test
    void a_silent_connection_is_closed() throws Exception {
        serving(
                HttpServer.builder().idleTimeout(Duration.ofMillis(50)),
                ServerTest::echo,
                port -> {
                    int end =
                            Weft.offload(
                                    () -> {
                                        try (var socket =
                                                new Socket(
                                                        InetAddress.getLoopbackAddress(), port)) {
                                            return socket.getInputStream().read();
                                        }
                                    });
                    assertThat(end).isEqualTo(-1);
                });
    }

    @Test
    void a_client_that_reads_nothing_holds_the_handler_up_only_as_long_as_the_idle_limit()
            throws Exception {
        var written = new long[1];
        serving(
                HttpServer.builder().idleTimeout(Duration.ofMillis(100)),
                exchange -> {
                    try (OutputStream out = exchange.respondStream(200, Headers.empty())) {
                        while (true) {
                            out.write(new byte[65536]);
                            written[0] += 65536;
                        }
                    }
                },
                port -> {
                    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        socket.getOutputStream()
                                .write(
                                        ("GET / HTTP/1.1\r\n" + HOST + "\r\n")
                                                .getBytes(StandardCharsets.US_ASCII));
                        long before;
                        do {
                            before = written[0];
                            Weft.sleep(Duration.ofMillis(150));
                        } while (written[0] > before || before == 0);
                    }
                    assertThat(written[0]).isLessThan(64 << 20);
                });
    }

    @Test
    void serves_the_jdks_client() throws Exception {
        serving(
                exchange -> {
                    if (exchange.path().equals("/stream")) {
                        try (OutputStream out =
                                exchange.respondStream(
                                        200, Headers.of("Content-Type", "text/plain"))) {
                            for (int i = 0; i < 1000; i++) {
                                out.write(("line " + i + "\n").getBytes(StandardCharsets.US_ASCII));
                            }
                        }
                    } else {
                        echo(exchange);
                    }
                },
                port -> {
                    try (var client =
                            java.net.http.HttpClient.newBuilder()
                                    .version(java.net.http.HttpClient.Version.HTTP_1_1)
                                    .build()) {
                        String base = "http://127.0.0.1:" + port;
                        for (int i = 0; i < 3; i++) {
                            var get =
                                    java.net.http.HttpRequest.newBuilder(
                                                    URI.create(base + "/stream"))
                                            .build();
                            String lines =
                                    Weft.await(client.sendAsync(get, BodyHandlers.ofString()))
                                            .body();
                            assertThat(lines.lines()).hasSize(1000).last().isEqualTo("line 999");
                            var post =
                                    java.net.http.HttpRequest.newBuilder(URI.create(base + "/echo"))
                                            .POST(BodyPublishers.ofString(ForeignServer.LONG))
                                            .build();
                            assertThat(
                                            Weft.await(
                                                            client.sendAsync(
                                                                    post, BodyHandlers.ofString()))
                                                    .body())
                                    .isEqualTo(ForeignServer.LONG);
                        }
                    }
                });
    }

    @Test
    void a_body_that_nobody_read_does_not_become_the_next_request() throws Exception {
        serving(
                exchange -> exchange.respond(200, exchange.path()),
                port -> {
                    String smuggled = "GET /smuggled HTTP/1.1\r\n" + HOST + "\r\n";
                    String answer =
                            talk(
                                    port,
                                    "POST /a HTTP/1.1\r\n"
                                            + HOST
                                            + "Content-Length: "
                                            + smuggled.length()
                                            + "\r\n\r\n"
                                            + smuggled
                                            + "GET /b HTTP/1.1\r\n"
                                            + HOST
                                            + "\r\n");
                    assertThat(answer.replaceAll("(?s)HTTP/1.1 200 OK.*?\r\n\r\n", "|"))
                            .isEqualTo("|/a|/b");
                });
    }

    @Test
    void a_long_body_that_nobody_read_ends_the_connection_which_the_answer_says() throws Exception {
        serving(
                exchange -> exchange.respond(200, "no thanks"),
                port ->
                        assertThat(
                                        talk(
                                                port,
                                                "POST /a HTTP/1.1\r\n"
                                                        + HOST
                                                        + "Content-Length: 100000\r\n\r\n"
                                                        + "x".repeat(100_000)))
                                .contains("Connection: close\r\n")
                                .endsWith("no thanks"));
    }

    @Test
    void serves_over_tls() throws Exception {
        try (var certificate = ForeignServer.tls()) {
            serving(
                    HttpServer.builder().tls(certificate.showing()),
                    exchange -> {
                        if (exchange.method().equals("POST")) {
                            echo(exchange);
                        } else {
                            try (OutputStream out =
                                    exchange.respondStream(
                                            200, Headers.of("Connection", "close"))) {
                                out.write(ForeignServer.LONG.getBytes(StandardCharsets.US_ASCII));
                            }
                        }
                    },
                    port -> {
                        try (HttpClient client =
                                HttpClient.builder().tls(certificate.trusting()).build()) {
                            String url = "https://localhost:" + port + "/";
                            for (int i = 0; i < 3; i++) {
                                HttpRequest post =
                                        HttpRequest.post(url).body(ForeignServer.LONG).build();
                                assertThat(client.send(post).text()).isEqualTo(ForeignServer.LONG);
                            }
                            assertThat(client.openConnections()).isEqualTo(1);
                            assertThat(client.get(url).text()).isEqualTo(ForeignServer.LONG);
                            assertThat(client.openConnections()).isZero();
                        }
                    });
        }
    }

    @Test
    void a_second_answer_is_an_error_of_use() throws Exception {
        serving(
                exchange -> {
                    exchange.respond(200, "one");
                    assertThatExceptionOfType(IllegalStateException.class)
                            .isThrownBy(() -> exchange.respond(200, "two"));
                },
                port ->
                        assertThat(talk(port, "GET / HTTP/1.1\r\n" + HOST + "\r\n"))
                                .endsWith("one"));
    }

    @Test
    void writes_dates_as_the_standard_wants_them() {
        assertThat(HttpDate.format(java.time.Instant.parse("1994-11-06T08:49:37Z")))
                .isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    }
}

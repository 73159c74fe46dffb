package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;

/** What a request looks like on the wire, and what a server of other makers understands. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class RequestTest {

    private static final String DONE = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private static final byte[] BIG = ForeignServer.LONG.getBytes(StandardCharsets.US_ASCII);

    @Test
    void a_plain_get_is_short() throws Exception {
        try (var server = RawServer.answering(DONE)) {
            OnLoop.client(client -> client.get(server.url("/a?b=c")).discard());
            assertThat(server.requests.getFirst())
                    .isEqualTo(
                            "GET /a?b=c HTTP/1.1\r\nHost: "
                                    + server.url("").substring(7)
                                    + "\r\n"
                                    + "User-Agent: weft\r\n"
                                    + "Accept: */*\r\n"
                                    + "Accept-Encoding: gzip, deflate, br, zstd\r\n\r\n");
        }
    }

    @Test
    void own_fields_replace_the_clients() throws Exception {
        try (var server = RawServer.answering(DONE)) {
            OnLoop.client(
                    HttpClient.builder()
                            .userAgent("tool/1")
                            .header("X-All", "1")
                            .header("X-Some", "2"),
                    client ->
                            client.send(
                                            HttpRequest.get(server.url())
                                                    .header("accept", "text/html")
                                                    .header("x-some", "3")
                                                    .header("x-some", "4")
                                                    .build())
                                    .discard());
            assertThat(server.requests.getFirst())
                    .contains(
                            "User-Agent: tool/1\r\n",
                            "accept: text/html\r\n",
                            "X-All: 1\r\n",
                            "x-some: 3\r\nx-some: 4\r\n")
                    .doesNotContain("*/*", "X-Some: 2");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length",
                "transfer-encoding",
                "Connection",
                "Expect",
                "Upgrade",
                "TE",
                "Trailer",
                "a b",
                "",
                "a:b",
                "a\r\nb"
            })
    void fields_that_frame_the_message_or_are_none_are_refused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpRequest.get("http://h/").header(name, "1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX: b", "a\nb", "a\0b", "€", "\u007f"})
    void values_that_could_become_something_else_are_refused(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpRequest.get("http://h/").header("X", value));
    }

    @Test
    void methods_are_tokens() {
        assertThatIllegalArgumentException().isThrownBy(() -> HttpRequest.of("GET /", "http://h/"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpRequest.of("CONNECT", "http://h/"));
    }

    private static String echoed(HttpRequestBuilder request, String type, String length)
            throws Exception {
        String[] text = new String[1];
        OnLoop.client(
                client -> {
                    HttpResponse response = client.send(request.build());
                    assertThat(response.headers().first("X-Type")).contains(type);
                    assertThat(response.headers().first("X-Length")).contains(length);
                    text[0] = response.text();
                });
        return text[0];
    }

    @Test
    void bodies_of_every_kind_arrive_at_a_foreign_server() throws Exception {
        try (var server = ForeignServer.plain()) {
            String url = server.url("/echo");
            var form = new LinkedHashMap<String, String>();
            form.put("a b", "c&d=ü");
            form.put("e", "");

            assertThat(echoed(HttpRequest.post(url).body("häh"), "text/plain; charset=utf-8", "4"))
                    .isEqualTo("häh");
            assertThat(echoed(HttpRequest.put(url).body(BIG).contentType("x/y"), "x/y", "100000"))
                    .isEqualTo(ForeignServer.LONG);
            assertThat(
                            echoed(
                                    HttpRequest.patch(url).form(form),
                                    "application/x-www-form-urlencoded",
                                    "21"))
                    .isEqualTo("a+b=c%26d%3D%C3%BC&e=");
            assertThat(
                            echoed(
                                    HttpRequest.post(url).body(new ByteArrayInputStream(BIG)),
                                    "null",
                                    "null"))
                    .isEqualTo(ForeignServer.LONG);
            assertThat(
                            echoed(
                                    HttpRequest.post(url)
                                            .body(new ByteArrayInputStream(BIG), BIG.length),
                                    "null",
                                    "100000"))
                    .isEqualTo(ForeignServer.LONG);
            assertThat(echoed(HttpRequest.post(url).body(RequestTest::inPieces), "null", "null"))
                    .isEqualTo(ForeignServer.LONG);
            assertThat(
                            echoed(
                                    HttpRequest.post(url).body(RequestTest::inPieces, BIG.length),
                                    "null",
                                    "100000"))
                    .isEqualTo(ForeignServer.LONG);
            assertThat(echoed(HttpRequest.post(url).body(out -> {}), "null", "null")).isEmpty();
            assertThat(echoed(HttpRequest.post(url), "null", "0")).isEmpty();
        }
    }

    /** Pieces of 1 byte to 37 KiB, some flushed, some preceded by a wait. */
    private static void inPieces(java.io.OutputStream out) throws IOException {
        int at = 0;
        for (int n = 1; at < BIG.length; n = n * 3 + 1) {
            int some = Math.min(n, BIG.length - at);
            out.write(BIG, at, some);
            at += some;
            if (n % 2 == 0) {
                out.flush();
                Weft.checkpoint();
            }
        }
    }

    @Test
    void long_chunked_answers_of_a_foreign_server_are_read_and_the_connection_kept()
            throws Exception {
        try (var server = ForeignServer.plain()) {
            OnLoop.client(
                    client -> {
                        for (int i = 0; i < 3; i++) {
                            assertThat(client.get(server.url("/chunks")).text())
                                    .isEqualTo(ForeignServer.LONG);
                        }
                        assertThat(client.openConnections()).isEqualTo(1);
                    });
        }
    }

    @Test
    void tls_works_with_a_foreign_server() throws Exception {
        try (var server = ForeignServer.tls()) {
            OnLoop.client(
                    HttpClient.builder().tls(server.trusting()),
                    client -> {
                        for (int i = 0; i < 3; i++) {
                            assertThat(client.get(server.url("/chunks")).text())
                                    .isEqualTo(ForeignServer.LONG);
                            assertThat(
                                            client.send(
                                                            HttpRequest.post(server.url("/echo"))
                                                                    .body(BIG)
                                                                    .build())
                                                    .text())
                                    .isEqualTo(ForeignServer.LONG);
                        }
                        assertThat(client.openConnections()).isEqualTo(1);
                    });
        }
    }

    @Test
    void a_length_that_isnt_kept_is_an_error_of_the_requests_own() throws Exception {
        try (var server = new RawServer(RawServer.Talk::hold)) {
            OnLoop.client(
                    client -> {
                        for (int actual : new int[] {9, 11}) {
                            InputStream stream = new ByteArrayInputStream(new byte[actual]);
                            assertThatExceptionOfType(HttpException.RequestBody.class)
                                    .isThrownBy(
                                            () ->
                                                    client.send(
                                                            HttpRequest.post(server.url())
                                                                    .body(stream, 10)
                                                                    .build()));
                        }
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }

    @Test
    void a_producer_that_fails_fails_the_request_and_closes_its_connection() throws Exception {
        try (var server = new RawServer(RawServer.Talk::hold)) {
            OnLoop.client(
                    client -> {
                        assertThatExceptionOfType(HttpException.RequestBody.class)
                                .isThrownBy(
                                        () ->
                                                client.send(
                                                        HttpRequest.post(server.url())
                                                                .body(
                                                                        _ -> {
                                                                            throw new IOException(
                                                                                    "disk full");
                                                                        })
                                                                .build()))
                                .withMessageContaining("disk full");
                        assertThatExceptionOfType(UnsupportedOperationException.class)
                                .isThrownBy(
                                        () ->
                                                client.send(
                                                        HttpRequest.post(server.url())
                                                                .body(
                                                                        _ -> {
                                                                            throw new UnsupportedOperationException();
                                                                        })
                                                                .build()));
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }

    @Test
    void an_answer_before_the_body_is_sent_is_the_answer_and_ends_the_connection()
            throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
                            talk.hold();
                        })) {
            OnLoop.client(
                    client -> {
                        HttpResponse response =
                                client.send(
                                        HttpRequest.put(server.url())
                                                .body(new byte[64 << 20])
                                                .build());
                        assertThat(response.status()).isEqualTo(413);
                        assertThat(response.text()).isEqualTo("no");
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }

    @Test
    void bodies_have_a_limit_unless_streamed() throws Exception {
        int length = (1 << 20) + 1;
        for (String framing : new String[] {"Content-Length: " + length + "\r\n", ""}) {
            try (var server =
                    RawServer.answeringOnce(
                            "HTTP/1.1 200 OK\r\n" + framing + "\r\n" + "x".repeat(length))) {
                OnLoop.client(
                        client -> {
                            assertThatExceptionOfType(HttpException.TooLarge.class)
                                    .isThrownBy(() -> client.get(server.url()).bytes());
                            assertThat(client.openConnections()).isZero();
                            assertThat(client.get(server.url()).bytes(length)).hasSize(length);
                            assertThat(client.get(server.url()).body().readAllBytes())
                                    .hasSize(length);
                        });
            }
        }
    }

    @Test
    void a_slow_reader_slows_the_server_down() throws Exception {
        var sent = new java.util.concurrent.atomic.AtomicLong();
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send("HTTP/1.1 200 OK\r\n\r\n");
                            while (true) {
                                talk.send(new byte[65536]);
                                sent.addAndGet(65536);
                            }
                        })) {
            OnLoop.client(
                    client -> {
                        try (HttpResponse response = client.get(server.url())) {
                            long before;
                            do {
                                before = sent.get();
                                Weft.sleep(java.time.Duration.ofMillis(50));
                            } while (sent.get() > before);
                            // what the kernel holds, and one round of reads
                            assertThat(response.rawBytes()).isZero();
                            assertThat(sent.get()).isLessThan(64 << 20);
                        }
                    });
        }
    }

    @Test
    void text_takes_the_charset_from_the_mark_or_the_type() throws Exception {
        String[][] cases = {
            {"text/plain; charset=iso-8859-1", "caf\u00e9", "café"},
            {"text/plain; x=\"a;b\"; Charset=\"ISO-8859-1\"", "caf\u00e9", "café"},
            {"text/plain", "caf\u00c3\u00a9", "café"},
            {"text/plain; charset=klingon", "caf\u00c3\u00a9", "café"},
            {"text/plain; charset=iso-8859-1", "\u00ef\u00bb\u00bfcaf\u00c3\u00a9", "café"},
            {"text/plain", "\u00fe\u00ff\0A", "A"},
            {"text/plain", "\u00ff", "\ufffd"},
        };
        for (String[] c : cases) {
            try (var server =
                    RawServer.answering(
                            "HTTP/1.1 200 OK\r\nContent-Type: "
                                    + c[0]
                                    + "\r\nContent-Length: "
                                    + c[1].length()
                                    + "\r\n\r\n"
                                    + c[1])) {
                OnLoop.client(
                        client -> assertThat(client.get(server.url()).text()).isEqualTo(c[2]));
            }
        }
    }

    @Test
    void a_body_is_taken_once() throws Exception {
        try (var server = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            OnLoop.client(
                    client -> {
                        HttpResponse response = client.get(server.url());
                        response.text();
                        assertThatExceptionOfType(IllegalStateException.class)
                                .isThrownBy(response::text);
                    });
        }
    }
}

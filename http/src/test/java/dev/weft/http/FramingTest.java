package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How answers are delimited, and what is no answer: each case is written to the socket by hand. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class FramingTest {

    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";

    /** \r, \n, \t and \0 stand for themselves in the tables. */
    private static String unescape(String text) {
        return text.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\0", "\0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // status line
                "HTTP/1.1  200 OK\\r\\n\\r\\n",
                "HTTP/1.1 20 OK\\r\\n\\r\\n",
                "HTTP/1.1 2000 OK\\r\\n\\r\\n",
                "HTTP/1.1 abc OK\\r\\n\\r\\n",
                "HTTP/2.0 200 OK\\r\\n\\r\\n",
                "HTTP/0.9 200 OK\\r\\n\\r\\n",
                "http/1.1 200 OK\\r\\n\\r\\n",
                "ICY 200 OK\\r\\n\\r\\n",
                "\\r\\nHTTP/1.1 200 OK\\r\\n\\r\\n",
                " HTTP/1.1 200 OK\\r\\n\\r\\n",
                "HTTP/1.1 099 OK\\r\\n\\r\\n",
                "HTTP/1.1 200\\tOK\\r\\n\\r\\n",
                "HTTP/1.1 200 O\\0K\\r\\n\\r\\n",
                "<html>oops</html>\\r\\n\\r\\n",
                "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: x\\r\\n\\r\\n",
                // lines
                "HTTP/1.1 200 OK\\nContent-Length: 0\\n\\n",
                "HTTP/1.1 200 OK\\r\\nA: bc\\nContent-Length: 0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\n",
                "HTTP/1.1 200 OK\\rContent-Length: 0\\r\\n\\r\\n",
                // fields
                "HTTP/1.1 200 OK\\r\\nContent-Length : 0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nA: b\\r\\n c\\r\\nContent-Length: 0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\n A: b\\r\\nContent-Length: 0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nA: b\\r\\n\\tc\\r\\nContent-Length: 0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nnocolon\\r\\nContent-Length: 0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\n: v\\r\\nContent-Length: 0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nA(b): v\\r\\nContent-Length: 0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nA: b\\0c\\r\\nContent-Length: 0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nA: b\\rc\\r\\nContent-Length: 0\\r\\n\\r\\n",
                // length
                "HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\nab",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 1, 2\\r\\n\\r\\nab",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 1, 1, 2\\r\\n\\r\\na",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 1,\\r\\n\\r\\na",
                "HTTP/1.1 200 OK\\r\\nContent-Length: ,1\\r\\n\\r\\na",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 1, x\\r\\n\\r\\na",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 1, 1\\r\\nContent-Length: 2\\r\\n\\r\\na",
                "HTTP/1.1 200 OK\\r\\nContent-Length: -1\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Length: +1\\r\\n\\r\\na",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 0x1\\r\\n\\r\\na",
                "HTTP/1.1 200 OK\\r\\nContent-Length:\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 1 1\\r\\n\\r\\na",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 9999999999999999999\\r\\n\\r\\na",
                "HTTP/1.1 204 No\\r\\nContent-Length: x\\r\\n\\r\\n",
                // transfer coding
                "HTTP/1.1 200 OK\\r"
                        + "\\n"
                        + "Content-Length: 1\\r"
                        + "\\n"
                        + "Transfer-Encoding: chunked\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + "1\\r"
                        + "\\n"
                        + "a\\r"
                        + "\\n"
                        + "0\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n",
                "HTTP/1.1 200 OK\\r"
                        + "\\n"
                        + "Transfer-Encoding: chunked\\r"
                        + "\\n"
                        + "Content-Length: 1\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + "0\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: identity\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked, chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: xchunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r"
                        + "\\n"
                        + "Transfer-Encoding: chunked\\r"
                        + "\\n"
                        + "Transfer-Encoding: chunked\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + "0\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding:\\r\\n\\r\\n",
                "HTTP/1.0 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                // an end too early
                "H",
                "HTTP/1.1 200 OK",
                "HTTP/1.1 200 OK\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Le",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nabcd",
                "HTTP/1.1 100 Continue\\r\\n\\r\\n",
            })
    void is_a_protocol_error(String answer) throws Exception {
        try (var server = RawServer.answeringOnce(unescape(answer))) {
            OnLoop.client(
                    client -> {
                        assertThatExceptionOfType(HttpException.Protocol.class)
                                .isThrownBy(() -> client.get(server.url("/x")).bytes())
                                .withMessageStartingWith("GET " + server.url("/x") + ": ");
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\\r\\n",
                "\\r\\n",
                "-1\\r\\na",
                "+1\\r\\na\\r\\n",
                "0x1\\r\\na\\r\\n",
                " 1\\r\\na\\r\\n",
                "1 \\r\\na\\r\\n0\\r\\n\\r\\n",
                "1;\\0\\r\\na\\r\\n0\\r\\n\\r\\n",
                "1\\na\\n0\\n\\n",
                "1\\r\\nab\\r\\n0\\r\\n\\r\\n",
                "1\\r\\na0\\r\\n\\r\\n",
                "2\\r\\na\\r\\n0\\r\\n\\r\\n",
                "1\\r\\na\\n0\\r\\n\\r\\n",
                "fffffffffffffffff\\r\\na",
                "1\\r\\na\\r\\n0\\r\\nbad trailer\\r\\n\\r\\n",
                "1\\r\\na\\r\\n0\\r\\n folded\\r\\n\\r\\n",
                "1;e=\\rx\\r\\na\\r\\n0\\r\\n\\r\\n",
                // an end too early
                "",
                "5",
                "5\\r\\n",
                "5\\r\\nabc",
                "5\\r\\nabcde",
                "5\\r\\nabcde\\r\\n",
                "5\\r\\nabcde\\r\\n0",
                "5\\r\\nabcde\\r\\n0\\r\\n",
                "5\\r\\nabcde\\r\\n0\\r\\nA: b\\r\\n",
            })
    void is_a_bad_chunked_body(String body) throws Exception {
        try (var server = RawServer.answeringOnce(CHUNKED + unescape(body))) {
            OnLoop.client(
                    client -> {
                        assertThatExceptionOfType(HttpException.Protocol.class)
                                .isThrownBy(() -> client.get(server.url()).bytes());
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nabc                                  | 200 | abc | true
                    HTTP/1.1 200 OK\\r\\ncontent-length:3\\t \\r\\n\\r\\nabc                               | 200 | abc | true
                    HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nContent-Length: 3\\r\\n\\r\\nabc           | 200 | abc | true
                    HTTP/1.1 200 OK\\r\\nContent-Length: 3, 3\\r\\n\\r\\nabc                               | 200 | abc | true
                    HTTP/1.1 200 OK\\r\\nContent-Length: 3 ,3,\\t3\\r\\nContent-Length: 3\\r\\n\\r\\nabc   | 200 | abc | true
                    HTTP/1.1 200 \\r\\nContent-Length: 0\\r\\n\\r\\n                                       | 200 | ''  | true
                    HTTP/1.1 200\\r\\nContent-Length: 0\\r\\n\\r\\n                                        | 200 | ''  | true
                    HTTP/1.1 999 What\\r\\nContent-Length: 0\\r\\n\\r\\n                                   | 999 | ''  | true
                    HTTP/1.1 204 None\\r\\n\\r\\n                                                          | 204 | ''  | true
                    HTTP/1.1 304 Same\\r\\nContent-Length: 77\\r\\n\\r\\n                                  | 304 | ''  | true
                    HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nConnection: Close\\r\\n\\r\\nabc           | 200 | abc | false
                    HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nConnection: a, close ,b\\r\\n\\r\\nabc     | 200 | abc | false
                    HTTP/1.0 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nabc                                  | 200 | abc | false
                    HTTP/1.0 200 OK\\r\\nContent-Length: 3\\r\\nConnection: keep-alive\\r\\n\\r\\nabc      | 200 | abc | true
                    HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 103 Hints\\r\\nLink: x\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\na | 200 | a | true
                    HTTP/1.1 200 OK\\r\\nTransfer-Encoding: Chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n0\\r\\n\\r\\n                     | 200 | abc    | true
                    HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n                                    | 200 | ''     | true
                    HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n00A;q="x;y"\\r\\n0123456789\\r\\n000\\r\\nT: v\\r\\n\\r\\n | 200 | abc0123456789 | true
                    HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1 ;x\\r\\na\\r\\n0\\r\\n\\r\\n                    | 200 | a      | true
                    """)
    void is_an_answer(String answer, int status, String body, boolean kept) throws Exception {
        try (var server = RawServer.answering(unescape(answer.strip()))) {
            OnLoop.client(
                    client -> {
                        for (int i = 0; i < 2; i++) {
                            try (HttpResponse response = client.get(server.url())) {
                                assertThat(response.status()).isEqualTo(status);
                                assertThat(response.text()).isEqualTo(body);
                            }
                        }
                        assertThat(client.idleConnections()).isEqualTo(kept ? 1 : 0);
                    });
            assertThat(server.connections()).isEqualTo(kept ? 1 : 2);
        }
    }

    @Test
    void without_a_length_the_end_of_the_connection_is_the_bodys() throws Exception {
        try (var server = RawServer.answeringOnce(OK + "\r\nup to the end")) {
            OnLoop.client(
                    client ->
                            assertThat(client.get(server.url()).text()).isEqualTo("up to the end"));
        }
    }

    @Test
    void an_answer_to_head_has_no_body_whatever_its_header_says() throws Exception {
        try (var server = RawServer.answering(OK + "Content-Length: 1000\r\n\r\n")) {
            OnLoop.client(
                    client -> {
                        for (int i = 0; i < 2; i++) {
                            HttpResponse response =
                                    client.send(HttpRequest.head(server.url()).build());
                            assertThat(response.headers().first("content-length")).contains("1000");
                            assertThat(response.bytes()).isEmpty();
                        }
                    });
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void a_status_line_a_header_line_and_a_chunk_line_have_eight_KiB_at_most() throws Exception {
        String long8 = "x".repeat(8192);
        for (String answer :
                new String[] {
                    "HTTP/1.1 200 " + long8 + "\r\n\r\n",
                    OK + "A: " + long8 + "\r\n\r\n",
                    OK + "A: " + long8,
                    CHUNKED + "1;" + long8 + "\r\na\r\n0\r\n\r\n"
                }) {
            try (var server = RawServer.answeringOnce(answer)) {
                OnLoop.client(
                        client ->
                                assertThatExceptionOfType(HttpException.Protocol.class)
                                        .isThrownBy(() -> client.get(server.url()).bytes())
                                        .withMessageContaining("8192"));
            }
        }
        try (var server =
                RawServer.answeringOnce(
                        OK + "A: " + "x".repeat(8189) + "\r\nContent-Length: 0\r\n\r\n")) {
            OnLoop.client(
                    client ->
                            assertThat(client.get(server.url()).headers().first("a").orElseThrow())
                                    .hasSize(8189));
        }
    }

    @Test
    void a_header_has_32_KiB_and_128_fields_at_most() throws Exception {
        String big = ("A: " + "x".repeat(7000) + "\r\n").repeat(5);
        try (var server = RawServer.answeringOnce(OK + big + "\r\n")) {
            OnLoop.client(
                    client ->
                            assertThatExceptionOfType(HttpException.Protocol.class)
                                    .isThrownBy(() -> client.get(server.url()))
                                    .withMessageContaining("32768"));
        }
        try (var server = RawServer.answeringOnce(OK + "A: b\r\n".repeat(129) + "\r\n")) {
            OnLoop.client(
                    client ->
                            assertThatExceptionOfType(HttpException.Protocol.class)
                                    .isThrownBy(() -> client.get(server.url()))
                                    .withMessageContaining("128"));
        }
        try (var server =
                RawServer.answeringOnce(
                        OK + "A: b\r\n".repeat(127) + "Content-Length: 0\r\n\r\n")) {
            OnLoop.client(
                    client -> assertThat(client.get(server.url()).headers().size()).isEqualTo(128));
        }
    }

    @Test
    void trailers_and_chunk_extensions_are_bounded_in_all() throws Exception {
        String extended = "1;" + "x".repeat(4000) + "\r\na\r\n";
        try (var server = RawServer.answeringOnce(CHUNKED + extended.repeat(20) + "0\r\n\r\n")) {
            OnLoop.client(
                    client ->
                            assertThatExceptionOfType(HttpException.Protocol.class)
                                    .isThrownBy(() -> client.get(server.url()).bytes()));
        }
        try (var server =
                RawServer.answeringOnce(CHUNKED + "1\r\na\r\n".repeat(20000) + "0\r\n\r\n")) {
            OnLoop.client(client -> assertThat(client.get(server.url()).bytes()).hasSize(20000));
        }
    }

    @Test
    void interim_answers_end_some_time() throws Exception {
        try (var server = RawServer.answeringOnce("HTTP/1.1 102 Wait\r\n\r\n".repeat(100))) {
            OnLoop.client(
                    client ->
                            assertThatExceptionOfType(HttpException.Protocol.class)
                                    .isThrownBy(() -> client.get(server.url()))
                                    .withMessageContaining("interim"));
        }
    }

    @Test
    void header_values_are_latin_1_and_names_compare_without_case() throws Exception {
        try (var server =
                RawServer.answeringOnce(
                        OK + "X-Name: caf\u00e9\r\nx-name: 2\r\nContent-Length: 0\r\n\r\n")) {
            OnLoop.client(
                    client -> {
                        Headers headers = client.get(server.url()).headers();
                        assertThat(headers.first("X-NAME")).contains("caf\u00e9");
                        assertThat(headers.all("x-Name")).containsExactly("caf\u00e9", "2");
                    });
        }
    }
}

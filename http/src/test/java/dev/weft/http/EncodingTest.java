package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Compressed bodies: whole ones, and all that isn't. */
@ExtendWith(NoLeaks.class)
@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // their lines end in CR LF
class EncodingTest {

    private static final byte[] TEXT = Codings.BROTLI_TEXT.getBytes(StandardCharsets.US_ASCII);

    private static RawServer answering(String coding, byte[] body) throws IOException {
        return new RawServer(
                talk -> {
                    while (!talk.readRequest().isEmpty()) {
                        talk.send(
                                "HTTP/1.1 200 OK\r\nContent-Encoding: "
                                        + coding
                                        + "\r\nContent-Length: "
                                        + body.length
                                        + "\r\n\r\n");
                        talk.send(body);
                    }
                });
    }

    private static byte[] and(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static void fails(Class<? extends HttpException> with, String coding, byte[] body)
            throws Exception {
        try (var server = answering(coding, body)) {
            OnLoop.client(
                    client -> {
                        assertThatExceptionOfType(with)
                                .isThrownBy(
                                        () -> client.get(server.url("/z")).bytes(Long.MAX_VALUE))
                                .withMessageStartingWith("GET " + server.url("/z"));
                        OnLoop.until(() -> client.openConnections() == client.idleConnections());
                    });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gzip,gzip",
        "gzip,GZip",
        "gzip,x-gzip",
        "zlib,deflate",
        "raw,deflate",
        "br,br",
        "zstd,zstd"
    })
    void are_decoded_and_the_connection_kept(String coding, String field) throws Exception {
        byte[] body = Codings.encode(coding, TEXT);
        try (var server = answering(field, body)) {
            OnLoop.client(
                    client -> {
                        for (int i = 0; i < 3; i++) {
                            HttpResponse response = client.get(server.url());
                            assertThat(response.bytes()).isEqualTo(TEXT);
                            assertThat(response.rawBytes()).isEqualTo(body.length);
                        }
                    });
            assertThat(server.connections()).isEqualTo(1);
            assertThat(server.requests.getFirst())
                    .contains("Accept-Encoding: gzip, deflate, br, zstd\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"gzip,gzip", "zlib,deflate", "raw,deflate", "br,br", "zstd,zstd"})
    void cut_off_anywhere_are_an_error(String coding, String field) throws Exception {
        byte[] body = Codings.encode(coding, TEXT);
        for (int length = 1; length < body.length; length++) {
            fails(HttpException.Protocol.class, field, Arrays.copyOf(body, length));
        }
    }

    @ParameterizedTest
    @CsvSource({"gzip,gzip", "zlib,deflate", "raw,deflate", "br,br", "zstd,zstd"})
    void damaged_anywhere_never_give_another_error_than_ours(String coding, String field)
            throws Exception {
        var random = new Random(1);
        byte[] data = new byte[3000];
        random.nextBytes(data);
        byte[] good = Codings.encode(coding, and(TEXT, data));
        boolean checked = coding.equals("gzip") || coding.equals("zlib");
        for (int i = 0; i < 60; i++) {
            byte[] bad = good.clone();
            int at = random.nextInt(bad.length);
            bad[at] ^= (byte) (1 << random.nextInt(8));
            try (var server = answering(field, bad)) {
                OnLoop.client(
                        client -> {
                            try {
                                byte[] seen = client.get(server.url()).bytes(Long.MAX_VALUE);
                                assertThat(!checked || Arrays.equals(seen, and(TEXT, data)))
                                        .isTrue();
                            } catch (HttpException.Protocol | HttpException.TooLarge expected) {
                                assertThat(expected).hasMessageStartingWith("GET ");
                            }
                        });
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"gzip,gzip", "zlib,deflate", "raw,deflate", "zstd,zstd"})
    void followed_by_something_are_an_error(String coding, String field) throws Exception {
        fails(
                HttpException.Protocol.class,
                field,
                and(Codings.encode(coding, TEXT), "junk".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void that_are_something_else_are_an_error() throws Exception {
        for (String coding : new String[] {"gzip", "deflate", "br", "zstd"}) {
            fails(
                    HttpException.Protocol.class,
                    coding,
                    "<html>not compressed at all</html>".getBytes(StandardCharsets.US_ASCII));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void may_have_several_members(String coding) throws Exception {
        byte[] one = Codings.encode(coding, TEXT);
        try (var server =
                answering(coding, and(and(one, Codings.encode(coding, new byte[0])), one))) {
            OnLoop.client(
                    client ->
                            assertThat(client.get(server.url()).bytes())
                                    .isEqualTo(and(TEXT, TEXT)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd", "gzip, br"})
    void without_a_byte_are_empty(String coding) throws Exception {
        try (var server = answering(coding, new byte[0])) {
            OnLoop.client(client -> assertThat(client.get(server.url()).bytes()).isEmpty());
        }
    }

    @Test
    void in_two_codings_are_decoded_in_turn() throws Exception {
        try (var server = answering("zstd, gzip", Codings.gzip(Codings.encode("zstd", TEXT)))) {
            OnLoop.client(client -> assertThat(client.get(server.url()).bytes()).isEqualTo(TEXT));
        }
    }

    @Test
    void in_four_codings_are_refused() throws Exception {
        fails(HttpException.Protocol.class, "gzip, gzip, gzip, gzip", TEXT);
    }

    @Test
    void in_an_unknown_coding_are_given_as_they_came() throws Exception {
        try (var server = answering("snappy", TEXT)) {
            OnLoop.client(
                    client -> {
                        HttpResponse response = client.get(server.url());
                        assertThat(response.headers().first("Content-Encoding")).contains("snappy");
                        assertThat(response.bytes()).isEqualTo(TEXT);
                    });
        }
    }

    @Test
    void are_left_alone_where_that_was_asked() throws Exception {
        byte[] body = Codings.gzip(TEXT);
        try (var server = answering("gzip", body)) {
            OnLoop.client(
                    HttpClient.builder().decompress(false),
                    client -> assertThat(client.get(server.url()).bytes()).isEqualTo(body));
            assertThat(server.requests.getFirst()).doesNotContain("Accept-Encoding");
        }
    }

    @Test
    void with_names_and_comments_in_a_gzip_header_are_decoded() throws Exception {
        byte[] plain = Codings.gzip(TEXT);
        var out = new ByteArrayOutputStream();
        out.write(
                new byte[] {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 0, 3, 0, 1, 2, 3});
        out.write("name\0comment\0".getBytes(StandardCharsets.ISO_8859_1));
        out.write(new byte[] {7, 7});
        out.write(plain, 10, plain.length - 10);
        try (var server = answering("gzip", out.toByteArray())) {
            OnLoop.client(client -> assertThat(client.get(server.url()).bytes()).isEqualTo(TEXT));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
    void that_inflate_a_thousandfold_are_too_large(String coding) throws Exception {
        byte[] zeros = new byte[50 << 20];
        byte[] bomb =
                coding.equals("br")
                        ? Codings.BROTLI_BOMB
                        : Codings.encode(coding.equals("deflate") ? "zlib" : coding, zeros);
        fails(HttpException.TooLarge.class, coding, bomb);
    }

    @Test
    void stacked_bombs_are_too_large() throws Exception {
        fails(
                HttpException.TooLarge.class,
                "gzip, gzip",
                Codings.gzip(Codings.gzip(new byte[50 << 20])));
    }

    @Test
    void have_an_absolute_limit() throws Exception {
        byte[] noise = new byte[200_000];
        new Random(1).nextBytes(noise);
        try (var server = answering("gzip", Codings.gzip(noise))) {
            OnLoop.client(
                    HttpClient.builder().maxDecodedBytes(100_000),
                    client ->
                            assertThatExceptionOfType(HttpException.TooLarge.class)
                                    .isThrownBy(() -> client.get(server.url()).bytes())
                                    .withMessageContaining("100000"));
        }
    }

    @Test
    void below_the_floor_may_inflate_as_much_as_they_like() throws Exception {
        try (var server = answering("gzip", Codings.gzip(new byte[1_000_000]))) {
            OnLoop.client(
                    client -> assertThat(client.get(server.url()).bytes()).hasSize(1_000_000));
        }
    }

    @Test
    void are_streamed() throws Exception {
        byte[] half = Codings.gzip(TEXT);
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send(
                                    "HTTP/1.1 200 OK\r\n"
                                            + "Content-Encoding: gzip\r\n"
                                            + "Transfer-Encoding: chunked\r\n\r\n");
                            talk.send(Integer.toHexString(half.length) + "\r\n");
                            talk.send(half);
                            talk.send("\r\n");
                            talk.readRequest();
                        })) {
            OnLoop.client(
                    client -> {
                        try (HttpResponse response = client.get(server.url())) {
                            InputStream body = response.body();
                            assertThat(body.readNBytes(TEXT.length)).isEqualTo(TEXT);
                        }
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }
}

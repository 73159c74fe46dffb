package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.net.URI;

@ExtendWith(NoLeaks.class)
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // their lines end in CR LF
class RedirectTest {

    private static String to(int status, String location) {
        return "HTTP/1.1 "
                + status
                + " Moved\r\nLocation: "
                + location
                + "\r\nContent-Length: 2\r\n\r\ngo";
    }

    private static final String HERE = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere";

    /**
     * Redirects what asks for /from, answers the rest, reading bodies that have a length of one
     * digit.
     */
    private static RawServer from(int status, String location) throws Exception {
        return new RawServer(
                talk -> {
                    for (String head = talk.readRequest();
                            !head.isEmpty();
                            head = talk.readRequest()) {
                        int length = head.indexOf("Content-Length: ");
                        if (length >= 0) {
                            talk.read(head.charAt(length + 16) - '0');
                        }
                        talk.send(head.contains(" /from") ? to(status, location) : HERE);
                    }
                });
    }

    @ParameterizedTest
    @CsvSource({
        "301,GET,GET",
        "302,GET,GET",
        "303,GET,GET",
        "307,GET,GET",
        "308,GET,GET",
        "301,POST,GET",
        "302,POST,GET",
        "303,POST,GET",
        "307,POST,POST",
        "308,POST,POST",
        "301,PUT,PUT",
        "302,PUT,PUT",
        "303,PUT,GET",
        "307,PUT,PUT",
        "303,DELETE,GET",
        "302,DELETE,DELETE"
    })
    void the_method_follows_the_status(int status, String before, String after) throws Exception {
        try (var server = from(status, "/to?q")) {
            OnLoop.client(
                    client -> {
                        HttpRequestBuilder request = HttpRequest.of(before, server.url("/from"));
                        if (before.startsWith("P")) {
                            request.body("body");
                        }
                        HttpResponse response = client.send(request.build());

                        assertThat(response.text()).isEqualTo("here");
                        assertThat(response.uri()).isEqualTo(URI.create(server.url("/to?q")));
                        assertThat(response.history())
                                .containsExactly(new Hop(status, URI.create(server.url("/from"))));
                        String second = server.requests.get(1);
                        assertThat(second).startsWith(after + " /to?q HTTP/1.1\r\n");
                        boolean keepsBody = before.startsWith("P") && after.equals(before);
                        assertThat(second.contains("Content-Length: 4")).isEqualTo(keepsBody);
                        assertThat(second.contains("Content-Type")).isEqualTo(keepsBody);
                    });
            assertThat(server.connections()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void head_follows_only_if_asked_to() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            for (String head = talk.readRequest();
                                    !head.isEmpty();
                                    head = talk.readRequest()) {
                                talk.send(
                                        head.contains(" /from")
                                                ? "HTTP/1.1 303 X\r\nLocation: /to\r\n\r\n"
                                                : "HTTP/1.1 200 OK\r\n\r\n");
                            }
                        })) {
            OnLoop.client(
                    client -> {
                        assertThat(
                                        client.send(HttpRequest.head(server.url("/from")).build())
                                                .status())
                                .isEqualTo(303);
                        assertThat(
                                        client.send(
                                                        HttpRequest.head(server.url("/from"))
                                                                .followRedirects(true)
                                                                .build())
                                                .status())
                                .isEqualTo(200);
                        assertThat(server.requests.get(2)).startsWith("HEAD /to ");
                    });
        }
    }

    @Test
    void none_is_followed_if_that_was_asked() throws Exception {
        try (var server = from(302, "/to")) {
            OnLoop.client(
                    HttpClient.builder().followRedirects(false),
                    client -> {
                        HttpResponse response = client.get(server.url("/from"));
                        assertThat(response.status()).isEqualTo(302);
                        assertThat(response.text()).isEqualTo("go");
                        assertThat(response.history()).isEmpty();
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://x/",
                "mailto:a@b",
                "http://",
                "http://[::1/",
                "javascript:alert(1)",
                "http://a:99999/",
                "file:///etc/passwd"
            })
    void where_none_can_be_followed_the_answer_is_the_redirect(String location) throws Exception {
        try (var server = from(302, location)) {
            OnLoop.client(
                    client -> {
                        HttpResponse response = client.get(server.url("/from"));
                        assertThat(response.status()).isEqualTo(302);
                        assertThat(response.redirectFailure().orElseThrow())
                                .startsWith("the redirect to " + location + " can't be followed: ");
                    });
        }
    }

    @Test
    void why_one_cant_be_followed_is_told_without_a_password_and_in_a_few_words() throws Exception {
        try (var server = from(302, "ftp://u:secret@x/\t" + "y".repeat(3000))) {
            OnLoop.client(
                    client ->
                            assertThat(
                                            client.get(server.url("/from"))
                                                    .redirectFailure()
                                                    .orElseThrow())
                                    .startsWith("the redirect to ftp://x/\\tyyy")
                                    .endsWith("yyy... can't be followed: a control character at 17")
                                    .hasSizeLessThan(300));
        }
    }

    @Test
    void what_is_no_redirect_or_was_followed_has_no_failure() throws Exception {
        try (var server = from(302, "/to")) {
            OnLoop.client(
                    client -> {
                        assertThat(client.get(server.url("/from")).redirectFailure()).isEmpty();
                        assertThat(client.get(server.url("/to")).redirectFailure()).isEmpty();
                        assertThat(
                                        client.send(
                                                        HttpRequest.get(server.url("/from"))
                                                                .followRedirects(false)
                                                                .build())
                                                .redirectFailure())
                                .isEmpty();
                    });
        }
    }

    @Test
    void one_without_a_location_is_the_answer() throws Exception {
        try (var server = RawServer.answering("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n")) {
            OnLoop.client(
                    client -> {
                        HttpResponse response = client.get(server.url());
                        assertThat(response.status()).isEqualTo(301);
                        assertThat(response.redirectFailure())
                                .contains("the redirect says not where to (no Location)");
                    });
        }
    }

    @Test
    void a_304_with_a_location_is_the_answer() throws Exception {
        try (var server = RawServer.answering("HTTP/1.1 304 Same\r\nLocation: /to\r\n\r\n")) {
            OnLoop.client(client -> assertThat(client.get(server.url()).status()).isEqualTo(304));
        }
    }

    @Test
    void ten_are_followed_and_the_eleventh_is_an_error() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            for (String head = talk.readRequest();
                                    !head.isEmpty();
                                    head = talk.readRequest()) {
                                int left =
                                        Integer.parseInt(head.substring(5, head.indexOf(' ', 5)));
                                talk.send(left == 0 ? HERE : to(302, "/" + (left - 1)));
                            }
                        })) {
            OnLoop.client(
                    client -> {
                        assertThat(client.get(server.url("/10")).history()).hasSize(10);
                        assertThatExceptionOfType(HttpException.Redirect.class)
                                .isThrownBy(() -> client.get(server.url("/11")));
                    });
            OnLoop.client(
                    HttpClient.builder().maxRedirects(0),
                    client ->
                            assertThatExceptionOfType(HttpException.Redirect.class)
                                    .isThrownBy(() -> client.get(server.url("/1"))));
        }
    }

    @Test
    void another_origin_gets_no_credentials_and_no_cookies_of_ours() throws Exception {
        try (var other = RawServer.answering(HERE);
                var server = from(302, other.url("/to"))) {
            OnLoop.client(
                    client -> {
                        HttpRequest request =
                                HttpRequest.get(
                                                server.url("/from")
                                                        .replace("http://", "http://user:secret@"))
                                        .header("Cookie", "a=b")
                                        .header("Proxy-Authorization", "Basic x")
                                        .header("Host", "elsewhere.example")
                                        .header("X-Mine", "kept")
                                        .build();
                        assertThat(client.send(request).text()).isEqualTo("here");
                    });
            assertThat(server.requests.get(0))
                    .contains(
                            "Authorization: Basic dXNlcjpzZWNyZXQ=",
                            "Cookie: a=b",
                            "Host: elsewhere.example");
            assertThat(other.requests.get(0))
                    .contains("X-Mine: kept", "Host: 127.0.0.1")
                    .doesNotContain("uthorization", "Cookie", "elsewhere");
        }
    }

    @Test
    void the_same_origin_gets_them_again() throws Exception {
        try (var server = from(302, "/to")) {
            OnLoop.client(
                    client ->
                            client.send(
                                            HttpRequest.get(server.url("/from"))
                                                    .basicAuth("u", "p")
                                                    .build())
                                    .discard());
            assertThat(server.requests.get(1)).contains("Authorization: Basic dTpw");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {307, 308})
    void a_body_that_can_be_sent_only_once_cant_follow(int status) throws Exception {
        try (var server = from(status, "/to")) {
            OnLoop.client(
                    client -> {
                        assertThatExceptionOfType(HttpException.Redirect.class)
                                .isThrownBy(
                                        () ->
                                                client.send(
                                                        HttpRequest.post(server.url("/from"))
                                                                .body(
                                                                        new ByteArrayInputStream(
                                                                                new byte[4]),
                                                                        4)
                                                                .build()))
                                .withMessageContaining("only once");
                        HttpRequest produced =
                                HttpRequest.post(server.url("/from"))
                                        .body(out -> out.write(new byte[4]), 4)
                                        .build();
                        assertThat(client.send(produced).text()).isEqualTo("here");
                    });
        }
    }

    @Test
    void a_location_in_utf_8_and_with_a_fragment_is_understood() throws Exception {
        try (var server = from(302, "t\u00c3\u00b6 o#frag")) {
            OnLoop.client(
                    client ->
                            assertThat(client.get(server.url("/from")).uri().toString())
                                    .endsWith("/t%C3%B6%20o"));
        }
    }

    @Test
    void a_long_body_of_a_redirect_closes_its_connection_instead_of_being_read() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            String head = talk.readRequest();
                            if (head.contains("/from")) {
                                talk.send(
                                        "HTTP/1.1 302 X\r\n"
                                                + "Location: /to\r\n"
                                                + "Content-Length: 100000000\r\n\r\n");
                                talk.clientCloses();
                            } else {
                                talk.send(HERE);
                            }
                        })) {
            OnLoop.client(
                    client -> assertThat(client.get(server.url("/from")).text()).isEqualTo("here"));
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 100\r\n\r\nabc",
                "Content-Length: 100\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                "\r\nabc"
            })
    void a_redirect_whose_body_stalls_is_followed_all_the_same(String body) throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            String head = talk.readRequest();
                            if (head.contains("/from")) {
                                talk.send("HTTP/1.1 302 X\r\nLocation: /to\r\n" + body);
                                talk.hold();
                            } else {
                                talk.send(HERE);
                            }
                        })) {
            OnLoop.client(
                    HttpClient.builder().maxConnections(1),
                    client -> assertThat(client.get(server.url("/from")).text()).isEqualTo("here"));
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void cookies_set_on_the_way_are_sent_from_then_on() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            for (String head = talk.readRequest();
                                    !head.isEmpty();
                                    head = talk.readRequest()) {
                                talk.send(
                                        head.contains(" /from")
                                                ? "HTTP/1.1 302 X\r\n"
                                                        + "Set-Cookie: session=1; Path=/\r\n"
                                                        + "Set-Cookie: other=2; Path=/elsewhere\r\n"
                                                        + "Location: /to\r\n"
                                                        + "Content-Length: 0\r\n\r\n"
                                                : HERE);
                            }
                        })) {
            OnLoop.client(
                    client -> {
                        client.get(server.url("/from")).discard();
                        client.get(server.url("/later")).discard();
                    });
            assertThat(server.requests.get(0)).doesNotContain("Cookie");
            assertThat(server.requests.get(1)).contains("\r\nCookie: session=1\r\n");
            assertThat(server.requests.get(2)).contains("\r\nCookie: session=1\r\n");
            OnLoop.client(
                    HttpClient.builder().cookies(CookieJar.none()),
                    client -> client.get(server.url("/from")).discard());
            assertThat(server.requests.get(4)).doesNotContain("Cookie");
        }
    }
}

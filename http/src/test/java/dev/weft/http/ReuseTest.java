package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.time.Duration;

/** When a connection is used again, and when it must not be. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // their lines end in CR LF
class ReuseTest {

    private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final int LARGE = 1_000_000;
    private static final String LARGE_ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n" + "x".repeat(LARGE);

    @Test
    void a_connection_is_used_again_after_its_answer_was_read() throws Exception {
        try (var server = RawServer.answering(HELLO)) {
            OnLoop.client(
                    client -> {
                        for (int i = 0; i < 5; i++) {
                            assertThat(client.get(server.url()).text()).isEqualTo("hello");
                        }
                    });
            assertThat(server.connections()).isEqualTo(1);
            assertThat(server.requests).hasSize(5);
        }
    }

    @Test
    void a_408_that_ends_an_idle_connection_is_no_answer() throws Exception {
        String late = "HTTP/1.1 408 Late\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlate";
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send(HELLO);
                            talk.readRequest();
                            talk.send(late);
                        })) {
            OnLoop.client(
                    HttpClient.builder().maxConnections(1),
                    client -> {
                        assertThat(client.get(server.url()).text()).isEqualTo("hello");
                        assertThat(client.get(server.url()).text()).isEqualTo("hello");
                        HttpRequest post = HttpRequest.post(server.url()).body("once").build();
                        assertThat(client.send(post).status()).isEqualTo(408);
                    });
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void a_408_on_a_new_connection_is_the_answer() throws Exception {
        try (var server =
                RawServer.answeringOnce(
                        "HTTP/1.1 408 Late\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")) {
            OnLoop.client(client -> assertThat(client.get(server.url()).status()).isEqualTo(408));
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void a_short_answer_frees_its_connection_unread() throws Exception {
        try (var server = RawServer.answering(HELLO)) {
            OnLoop.client(
                    client -> {
                        HttpResponse first = client.get(server.url());
                        HttpResponse second = client.get(server.url());
                        assertThat(first.text() + second.text()).isEqualTo("hellohello");
                    });
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void the_last_byte_of_a_chunked_body_frees_the_connection() throws Exception {
        try (var server =
                RawServer.answering(
                        "HTTP/1.1 200 OK\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n"
                                + "5\r\n"
                                + "hello\r\n"
                                + "0\r\n\r\n")) {
            OnLoop.client(
                    client -> {
                        assertThat(client.get(server.url()).body().readNBytes(5)).hasSize(5);
                        assertThat(client.idleConnections()).isEqualTo(1);
                    });
        }
    }

    @Test
    void the_connection_used_last_is_used_first() throws Exception {
        try (var server = RawServer.answering(LARGE_ANSWER)) {
            OnLoop.client(
                    client -> {
                        HttpResponse first = client.get(server.url("/first"));
                        HttpResponse second = client.get(server.url("/second"));
                        second.discard();
                        first.discard();
                        Connection lastUsed =
                                client.pool.origin(url(server.url())).idle.peekFirst();
                        client.get(server.url()).discard();
                        assertThat(client.pool.origin(url(server.url())).idle.peekFirst())
                                .isSameAs(lastUsed);
                    });
        }
    }

    private static Url url(String text) {
        try {
            return Url.parse(text);
        } catch (Url.Malformed e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_body_that_was_not_read_closes_the_connection() throws Exception {
        try (var server = RawServer.answering(LARGE_ANSWER)) {
            OnLoop.client(
                    client -> {
                        try (HttpResponse response = client.get(server.url())) {
                            assertThat(response.body().read()).isEqualTo('x');
                        }
                        assertThat(client.openConnections()).isZero();
                        assertThat(client.get(server.url()).bytes()).hasSize(LARGE);
                    });
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void a_body_that_was_discarded_keeps_the_connection() throws Exception {
        try (var server = RawServer.answering(LARGE_ANSWER)) {
            OnLoop.client(
                    client -> {
                        client.get(server.url()).discard();
                        client.get(server.url()).discard();
                    });
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello!",
                "HTTP/1.1 200 OK\r\n"
                        + "Content-Length: 5\r\n\r\n"
                        + "helloHTTP/1.1 200 OK\r\n"
                        + "Content-Length: 5\r\n\r\n"
                        + "stolen",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 204 No Content\r\n\r\nhello",
            })
    void what_follows_an_answer_is_never_taken_for_the_next_one(String answer) throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send(talk.number == 1 ? answer : HELLO);
                            talk.clientCloses();
                        })) {
            OnLoop.client(
                    client -> {
                        client.get(server.url()).bytes();
                        assertThat(client.get(server.url()).text()).isEqualTo("hello");
                    });
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void an_idle_connection_on_which_the_server_speaks_is_closed() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send(HELLO);
                            Thread.sleep(20);
                            talk.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
                            talk.clientCloses();
                        })) {
            OnLoop.client(
                    client -> {
                        client.get(server.url()).bytes();
                        OnLoop.until(() -> client.openConnections() == 0);
                    });
        }
    }

    @Test
    void an_idle_connection_that_the_server_closes_is_noticed() throws Exception {
        try (var server = RawServer.answeringOnce(HELLO)) {
            OnLoop.client(
                    client -> {
                        client.get(server.url()).bytes();
                        OnLoop.until(() -> client.openConnections() == 0);
                    });
        }
    }

    @Test
    void an_idle_connection_is_closed_after_the_idle_limit() throws Exception {
        try (var server = RawServer.answering(HELLO)) {
            OnLoop.client(
                    HttpClient.builder().idleTimeout(Duration.ofMillis(30)),
                    client -> {
                        client.get(server.url()).bytes();
                        assertThat(client.idleConnections()).isEqualTo(1);
                        OnLoop.until(() -> client.openConnections() == 0);
                    });
        }
    }

    @Test
    void without_an_idle_limit_nothing_is_kept() throws Exception {
        try (var server = RawServer.answering(HELLO)) {
            OnLoop.client(
                    HttpClient.builder().idleTimeout(Duration.ZERO),
                    client -> {
                        client.get(server.url()).bytes();
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }

    /**
     * Answers one request on the first connection and drops it when the next comes; later ones are
     * good.
     */
    private static RawServer droppingTheSecondRequest(boolean reset) throws Exception {
        return new RawServer(
                talk -> {
                    talk.readRequest();
                    talk.send(HELLO);
                    if (talk.number == 1) {
                        talk.readRequest();
                        if (reset) {
                            talk.reset();
                        }
                    } else {
                        talk.clientCloses();
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY"})
    void an_idempotent_request_is_sent_again_when_a_reused_connection_was_dead(String method)
            throws Exception {
        for (boolean reset : new boolean[] {false, true}) {
            try (var server = droppingTheSecondRequest(reset)) {
                OnLoop.client(
                        client -> {
                            client.get(server.url()).bytes();
                            HttpRequest request =
                                    HttpRequest.of(method, server.url()).body("again").build();
                            assertThat(client.send(request).status()).isEqualTo(200);
                        });
                assertThat(server.connections()).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH"})
    void another_request_is_not(String method) throws Exception {
        try (var server = droppingTheSecondRequest(false)) {
            OnLoop.client(
                    client -> {
                        client.get(server.url()).bytes();
                        assertThatExceptionOfType(HttpException.Connect.class)
                                .isThrownBy(
                                        () ->
                                                client.send(
                                                        HttpRequest.of(method, server.url())
                                                                .body("once")
                                                                .build()));
                        assertThat(client.openConnections()).isZero();
                    });
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void one_with_a_body_that_can_be_sent_only_once_is_not() throws Exception {
        try (var server = droppingTheSecondRequest(false)) {
            OnLoop.client(
                    client -> {
                        client.get(server.url()).bytes();
                        assertThatExceptionOfType(HttpException.Connect.class)
                                .isThrownBy(
                                        () ->
                                                client.send(
                                                        HttpRequest.put(server.url())
                                                                .body(
                                                                        new ByteArrayInputStream(
                                                                                new byte[3]))
                                                                .build()));
                    });
        }
    }

    @Test
    void it_is_sent_again_once_only() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            if (talk.number == 1) {
                                talk.send(HELLO);
                                talk.readRequest();
                            }
                        })) {
            OnLoop.client(
                    client -> {
                        client.get(server.url()).bytes();
                        assertThatExceptionOfType(HttpException.Connect.class)
                                .isThrownBy(() -> client.get(server.url()));
                        assertThat(client.openConnections()).isZero();
                    });
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void it_is_not_sent_again_after_a_byte_of_the_answer() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send(HELLO);
                            talk.readRequest();
                            talk.send("H");
                        })) {
            OnLoop.client(
                    client -> {
                        client.get(server.url()).bytes();
                        assertThatExceptionOfType(HttpException.Protocol.class)
                                .isThrownBy(() -> client.get(server.url()));
                    });
            assertThat(server.connections()).isEqualTo(1);
        }
    }
}

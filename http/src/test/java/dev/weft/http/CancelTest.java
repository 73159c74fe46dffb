package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.InputStream;
import java.time.Duration;

/**
 * A request is cancelled in every state it can be in: its connection is closed, nothing is lost,
 * and the next request works.
 */
@ExtendWith(NoLeaks.class)
@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // their lines end in CR LF
class CancelTest {

    private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    @Test
    void while_it_waits_for_the_answer() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.clientCloses();
                        })) {
            OnLoop.client(
                    client -> {
                        var task = Weft.background(() -> client.get(server.url()));
                        OnLoop.until(() -> server.requests.size() == 1);
                        task.cancel("test");
                        OnLoop.until(task::isDone);

                        assertThat(client.openConnections()).isZero();
                        OnLoop.until(() -> server.open() == 0);
                    });
        }
    }

    @Test
    void while_it_reads_the_body() throws Exception {
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
                        body.readNBytes(3);
                        var task = Weft.background(() -> body.read());
                        Weft.checkpoint();
                        task.cancel("test");
                        OnLoop.until(task::isDone);

                        assertThat(client.openConnections()).isZero();
                        OnLoop.until(() -> server.open() == 0);
                    });
        }
    }

    @Test
    void while_it_sends_the_body() throws Exception {
        try (var server = new RawServer(RawServer.Talk::hold)) {
            OnLoop.client(
                    client -> {
                        var task =
                                Weft.background(
                                        () ->
                                                client.send(
                                                        HttpRequest.put(server.url())
                                                                .body(new byte[64 << 20])
                                                                .build()));
                        OnLoop.until(() -> server.connections() == 1);
                        Weft.sleep(Duration.ofMillis(30));
                        task.cancel("test");
                        OnLoop.until(task::isDone);

                        assertThat(client.openConnections()).isZero();
                    });
        }
    }

    /**
     * Cancels after so many turns of the loop, up to where the request is done first: so every wait
     * is hit, whatever their number.
     */
    @ParameterizedTest
    @ValueSource(strings = {"new", "reused", "waiting", "redirected", "posting"})
    void after_any_number_of_turns(String shape) throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            for (String head = talk.readRequest();
                                    !head.isEmpty();
                                    head = talk.readRequest()) {
                                if (head.startsWith("GET /from")) {
                                    talk.send(
                                            "HTTP/1.1 302 Found\r\n"
                                                    + "Location: /to\r\n"
                                                    + "Content-Length: 3\r\n\r\n"
                                                    + "mov");
                                } else if (head.startsWith("POST")) {
                                    talk.read(100_000);
                                    talk.send(HELLO);
                                } else if (head.startsWith("GET /slow")) {
                                    talk.send(HELLO.substring(0, 20));
                                    talk.send(HELLO.substring(20, HELLO.length() - 2));
                                    talk.send(HELLO.substring(HELLO.length() - 2));
                                } else {
                                    talk.send(HELLO);
                                }
                            }
                        })) {
            OnLoop.client(
                    HttpClient.builder().maxConnections(2),
                    client -> {
                        boolean finished = false;
                        for (int turns = 0; !finished; turns++) {
                            finished = cancelled(client, server, shape, turns);
                            OnLoop.until(
                                    () -> client.openConnections() == client.idleConnections());
                            assertThat(client.pool.waiting()).isZero();
                            assertThat(client.get(server.url("/after")).text()).isEqualTo("hello");
                        }
                    });
        }
    }

    /** Whether the request came to its end before it was cancelled. */
    private static boolean cancelled(HttpClient client, RawServer server, String shape, int turns) {
        if (!shape.equals("reused")) {
            dropIdle(client);
        }
        HttpRequest request =
                switch (shape) {
                    case "redirected" -> HttpRequest.get(server.url("/from")).build();
                    case "posting" ->
                            HttpRequest.post(server.url()).body(new byte[100_000]).build();
                    default -> HttpRequest.get(server.url("/slow")).build();
                };
        Task<?> first = null;
        Task<?> second = null;
        if (shape.equals("waiting")) {
            first =
                    Weft.background(
                            () -> client.send(HttpRequest.get(server.url("/slow")).build()).text());
            second =
                    Weft.background(
                            () -> client.send(HttpRequest.get(server.url("/slow")).build()).text());
        }
        Task<String> task = Weft.background(() -> client.send(request).text());
        for (int i = 0; i < turns; i++) {
            Weft.checkpoint();
            if (i > 200) {
                // the rest is waiting for the kernel
                Weft.sleep(Duration.ofNanos(20_000));
            }
        }
        boolean done = task.isDone();
        task.cancel("test");
        OnLoop.until(task::isDone);
        if (first != null && second != null) {
            first.await();
            second.await();
        }
        return done;
    }

    private static void dropIdle(HttpClient client) {
        while (client.idleConnections() > 0) {
            client.pool.dropOldest();
        }
    }

    @Test
    void a_cancelled_loop_of_many_requests_leaves_no_connection_in_use() throws Exception {
        try (var server = RawServer.answering(HELLO)) {
            OnLoop.client(
                    HttpClient.builder().maxConnections(8),
                    client -> {
                        for (int round = 0; round < 20; round++) {
                            int wait = round;
                            Weft.group(
                                    group -> {
                                        for (int i = 0; i < 40; i++) {
                                            group.start(
                                                    () -> {
                                                        while (true) {
                                                            client.get(server.url("/slow")).text();
                                                        }
                                                    });
                                        }
                                        Weft.sleep(Duration.ofMillis(wait));
                                        group.cancel("enough");
                                    });
                            assertThat(client.openConnections())
                                    .isEqualTo(client.idleConnections());
                            assertThat(client.pool.waiting()).isZero();
                        }
                    });
        }
    }
}

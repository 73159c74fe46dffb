package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.Task;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** What a client refuses at once, and what is left whole then. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class MisuseTest {

    private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    @Test
    void a_second_task_may_not_read_a_response_that_is_being_read() throws Exception {
        var gate = new Semaphore(0);
        try (var server =
                new RawServer(
                        talk -> {
                            talk.readRequest();
                            talk.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                            gate.acquire();
                            talk.send("world");
                        })) {
            OnLoop.client(
                    HttpClient.builder(),
                    client -> {
                        HttpResponse response = client.get(server.url("/"));
                        Task<String> first = Weft.background(() -> response.text());
                        Weft.checkpoint();
                        Weft.checkpoint();
                        assertThatIllegalStateException()
                                .isThrownBy(() -> response.body().read(new byte[10]))
                                .withMessageContaining("one task reads a response at a time");
                        gate.release();
                        assertThat(first.await()).isEqualTo("helloworld");
                    });
        }
    }

    @Test
    void a_client_is_closed_on_its_own_loop_only_and_is_whole_afterwards() throws Exception {
        try (var server =
                new RawServer(
                        talk -> {
                            while (!talk.readRequest().isEmpty()) {
                                talk.send(HELLO);
                            }
                        })) {
            OnLoop.client(
                    HttpClient.builder(),
                    client -> {
                        assertThat(client.get(server.url("/")).text()).isEqualTo("hello");
                        assertThatIllegalStateException()
                                .isThrownBy(() -> Weft.offload(client::close));
                        assertThat(client.get(server.url("/")).text()).isEqualTo("hello");
                        client.close();
                        assertThat(client.openConnections()).isZero();
                    });
        }
    }

    @Test
    void a_requests_own_cookie_field_stands_in_place_of_the_jars() throws Exception {
        List<String> requests = new ArrayList<>();
        try (var server =
                new RawServer(
                        talk -> {
                            for (String r = talk.readRequest();
                                    !r.isEmpty();
                                    r = talk.readRequest()) {
                                synchronized (requests) {
                                    requests.add(r);
                                }
                                talk.send(
                                        "HTTP/1.1 200 OK\r\nSet-Cookie: jar=1\r\n"
                                                + "Content-Length: 5\r\n\r\nhello");
                            }
                        })) {
            OnLoop.client(
                    HttpClient.builder(),
                    client -> {
                        client.get(server.url("/")).close();
                        client.send(
                                        HttpRequest.get(server.url("/"))
                                                .header("Cookie", "own=2")
                                                .build())
                                .close();
                    });
        }
        synchronized (requests) {
            assertThat(requests.getLast().lines().filter(l -> l.startsWith("Cookie")).toList())
                    .containsExactly("Cookie: own=2");
        }
    }
}

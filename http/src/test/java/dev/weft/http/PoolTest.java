package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Task;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** How many connections there are, and who gets the next one. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class PoolTest {

    private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    /** Answers a request when it has a permit. */
    private static RawServer gated(Semaphore gate) throws Exception {
        return new RawServer(
                talk -> {
                    while (!talk.readRequest().isEmpty()) {
                        gate.acquire();
                        talk.send(HELLO);
                    }
                });
    }

    @Test
    void there_are_never_more_connections_than_allowed() throws Exception {
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        try (var server =
                new RawServer(
                        talk -> {
                            while (!talk.readRequest().isEmpty()) {
                                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                                Thread.sleep(1);
                                now.decrementAndGet();
                                talk.send(HELLO);
                            }
                        })) {
            OnLoop.client(
                    HttpClient.builder().maxConnections(7),
                    client -> {
                        List<Integer> numbers = new ArrayList<>();
                        for (int i = 0; i < 200; i++) {
                            numbers.add(i);
                        }
                        Weft.forEach(
                                numbers,
                                50,
                                i ->
                                        assertThat(client.get(server.url("/" + i)).text())
                                                .isEqualTo("hello"));
                        assertThat(client.openConnections()).isEqualTo(7);
                    });
            assertThat(server.requests).hasSize(200);
            assertThat(server.connections()).isEqualTo(7);
            assertThat(most.get()).isLessThanOrEqualTo(7);
        }
    }

    @Test
    void who_came_first_is_served_first() throws Exception {
        var gate = new Semaphore(0);
        try (var server = gated(gate)) {
            OnLoop.client(
                    HttpClient.builder().maxConnectionsPerHost(1),
                    client ->
                            Weft.group(
                                    group -> {
                                        for (int i = 0; i < 10; i++) {
                                            int n = i;
                                            group.start(
                                                    () ->
                                                            client.get(server.url("/" + n))
                                                                    .discard());
                                        }
                                        OnLoop.until(() -> client.pool.waiting() == 9);
                                        gate.release(10);
                                    }));
            for (int i = 0; i < 10; i++) {
                assertThat(server.requests.get(i)).startsWith("GET /" + i + " ");
            }
        }
    }

    @Test
    void a_host_at_its_limit_holds_up_no_other() throws Exception {
        var gate = new Semaphore(0);
        try (var busy = gated(gate);
                var free = RawServer.answering(HELLO)) {
            OnLoop.client(
                    HttpClient.builder().maxConnections(3).maxConnectionsPerHost(2),
                    client ->
                            Weft.group(
                                    group -> {
                                        for (int i = 0; i < 20; i++) {
                                            group.start(() -> client.get(busy.url()).discard());
                                        }
                                        OnLoop.until(() -> client.pool.waiting() == 18);
                                        for (int i = 0; i < 5; i++) {
                                            assertThat(client.get(free.url()).text())
                                                    .isEqualTo("hello");
                                        }
                                        gate.release(20);
                                    }));
            assertThat(busy.connections()).isEqualTo(2);
        }
    }

    @Test
    void a_waiter_for_another_host_takes_the_room_of_a_connection_that_comes_back()
            throws Exception {
        var gate = new Semaphore(0);
        try (var first = gated(gate);
                var second = RawServer.answering(HELLO)) {
            OnLoop.client(
                    HttpClient.builder().maxConnections(1),
                    client ->
                            Weft.group(
                                    group -> {
                                        List<String> order = new ArrayList<>();
                                        group.start(() -> client.get(first.url()).discard());
                                        OnLoop.until(() -> first.requests.size() == 1);
                                        group.start(
                                                () -> {
                                                    client.get(second.url()).discard();
                                                    order.add("second");
                                                });
                                        OnLoop.until(() -> client.pool.waiting() == 1);
                                        group.start(
                                                () -> {
                                                    client.get(first.url()).discard();
                                                    order.add("first");
                                                });
                                        OnLoop.until(() -> client.pool.waiting() == 2);
                                        gate.release(2);
                                        OnLoop.until(() -> order.size() == 2);
                                        assertThat(order).containsExactly("second", "first");
                                    }));
        }
    }

    @Test
    void an_idle_connection_gives_way_to_another_host() throws Exception {
        try (var first = RawServer.answering(HELLO);
                var second = RawServer.answering(HELLO)) {
            OnLoop.client(
                    HttpClient.builder().maxConnections(1),
                    client -> {
                        client.get(first.url()).discard();
                        client.get(second.url()).discard();
                        assertThat(client.openConnections()).isEqualTo(1);
                        OnLoop.until(() -> first.open() == 0);
                    });
        }
    }

    @Test
    void a_waiter_that_is_cancelled_leaves_nothing_behind() throws Exception {
        var gate = new Semaphore(0);
        try (var server = gated(gate)) {
            OnLoop.client(
                    HttpClient.builder().maxConnections(1),
                    client -> {
                        var running = Weft.background(() -> client.get(server.url("/0")).text());
                        List<Task<String>> waiting = new ArrayList<>();
                        for (int i = 1; i <= 4; i++) {
                            int n = i;
                            waiting.add(
                                    Weft.background(() -> client.get(server.url("/" + n)).text()));
                        }
                        OnLoop.until(() -> client.pool.waiting() == 4);
                        waiting.get(0).cancel("test");
                        waiting.get(2).cancel("test");
                        gate.release(3);

                        assertThat(running.await()).isEqualTo("hello");
                        assertThat(waiting.get(1).await() + waiting.get(3).await())
                                .isEqualTo("hellohello");
                        assertThatExceptionOfType(CancellationException.class)
                                .isThrownBy(waiting.get(0)::await);
                        assertThatExceptionOfType(CancellationException.class)
                                .isThrownBy(waiting.get(2)::await);
                        assertThat(client.pool.waiting()).isZero();
                    });
            assertThat(server.requests).hasSize(3);
        }
    }

    @Test
    void a_connection_that_is_handed_over_as_the_cancellation_comes_is_not_lost() throws Exception {
        var gate = new Semaphore(0);
        try (var server = gated(gate)) {
            OnLoop.client(
                    HttpClient.builder().maxConnections(1),
                    client -> {
                        HttpRequest request = HttpRequest.get(server.url()).build();
                        Task<String> second =
                                Weft.groupCall(
                                        group -> {
                                            var first =
                                                    group.start(() -> client.send(request).text());
                                            OnLoop.until(() -> server.requests.size() == 1);
                                            var waiter =
                                                    Weft.background(
                                                            () -> client.send(request).text());
                                            OnLoop.until(() -> client.pool.waiting() == 1);
                                            gate.release();
                                            // the waiter is granted the connection in the step that
                                            // ends the first request
                                            OnLoop.until(first::isDone);
                                            waiter.cancel("too late");
                                            return waiter;
                                        });
                        gate.release(5);
                        OnLoop.until(second::isDone);
                        OnLoop.until(() -> client.openConnections() == client.idleConnections());
                        assertThat(client.send(request).text()).isEqualTo("hello");
                    });
        }
    }

    @Test
    void waiting_for_a_connection_counts_for_the_total_limit_alone() throws Exception {
        try (var server = new RawServer(RawServer.Talk::hold)) {
            OnLoop.client(
                    HttpClient.builder().maxConnections(1).connectTimeout(Duration.ofMillis(20)),
                    client -> {
                        var running = Weft.background(() -> client.get(server.url()));
                        OnLoop.until(() -> server.connections() == 1);
                        assertThatExceptionOfType(HttpException.Timeout.class)
                                .isThrownBy(
                                        () ->
                                                client.send(
                                                        HttpRequest.get(server.url())
                                                                .timeout(Duration.ofMillis(60))
                                                                .build()))
                                .withMessageContaining("are all responses closed?")
                                .satisfies(e -> assertThat(e.kind()).isEqualTo(TimeoutKind.TOTAL));
                        running.cancel("done");
                        OnLoop.until(running::isDone);
                    });
        }
    }

    @Test
    void a_failed_connection_gives_its_room_to_who_waits() throws Exception {
        try (var server = RawServer.answeringOnce("nonsense\r\n")) {
            OnLoop.client(
                    HttpClient.builder().maxConnections(1),
                    client -> {
                        var outcomes =
                                Weft.gatherOutcomes(
                                        List.of(1, 2, 3, 4, 5), 5, _ -> client.get(server.url()));
                        assertThat(outcomes)
                                .hasSize(5)
                                .allSatisfy(o -> assertThat(o.toString()).contains("Protocol"));
                        assertThat(client.openConnections()).isZero();
                    });
            assertThat(server.connections()).isEqualTo(5);
        }
    }
}

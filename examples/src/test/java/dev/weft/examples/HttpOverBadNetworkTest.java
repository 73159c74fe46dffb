package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Group;
import dev.weft.Weft;
import dev.weft.http.HttpClient;
import dev.weft.http.HttpException;
import dev.weft.http.HttpServer;
import dev.weft.test.Program;
import dev.weft.test.Sim;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** The HTTP client and server, unchanged, over a simulated network that fails. */
class HttpOverBadNetworkTest {
    private static final String URL = "http://api:8080/";

    private static void serve(Sim sim, Group group) {
        var api = sim.net().host("api");
        api.run(
                () -> {
                    var server = group.use(HttpServer.listen("", 8080));
                    group.background(
                            "server",
                            () ->
                                    server.serve(
                                            exchange -> exchange.respond(200, "x".repeat(20_000))));
                });
    }

    /** How many of so many requests were answered; each of these in full. */
    private static int answered(Sim sim, int requests) {
        int[] answered = {0};
        Weft.group(
                group -> {
                    serve(sim, group);
                    group.start(
                            "client",
                            () -> {
                                try (var client = HttpClient.create()) {
                                    for (int i = 0; i < requests; i++) {
                                        try (var response = client.get(URL)) {
                                            assertThat(response.text()).hasSize(20_000);
                                            answered[0]++;
                                        }
                                    }
                                } catch (HttpException e) {
                                    // counted as not answered
                                }
                            });
                });
        return answered[0];
    }

    private static void survives(Program<?> program) {
        Sim.exploring().runs(30).cancelling("client", "server").run(program);
    }

    @Test
    void every_request_is_answered_in_pieces_and_late() {
        Sim.exploring()
                .runs(30)
                .run(
                        sim -> {
                            var all = sim.net().everywhere();
                            var _ = all.fragments();
                            var _ = all.latency(Duration.ZERO, Duration.ofMillis(9));
                            assertThat(answered(sim, 3)).isEqualTo(3);
                        });
    }

    @Test
    void a_cancellation_at_any_wait_leaves_nothing_behind() {
        survives(
                sim -> {
                    var _ = sim.net().everywhere().latency(Duration.ofMillis(5));
                    assertThat(answered(sim, 2)).isBetween(0, 2);
                });
    }

    @Test
    void a_reset_in_the_middle_of_a_body_is_no_answer() {
        survives(
                sim -> {
                    var _ = sim.net().path("api", "localhost").reset(15_000);
                    assertThat(answered(sim, 2)).isZero();
                });
    }
}

package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Weft;
import dev.weft.net.Scene;
import dev.weft.net.ServerOptions;
import dev.weft.net.TcpServer;
import dev.weft.net.TcpStream;
import dev.weft.test.SimFailure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * The client, its pool of connections and the server under a cancellation at each wait, a timeout
 * at each wait, and a reset or a killed host at many moments: every connection comes back to the
 * pool or is closed, and nobody waits for one for ever.
 */
class HttpSweepTest {
    private static final String URL = "http://db:80/";
    private static final Duration A_WHILE = Duration.ofMillis(1);
    private static final int LONG_BODY = 150_000;

    record Subject(String name, Scene.Script script) {
        /** A server that hangs up at once never waits in its connections. */
        String[] victims() {
            return name.equals("hung up at once")
                    ? new String[] {"client", "db"}
                    : new String[] {"client", "db", "connection from *"};
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Subject> subjects() {
        return Stream.of(
                new Subject("pool", HttpSweepTest::pool),
                new Subject("upload", HttpSweepTest::upload),
                new Subject("download", HttpSweepTest::download),
                new Subject("redirect", HttpSweepTest::redirect),
                new Subject("no keep-alive", HttpSweepTest::noKeepAlive),
                new Subject("hung up at once", HttpSweepTest::hungUp),
                new Subject("TLS", HttpSweepTest::tls),
                new Subject("hung up after the handshake", HttpSweepTest::hungUpSecurely),
                new Subject("client closed meanwhile", HttpSweepTest::closedMeanwhile));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void survives_a_cancellation_at_each_wait(Subject subject) {
        Scene.isCancelled(subject.script, subject.victims());
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void survives_a_timeout_at_each_wait(Subject subject) {
        Scene.isLate(subject.script, subject.victims());
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void survives_that_its_connections_break(Subject subject) {
        Scene.isCutOff(subject.script, Duration.ofMillis(12), "db");
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void survives_a_failure_of_each_thing_that_goes_through_the_network(Subject subject) {
        Scene.isBroken(subject.script);
    }

    // ---- the subjects

    private static final class Late extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** What one of the client's tasks does with it. */
    interface Use {
        void run(HttpClient client) throws Exception;
    }

    private static void serving(Scene scene, HttpHandler handler) {
        scene.task(
                "db",
                () -> {
                    try (var server = HttpServer.listen("", 80)) {
                        Weft.moveOnAfter(Duration.ofSeconds(5), () -> server.serve(handler));
                    }
                });
    }

    /** So many tasks share a client of two connections, which have come back in the end. */
    private static void clients(Scene scene, int number, Use use) {
        scene.task("clients", () -> share(scene, number, use));
    }

    private static void share(Scene scene, int number, Use use) {
        Weft.sleep(A_WHILE); // until somebody listens
        try (var client = HttpClient.builder().maxConnections(2).tls(Scene.tlsToDb()).build()) {
            Weft.group(
                    group -> {
                        for (int i = 0; i < number; i++) {
                            group.start("client", () -> tolerant(scene, client, use));
                        }
                    });
            assertAllCameBack(client);
        }
    }

    private static void assertAllCameBack(HttpClient client) {
        assertThat(client.pool.waiting()).as("who waits").isZero();
        assertThat(client.openConnections())
                .as("connections that came back")
                .isEqualTo(client.idleConnections())
                .isLessThanOrEqualTo(2);
        client.close();
        assertThat(client.openConnections()).isZero();
    }

    private static void tolerant(Scene scene, HttpClient client, Use use) throws Exception {
        boolean _ =
                Weft.moveOnAfter(
                        Duration.ofSeconds(30),
                        () -> {
                            try {
                                use.run(client);
                                scene.goesWell();
                            } catch (HttpException | Late gone) {
                                // as the server was cancelled, or the network was disturbed
                            }
                        });
    }

    private static void get(HttpClient client) {
        try (var response = client.get(URL)) {
            assertThat(response.text()).isEqualTo("hello");
        }
    }

    private static void pool(Scene scene) {
        serving(
                scene,
                exchange -> {
                    Weft.sleep(A_WHILE);
                    exchange.respond(200, "hello");
                });
        clients(
                scene,
                3,
                client -> {
                    get(client);
                    get(client);
                });
    }

    private static void upload(Scene scene) {
        serving(scene, exchange -> exchange.respond(200, "" + exchange.bytes().length));
        clients(
                scene,
                1,
                client -> {
                    var request =
                            HttpRequest.post(URL)
                                    .body(
                                            out -> {
                                                out.write(new byte[LONG_BODY]);
                                                Weft.sleep(A_WHILE);
                                                out.write(new byte[LONG_BODY]);
                                            })
                                    .build();
                    try (var response = client.send(request)) {
                        if (response.status() == 408) {
                            throw new Late(); // the server's own timeout has expired
                        }
                        assertThat(response.text()).isEqualTo("" + 2 * LONG_BODY);
                    }
                });
    }

    /** One reads all, another gives it up in the middle. */
    private static void download(Scene scene) {
        serving(
                scene,
                exchange -> {
                    try (var out = exchange.respondStream(200, Headers.of())) {
                        out.write(new byte[LONG_BODY]);
                        Weft.sleep(A_WHILE);
                        out.write(new byte[LONG_BODY]);
                    }
                });
        boolean[] first = {true};
        clients(
                scene,
                2,
                client -> {
                    boolean all = first[0];
                    first[0] = false;
                    try (var response = client.get(URL)) {
                        InputStream body = response.body();
                        int length = all ? 2 * LONG_BODY : 1_000;
                        assertThat(body.readNBytes(length)).hasSize(length);
                    } catch (IOException gone) {
                        // likewise
                    }
                });
    }

    private static void redirect(Scene scene) {
        serving(
                scene,
                exchange -> {
                    if (exchange.path().equals("/")) {
                        exchange.respond(200, "hello");
                    } else {
                        exchange.respond(302, Headers.of("Location", "/"), new byte[30_000]);
                    }
                });
        clients(
                scene,
                2,
                client -> {
                    try (var response = client.get(URL + "old")) {
                        assertThat(response.text()).isEqualTo("hello");
                    }
                });
    }

    private static void noKeepAlive(Scene scene) {
        serving(
                scene,
                exchange ->
                        exchange.respond(
                                200,
                                Headers.of("Connection", "close"),
                                new byte[] {'h', 'e', 'l', 'l', 'o'}));
        clients(scene, 3, HttpSweepTest::get);
    }

    private static void tls(Scene scene) {
        scene.task(
                "db",
                () -> {
                    try (var server = HttpServer.builder().tls(Scene.tlsOfDb()).listen("", 443)) {
                        Weft.moveOnAfter(
                                Duration.ofSeconds(5),
                                () -> server.serve(exchange -> exchange.respond(200, "hello")));
                    }
                });
        clients(
                scene,
                1,
                client -> {
                    try (var response = client.get("https://db/")) {
                        assertThat(response.text()).isEqualTo("hello");
                    }
                });
    }

    private static void hungUp(Scene scene) {
        hangingUp(scene, ServerOptions.of("", 80), URL);
    }

    /** The end comes together with what ends the handshake. */
    private static void hungUpSecurely(Scene scene) {
        var options = ServerOptions.of("", 443).tls(Scene.tlsOfDb().versions("TLSv1.2"));
        hangingUp(scene, options, "https://db/");
    }

    private static void hangingUp(Scene scene, ServerOptions options, String url) {
        scene.task(
                "db",
                () -> {
                    try (var server = TcpServer.listen(options)) {
                        Weft.moveOnAfter(
                                Duration.ofSeconds(5), () -> server.serve(TcpStream::close));
                    }
                });
        clients(
                scene,
                2,
                client -> {
                    try (var response = client.get(url)) {
                        throw new AssertionError("somebody has answered: " + response);
                    } catch (HttpException expected) {
                        assertThat(client.openConnections()).isLessThanOrEqualTo(1); // the other's
                    }
                });
    }

    private static void closedMeanwhile(Scene scene) {
        serving(
                scene,
                exchange -> {
                    Weft.sleep(A_WHILE.multipliedBy(5));
                    exchange.respond(200, "hello");
                });
        boolean[] first = {true};
        clients(
                scene,
                3,
                client -> {
                    if (first[0]) {
                        first[0] = false;
                        Weft.sleep(A_WHILE.multipliedBy(4));
                        client.close();
                    } else {
                        get(client);
                    }
                });
    }

    // ---- what leaks is noticed

    @Test
    void an_answer_that_only_a_client_that_is_not_cancelled_gives_back() {
        Scene.Script leaky =
                scene -> {
                    serving(
                            scene,
                            exchange ->
                                    exchange.respond(200, Headers.empty(), new byte[LONG_BODY]));
                    clients(
                            scene,
                            1,
                            client -> {
                                HttpResponse response = client.get(URL);
                                Weft.sleep(A_WHILE);
                                response.close();
                            });
                };
        assertThatExceptionOfType(SimFailure.class)
                .isThrownBy(() -> Scene.isCancelled(leaky, "client", "db"))
                .withMessageContaining("connections that came back");
    }
}

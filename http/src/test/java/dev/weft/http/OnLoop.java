package dev.weft.http;

import dev.weft.Action;
import dev.weft.Loop;
import dev.weft.Weft;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Runs the body of a test on a loop of its own, over real sockets. */
final class OnLoop {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private OnLoop() {}

    /** Runs {@code body} and then demands that it has left no channel open. */
    static <X extends Exception> void run(Action<X> body) throws Exception {
        Weft.run(
                () ->
                        Weft.timeout(
                                LIMIT,
                                () -> {
                                    body.run();
                                    until(() -> !Loop.current().driver().hasPending());
                                }));
    }

    /** Lets others run until it is so; the limit of {@link #run} ends it if it never is. */
    static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Weft.sleep(Duration.ofMillis(1));
        }
    }

    interface ClientBody<X extends Exception> {
        void run(HttpClient client) throws X;
    }

    /** As {@link #run}, with a client that must have nothing in use at the end. */
    static <X extends Exception> void client(HttpClientBuilder settings, ClientBody<X> body)
            throws Exception {
        run(
                () -> {
                    try (HttpClient client = settings.build()) {
                        body.run(client);
                        until(() -> client.openConnections() == client.idleConnections());
                    }
                });
    }

    static <X extends Exception> void client(ClientBody<X> body) throws Exception {
        client(HttpClient.builder(), body);
    }
}

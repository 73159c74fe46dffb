package dev.weft.benchmarks;

import dev.weft.Weft;
import dev.weft.http.HttpServer;

import java.util.concurrent.CompletableFuture;

/**
 * Has {@link HttpClientEntrant} fetch from a server of this process: the training run for its AOT
 * cache.
 */
public final class HttpClientTraining {
    private HttpClientTraining() {}

    private static void serve(CompletableFuture<Integer> port) {
        String page = "x".repeat(1024);
        Weft.run(
                () -> {
                    try (var server = HttpServer.listen("127.0.0.1", 0)) {
                        port.complete(server.port());
                        server.serve(exchange -> exchange.respond(200, page));
                    }
                });
    }

    /** Needs no arguments. */
    public static void main(String[] args) {
        var port = new CompletableFuture<Integer>();
        Thread.ofPlatform().daemon().start(() -> serve(port));
        HttpClientEntrant.main(
                new String[] {"http://127.0.0.1:" + port.join() + "/", "20000", "100"});
        System.exit(0);
    }
}

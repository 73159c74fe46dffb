package dev.weft.benchmarks;

import dev.weft.Weft;
import dev.weft.http.HttpClient;
import dev.weft.http.HttpServer;

import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * Fetches 500 URLs that each answer after 50 ms, 100 at a time: ideally 250 ms a batch. The server
 * runs on a loop of its own. Prints the time of each batch; the first is a program's first.
 */
public final class SlowBatch {
    private static final int URLS = 500;
    private static final int AT_ONCE = 100;
    private static final Duration ANSWER_AFTER = Duration.ofMillis(50);

    private SlowBatch() {}

    private static void serve(CompletableFuture<Integer> port) {
        Weft.run(
                () -> {
                    try (var server = HttpServer.listen("127.0.0.1", 0)) {
                        port.complete(server.port());
                        server.serve(
                                exchange -> {
                                    Weft.sleep(ANSWER_AFTER);
                                    exchange.respond(200, "ok");
                                });
                    }
                });
    }

    /** Runs as many batches as the argument says, 5 if there is none. */
    public static void main(String[] args) {
        int batches = args.length == 0 ? 5 : Integer.parseInt(args[0]);
        var port = new CompletableFuture<Integer>();
        Thread.ofPlatform().daemon().start(() -> serve(port));
        String url = "http://127.0.0.1:" + port.join() + "/";
        Weft.run(
                () -> {
                    for (int i = 0; i < batches; i++) {
                        long start = System.nanoTime();
                        try (var client = HttpClient.create()) {
                            Weft.gather(
                                    Collections.nCopies(URLS, url),
                                    AT_ONCE,
                                    u -> client.get(u).text());
                        }
                        System.out.printf(
                                Locale.ROOT,
                                "batch %d: %.0f ms%n",
                                i + 1,
                                (System.nanoTime() - start) / 1e6);
                    }
                });
    }
}

package dev.weft.cli;

import dev.weft.Weft;
import dev.weft.http.Headers;
import dev.weft.http.ServerExchange;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/** The site that the demo fetches, faults included. Loop-confined. */
final class DemoSite {
    private static final Headers TEXT = Headers.of("Content-Type", "text/plain; charset=utf-8");
    private static final int HOPS = 3;

    private final Duration timeout;
    private final Set<String> seen = new HashSet<>();

    /**
     * @param timeout of the client
     */
    DemoSite(Duration timeout) {
        this.timeout = timeout;
    }

    /** The URL of the page of that kind and number. */
    static String url(DemoPage page, int number, int port) {
        String path = "/" + page.path() + "/" + number;
        return switch (page) {
            case REFUSED -> "http://127.0.0.1:1" + path;
            case PLAIN -> "https://127.0.0.1:" + port + path;
            case REDIRECT -> "http://127.0.0.1:" + port + path + "?hops=" + (1 + number % HOPS);
            default -> "http://127.0.0.1:" + port + path;
        };
    }

    void handle(ServerExchange exchange) throws IOException {
        String path = exchange.path();
        int slash = path.indexOf('/', 1);
        if (slash < 0) {
            exchange.respond(404, "no such page");
            return;
        }
        var page = DemoPage.valueOf(path.substring(1, slash).toUpperCase(Locale.ROOT));
        switch (page) {
            case FAST, REFUSED, PLAIN -> page(exchange);
            case SLOW -> {
                Weft.sleep(timeout.dividedBy(8));
                page(exchange);
            }
            case LATE -> {
                Weft.sleep(timeout.multipliedBy(3));
                page(exchange);
            }
            case GZIP ->
                    exchange.respond(200, TEXT.and("Content-Encoding", "gzip"), gzip(text(path)));
            case CORRUPT -> exchange.respond(200, TEXT.and("Content-Encoding", "gzip"), text(path));
            case REDIRECT -> redirect(exchange);
            case CIRCLE -> exchange.respond(302, Headers.of("Location", path), new byte[0]);
            case LOST ->
                    exchange.respond(302, Headers.of("Location", "gopher://nowhere"), new byte[0]);
            case BUSY -> secondTime(exchange, 503, Headers.empty());
            case LIMITED -> secondTime(exchange, 429, Headers.of("Retry-After", "1"));
            case MISSING -> exchange.respond(404, "no such page");
            case BROKEN -> exchange.respond(500, "out of order");
            case DROPPED -> exchange.abort();
            case CUT -> {
                begin(exchange);
                exchange.abort();
            }
            case STALLED -> {
                begin(exchange);
                Weft.sleep(timeout.multipliedBy(3));
                exchange.abort();
            }
            case ENDLESS -> endless(exchange);
        }
    }

    private static void page(ServerExchange exchange) throws IOException {
        exchange.respond(200, TEXT, text(exchange.path()));
    }

    private void redirect(ServerExchange exchange) throws IOException {
        int hops = exchange.query("hops").map(Integer::parseInt).orElse(0);
        if (hops == 0) {
            page(exchange);
        } else {
            String next = exchange.path() + "?hops=" + (hops - 1);
            exchange.respond(302, Headers.of("Location", next), new byte[0]);
        }
    }

    private void secondTime(ServerExchange exchange, int first, Headers headers)
            throws IOException {
        if (seen.add(exchange.path())) {
            exchange.respond(first, headers, new byte[0]);
        } else {
            page(exchange);
        }
    }

    private static void begin(ServerExchange exchange) throws IOException {
        var body = exchange.respondStream(200, TEXT);
        body.write(text(exchange.path()));
        body.flush();
    }

    private static void endless(ServerExchange exchange) throws IOException {
        try (var body = exchange.respondStream(200, TEXT)) {
            byte[] block = "and so on ".repeat(1600).getBytes(StandardCharsets.UTF_8);
            while (true) {
                body.write(block);
            }
        }
    }

    private static byte[] text(String path) {
        return ("This is " + path + " of the demo's site. " + "It has more to say. ".repeat(50))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        return packed.toByteArray();
    }
}

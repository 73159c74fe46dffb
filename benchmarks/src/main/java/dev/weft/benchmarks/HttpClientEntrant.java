package dev.weft.benchmarks;

import dev.weft.Weft;
import dev.weft.http.HttpClient;

import java.util.Locale;

/**
 * Fetches {@code URL?i=0} to {@code URL?i=N-1}, at most CONCURRENCY at a time, reads each body
 * whole and prints a line of JSON, for a run beside other clients: {@code HttpClientEntrant URL N
 * CONCURRENCY}.
 */
public final class HttpClientEntrant {
    private final String url;
    private final int n;
    private int next;
    private long bytes;

    private HttpClientEntrant(String url, int n) {
        this.url = url;
        this.n = n;
    }

    private void fetchAll(int concurrency) {
        try (var client = HttpClient.builder().maxConnections(concurrency).build()) {
            Weft.group(
                    g -> {
                        for (int i = 0; i < concurrency; i++) {
                            g.start(() -> worker(client));
                        }
                    });
        }
    }

    private void worker(HttpClient client) {
        while (next < n) {
            try (var response = client.get(url + "?i=" + next++)) {
                if (response.status() != 200) {
                    throw new IllegalStateException("status " + response.status());
                }
                int length = response.bytes().length;
                bytes += length;
            }
        }
    }

    /** Runs with the URL, the number of fetches and how many at a time. */
    public static void main(String[] args) {
        var fetches = new HttpClientEntrant(args[0], Integer.parseInt(args[1]));
        long start = System.nanoTime();
        Weft.run(() -> fetches.fetchAll(Integer.parseInt(args[2])));
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "{\"requests\":%d,\"bytes\":%d,\"seconds\":%f}%n",
                fetches.n,
                fetches.bytes,
                seconds);
    }
}

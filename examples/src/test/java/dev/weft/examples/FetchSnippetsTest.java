package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import dev.weft.Weft;
import dev.weft.http.HttpClient;
import dev.weft.http.HttpException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** The snippets of {@code docs/fetch.md}. */
class FetchSnippetsTest {
    private final Pages site = new Pages();
    private final List<String> printed = new ArrayList<>();

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void gather() {
        var urls = List.of(site.url("/page/1"), site.url("/page/2"), site.url("/page/3"));
        Weft.run(
                () -> {
                    // snippet
                    try (var session = HttpClient.create()) {
                        List<String> pages = Weft.gather(urls, 100, url -> session.get(url).text());
                        print(pages.size() + " pages");
                    }
                    // end
                });
        assertThat(printed).containsExactly("3 pages");
    }

    @Test
    void for_each_with_a_timeout_and_every_failure_named() {
        var urls =
                List.of(
                        site.url("/page/1"),
                        site.url("/missing"),
                        site.url("/never"),
                        "http://127.0.0.1:1/");
        Weft.run(
                () -> {
                    try (var session = HttpClient.create()) {
                        // snippet
                        Weft.forEach(urls, 100, url -> print(url + ": " + fetch(session, url)));
                        // end
                    }
                });
        assertThat(printed)
                .hasSize(4)
                .contains(site.url("/page/1") + ": 200, 1000 bytes")
                .contains(site.url("/missing") + ": 404, 12 bytes")
                .contains(site.url("/never") + ": took too long")
                .anyMatch(line -> line.startsWith("http://127.0.0.1:1/: did not answer: "));
    }

    // snippet
    static String fetch(HttpClient session, String url) {
        try {
            return Weft.timeout(
                    Duration.ofSeconds(2),
                    () -> {
                        try (var response = session.get(url)) {
                            var nowhere = OutputStream.nullOutputStream();
                            long bytes = response.body().transferTo(nowhere);
                            return response.status() + ", " + bytes + " bytes";
                        }
                    });
        } catch (TimeoutException e) {
            return "took too long";
        } catch (HttpException.Dns | HttpException.Connect | HttpException.Tls e) {
            return "did not answer: " + e.getMessage();
        } catch (HttpException | IOException e) {
            return "broke off: " + e.getMessage();
        }
    }

    // end

    @Test
    void gather_outcomes() {
        var urls = List.of(site.url("/page/1"), site.url("/never"));
        Weft.run(
                () -> {
                    try (var session = HttpClient.create()) {
                        // snippet
                        List<Outcome<String>> outcomes =
                                Weft.gatherOutcomes(
                                        urls,
                                        100,
                                        url ->
                                                Weft.timeout(
                                                        Duration.ofSeconds(2),
                                                        () -> session.get(url).text()));
                        long whole = outcomes.stream().filter(Outcome::isSuccess).count();
                        print(whole + " of " + outcomes.size());
                        // end
                    }
                });
        assertThat(printed).containsExactly("1 of 2");
    }

    private void print(String line) {
        printed.add(line);
    }
}

package dev.weft.examples;

import dev.weft.Weft;
import dev.weft.http.HttpClient;

import java.util.List;

/** Fetches all the URLs it is given at once and prints the first 100 characters of each. */
final class FirstCharacters {
    static void main(String[] urls) {
        Weft.run(
                () -> {
                    try (var session = HttpClient.create()) {
                        List<String> pages =
                                Weft.gather(List.of(urls), 10, url -> session.get(url).text());
                        for (String page : pages) {
                            IO.println(page.substring(0, Math.min(100, page.length())));
                        }
                    }
                });
    }
}

package dev.weft.examples;

import module java.base;

import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.http.HttpClient;

/** Fetches two URLs at once, with different timeouts, and prints how each of them ended. */
final class TwoTimeouts {
    static void main(String[] urls) {
        Weft.run(
                () -> {
                    try (var session = HttpClient.create()) {
                        var hasty = fetch(session, urls[0], Duration.ofSeconds(2));
                        var patient = fetch(session, urls[1], Duration.ofSeconds(10));
                        IO.println(describe(hasty.outcome()));
                        Weft.moveOnAfter(Duration.ofSeconds(1), patient::outcome);
                        patient.cancel("one second more was enough");
                        IO.println(describe(patient.outcome()));
                    }
                });
    }

    static Task<String> fetch(HttpClient session, String url, Duration limit) {
        return Weft.background(() -> Weft.timeout(limit, () -> session.get(url).text()));
    }

    static String describe(Outcome<String> outcome) {
        return switch (outcome) {
            case Outcome.Success<String>(var page) -> "a page of " + page.length() + " characters";
            case Outcome.Failure<String>(TimeoutException e) -> "timed out: " + e.getMessage();
            case Outcome.Failure<String>(var cause) -> "failed: " + cause.getMessage();
            case Outcome.Cancelled<String>(var reason) -> "cancelled: " + reason;
        };
    }
}

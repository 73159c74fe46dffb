package dev.weft.cli;

import dev.weft.http.HttpException;

/** What a failure of the HTTP client counts as, and how it reads. */
final class Failures {
    private Failures() {}

    static FetchOutcome outcome(Exception failure) {
        return failure instanceof HttpException e ? outcome(e) : FetchOutcome.PROTOCOL_ERROR;
    }

    private static FetchOutcome outcome(HttpException failure) {
        return switch (failure) {
            case HttpException.Timeout _ -> FetchOutcome.TIMEOUT;
            case HttpException.Connect _ -> FetchOutcome.CONNECT_ERROR;
            case HttpException.Dns _ -> FetchOutcome.DNS_ERROR;
            case HttpException.Tls _ -> FetchOutcome.TLS_ERROR;
            case HttpException.TooLarge _ -> FetchOutcome.TOO_LARGE;
            case HttpException.Closed _ -> FetchOutcome.CANCELLED;
            case HttpException.Protocol _,
                    HttpException.Redirect _,
                    HttpException.Content _,
                    HttpException.RequestBody _,
                    HttpException.InvalidUrl _ ->
                    FetchOutcome.PROTOCOL_ERROR;
        };
    }

    /** Whether a further attempt may do better: nothing of the answer had come. */
    static boolean isTransient(HttpException failure) {
        return outcome(failure) == FetchOutcome.CONNECT_ERROR;
    }

    /**
     * In words that go beside the URL: without it where the failure is about that very URL, with
     * its type where it isn't the client's.
     */
    static String text(Exception failure, String url) {
        String message = failure.getMessage();
        if (failure instanceof HttpException http && message != null) {
            String prefix = http.method() + " " + http.url() + ": ";
            boolean same = http.url().equals(url) && message.startsWith(prefix);
            return same ? message.substring(prefix.length()) : message;
        }
        String type = failure.getClass().getSimpleName();
        return message == null ? type : type + ": " + message;
    }
}

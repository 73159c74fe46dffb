package dev.weft.cli;

import org.jspecify.annotations.Nullable;

/**
 * What became of one input URL.
 *
 * @param url as it was given
 * @param status of the last answer whose header arrived, if any did
 * @param bytes of the last answer's body, decoded, as far as it arrived
 * @param millis from the first attempt to the end of the last
 * @param attempts begun
 * @param error what went wrong; null exactly if the outcome is {@code OK}
 * @param head the first characters of the body
 */
record FetchRecord(
        String url,
        @Nullable Integer status,
        long bytes,
        long millis,
        int attempts,
        FetchOutcome outcome,
        @Nullable String error,
        String head) {

    /** Of a URL that the program's end came before. */
    static FetchRecord neverBegun(String url, String reason) {
        return new FetchRecord(url, null, 0, 0, 0, FetchOutcome.CANCELLED, stopped(reason), "");
    }

    /** Whether there was an attempt at all. */
    boolean isBegun() {
        return attempts > 0;
    }

    /** The error of a URL that was not finished. */
    static String stopped(String reason) {
        return "stopped by " + reason;
    }
}

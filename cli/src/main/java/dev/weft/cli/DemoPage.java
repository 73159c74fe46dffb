package dev.weft.cli;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/**
 * The kinds of pages of the demo's site: how many there are, what they do, and what a fetch must
 * make of them.
 */
enum DemoPage {
    FAST(200, "answers at once", FetchOutcome.OK, 200),
    SLOW(60, "takes an eighth of the timeout", FetchOutcome.OK, 200),
    GZIP(40, "compressed", FetchOutcome.OK, 200),
    REDIRECT(30, "redirected up to three times", FetchOutcome.OK, 200),
    BUSY(20, "503 at first, then 200", FetchOutcome.OK, 200),
    LIMITED(10, "429, Retry-After: 1, then 200", FetchOutcome.OK, 200),
    MISSING(20, "404", FetchOutcome.HTTP_ERROR, 404),
    BROKEN(10, "500 each time", FetchOutcome.HTTP_ERROR, 500),
    LOST(5, "a redirect to nowhere", FetchOutcome.HTTP_ERROR, 302),
    CIRCLE(5, "redirected in a circle", FetchOutcome.PROTOCOL_ERROR, null),
    CORRUPT(5, "gzip that is none", FetchOutcome.PROTOCOL_ERROR, 200),
    CUT(10, "drops the connection half-way", FetchOutcome.PROTOCOL_ERROR, 200),
    DROPPED(10, "drops the connection unanswered", FetchOutcome.CONNECT_ERROR, null),
    REFUSED(5, "nobody listens", FetchOutcome.CONNECT_ERROR, null),
    PLAIN(5, "https where no TLS is spoken", FetchOutcome.TLS_ERROR, null),
    ENDLESS(5, "never stops sending", FetchOutcome.TOO_LARGE, 200),
    STALLED(10, "begins its answer and stops", FetchOutcome.TIMEOUT, 200),
    LATE(10, "takes three times the timeout", FetchOutcome.TIMEOUT, null);

    private final int pages;
    private final String does;
    private final FetchOutcome announced;
    private final @Nullable Integer status;

    DemoPage(int pages, String does, FetchOutcome announced, @Nullable Integer status) {
        this.pages = pages;
        this.does = does;
        this.announced = announced;
        this.status = status;
    }

    int pages() {
        return pages;
    }

    String does() {
        return does;
    }

    FetchOutcome announced() {
        return announced;
    }

    /** Its first path segment on the site. */
    String path() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it ended as announced. */
    boolean isMet(FetchRecord record) {
        boolean statusMet =
                status == null ? record.status() == null : status.equals(record.status());
        return record.outcome() == announced && statusMet;
    }
}

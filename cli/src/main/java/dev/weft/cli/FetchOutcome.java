package dev.weft.cli;

import java.util.Locale;

/** How the fetching of one URL ended. */
enum FetchOutcome {
    /** The whole body arrived under a status below 400. */
    OK,
    /** The final status is 400 or above, or a redirect that can't be followed. */
    HTTP_ERROR,
    /** A deadline passed, whichever. */
    TIMEOUT,
    /** Refused, unreachable, or lost before a byte of the answer. */
    CONNECT_ERROR,
    /** The name has no address, or nobody could say. */
    DNS_ERROR,
    /** Certificate, name or handshake. */
    TLS_ERROR,
    /** The answer broke off or broke the rules. */
    PROTOCOL_ERROR,
    /** The decoded body is larger than allowed. */
    TOO_LARGE,
    /** The program was stopped first. */
    CANCELLED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name in the table and in the JSON lines. */
    String label() {
        return label;
    }
}

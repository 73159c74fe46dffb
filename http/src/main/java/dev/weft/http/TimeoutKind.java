package dev.weft.http;

/** Which time limit a {@link HttpException.Timeout} is about. Any thread. */
public enum TimeoutKind {
    /**
     * The whole request: waiting for a connection, redirects, retries and the body, 5 minutes by
     * default.
     */
    TOTAL,
    /** One connection: look-up of the name, TCP and TLS, 10 seconds by default. */
    CONNECT,
    /** No byte moved in either direction for so long; no limit by default. */
    READ
}

package dev.weft.http;

/**
 * A client's connection to one origin: used by one exchange at a time, or idle in the pool. It is
 * either whole (the last answer was read to its end and nothing else came) or closed; there is no
 * third state, so that nobody ever reads another's answer.
 */
final class Connection {

    final Wire wire;
    final HeaderParser parser;
    final Origin origin;

    /** Whether an answer has been read whole on it before. */
    boolean isReused;

    long idleSince;

    Connection(Wire wire, Origin origin) {
        this.wire = wire;
        this.parser = new HeaderParser(wire);
        this.origin = origin;
    }
}

package dev.weft.net;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * What came of a question.
 *
 * @param addresses of an answer to {@link RecordType#IPV4} or {@link RecordType#IPV6}
 * @param name of an answer to {@link RecordType#NAME}, or what to ask for instead
 * @param ttl how long it may be kept, in seconds
 * @param text why there is none, for people
 */
record DnsReply(Kind kind, List<InetAddress> addresses, String name, long ttl, String text) {
    enum Kind {
        ANSWER,
        /** The name is another one's, which the reply says nothing of. */
        ALIAS,
        /** The name exists, but not what was asked for. */
        NOTHING,
        UNKNOWN_NAME,
        /** The server can't say. */
        FAILED,
        TIMEOUT
    }

    static DnsReply answer(List<InetAddress> addresses, long ttl) {
        return new DnsReply(Kind.ANSWER, addresses, "", ttl, "");
    }

    static DnsReply answer(String name, long ttl) {
        return new DnsReply(Kind.ANSWER, List.of(), name, ttl, "");
    }

    static DnsReply alias(String name, long ttl) {
        return new DnsReply(Kind.ALIAS, List.of(), name, ttl, "");
    }

    static DnsReply without(Kind kind, String text) {
        return new DnsReply(kind, List.of(), "", 0, text);
    }

    static DnsReply timeout(Duration limit) {
        return without(Kind.TIMEOUT, "no answer within " + limit.toMillis() + "ms");
    }

    /** Of one that is no answer. */
    DnsException failure(String target) {
        return switch (kind) {
            case TIMEOUT ->
                    new DnsException(
                            target,
                            DnsException.Kind.TIMEOUT,
                            "no answer from the name servers (" + text + ")",
                            null);
            case NOTHING ->
                    new DnsException(
                            target,
                            DnsException.Kind.NO_ADDRESS,
                            "the name has no address (" + text + ")",
                            null);
            case UNKNOWN_NAME ->
                    new DnsException(
                            target,
                            DnsException.Kind.UNKNOWN_HOST,
                            "unknown host (" + text + ")",
                            null);
            case FAILED, ANSWER, ALIAS ->
                    new DnsException(
                            target,
                            DnsException.Kind.SERVER_FAILURE,
                            "the name servers failed (" + text + ")",
                            null);
        };
    }
}

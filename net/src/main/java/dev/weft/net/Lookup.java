package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A name that is looked up, for all who want to know at once: under each name that the search
 * domains make of it, all families at the same time, until a name has an address. A failure ends
 * the search: what the next name has could be another's.
 */
final class Lookup {
    private static final long SECOND = 1_000_000_000L;

    private final DnsClient client;
    final String host;
    private final List<RecordType> types;
    private final List<Runnable> askers = new ArrayList<>();
    private final List<NameQuestion> questions = new ArrayList<>();
    private final Map<RecordType, List<InetAddress>> found = new EnumMap<>(RecordType.class);
    private List<InetAddress> addresses = List.of();
    private List<String> names = List.of();
    private final List<String> tried = new ArrayList<>();
    private int unanswered;
    private long ttl = Integer.MAX_VALUE;
    private DnsReply.Kind kind = DnsReply.Kind.UNKNOWN_NAME;
    private @Nullable DnsReply failure;
    private boolean done;

    Lookup(DnsClient client, String host, List<RecordType> types) {
        this.client = client;
        this.host = host;
        this.types = types;
    }

    /** For which nobody is asked. */
    static Lookup known(DnsClient client, String host, List<InetAddress> addresses) {
        Lookup lookup = new Lookup(client, host, List.of());
        lookup.addresses = addresses;
        lookup.done = true;
        return lookup;
    }

    // ---- for those who want to know

    /** {@code changed} is called whenever something has come, under the mark. */
    void join(Runnable changed) {
        askers.add(changed);
    }

    /** The last one takes an unanswered question along. */
    void leave(Runnable changed) {
        askers.remove(changed);
        if (askers.isEmpty() && !done && addresses.isEmpty()) {
            client.drop(this);
            client.drop(List.copyOf(questions));
        }
    }

    boolean isDone() {
        return done;
    }

    /** Whether the preferred family has come, or all there is. */
    boolean isReady() {
        return done || found.containsKey(types.getFirst());
    }

    /** What has come so far, the preferred family first. */
    List<InetAddress> addresses() {
        return addresses;
    }

    /** When it is done. */
    List<InetAddress> result() {
        if (failure != null && addresses.isEmpty()) {
            throw failure.failure(host);
        }
        return addresses;
    }

    // ---- under the mark

    void begin() {
        names = Hostname.candidates(host, client.servers.searchDomains(), client.servers.ndots());
        ask(names.getFirst());
    }

    private void ask(String name) {
        unanswered = types.size();
        for (RecordType type : types) {
            questions.add(
                    new NameQuestion(client, name, type, reply -> replied(type, name, reply)));
        }
        List.copyOf(questions).forEach(NameQuestion::begin);
    }

    private void replied(RecordType type, String name, DnsReply reply) {
        unanswered--;
        switch (reply.kind()) {
            case ANSWER -> {
                found.put(type, reply.addresses());
                ttl = Math.min(ttl, reply.ttl());
                addresses = inOrder();
            }
            case NOTHING -> kind = DnsReply.Kind.NOTHING;
            case UNKNOWN_NAME -> {}
            case FAILED, TIMEOUT, ALIAS -> failure = reply;
        }
        if (type == types.getFirst()) {
            tried.add(reply.text());
        }
        boolean enough = client.firstIsEnough() && found.containsKey(types.getFirst());
        if (unanswered == 0 || enough) {
            answered(name);
        } else if (reply.kind() == DnsReply.Kind.ANSWER) {
            tell();
        }
    }

    private void answered(String name) {
        client.drop(List.copyOf(questions));
        questions.clear();
        int next = names.indexOf(name) + 1;
        if (addresses.isEmpty() && failure == null && next < names.size()) {
            ask(names.get(next));
            return;
        }
        DnsOptions options = client.options;
        long kept = 0;
        if (!addresses.isEmpty()) {
            kept =
                    Math.clamp(
                            ttl * SECOND,
                            options.leastTtl().toNanos(),
                            options.mostTtl().toNanos());
        } else if (failure == null) {
            kept = options.failureTtl().toNanos();
            failure = DnsReply.without(kind, String.join("; ", tried));
        }
        done = true;
        client.over(this, kept);
        tell();
    }

    private List<InetAddress> inOrder() {
        List<InetAddress> all = new ArrayList<>();
        for (RecordType type : types) {
            all.addAll(found.getOrDefault(type, List.of()));
        }
        return List.copyOf(all);
    }

    private void tell() {
        List.copyOf(askers).forEach(Runnable::run);
    }
}

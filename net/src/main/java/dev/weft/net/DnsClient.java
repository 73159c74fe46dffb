package dev.weft.net;

import dev.weft.WaitList;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The look-ups of one loop with the same options, and what they have brought. */
final class DnsClient {
    final NettyDriver driver;
    final DnsOptions options;
    final NameServers servers;
    private final WaitList entry = new WaitList("Dns.resolve");
    private final Map<String, Lookup> open = new HashMap<>();
    private final KnownNames known;

    /** Who has answered last. */
    private @Nullable InetSocketAddress best;

    private int questions;

    DnsClient(NettyDriver driver, DnsOptions options, NameServers servers) {
        this.driver = driver;
        this.options = options;
        this.servers = servers;
        this.known = new KnownNames(options.mostNames());
    }

    // ---- on the loop

    List<InetAddress> resolve(String host) {
        entry.enter();
        Lookup lookup = lookup(host);
        WaitList waiting = new WaitList("Dns.resolve " + host);
        Runnable changed = () -> waiting.wakeFirst(null);
        lookup.join(changed);
        try {
            while (!lookup.isDone()) {
                waiting.await();
            }
        } finally {
            lookup.leave(changed);
        }
        return lookup.result();
    }

    /**
     * Begun, or done if the answer is known; whoever gets it joins it, or it goes on for nobody.
     */
    Lookup lookup(String host) {
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
        if (literal != null) {
            return Lookup.known(this, host, List.of(literal));
        }
        String name;
        try {
            name = Hostname.normal(host);
        } catch (IllegalArgumentException e) {
            throw new DnsException(
                    host,
                    DnsException.Kind.UNKNOWN_HOST,
                    "not a host's name (" + Failures.text(e) + ")",
                    e);
        }
        List<InetAddress> local = wanted(servers.known(Hostname.withoutDot(name)));
        if (!local.isEmpty()) {
            return Lookup.known(this, host, local);
        }
        Lookup kept = known.get(name, driver.now());
        if (kept != null) {
            return kept;
        }
        Lookup asked = open.get(name);
        return asked == null ? begin(name) : asked;
    }

    private Lookup begin(String name) {
        Lookup lookup = new Lookup(this, name, types());
        open.put(name, lookup);
        driver.inside.enter();
        try {
            lookup.begin();
        } finally {
            driver.inside.exit();
        }
        return lookup;
    }

    String nameOf(InetAddress address) {
        String host = address.getHostAddress();
        String local = servers.knownName(address);
        if (local != null) {
            return local;
        }
        WaitList waiting = new WaitList("Dns.nameOf " + host);
        waiting.enter();
        List<DnsReply> replies = new ArrayList<>();
        NameQuestion question =
                new NameQuestion(
                        this,
                        Hostname.ofAddress(address),
                        RecordType.NAME,
                        reply -> {
                            replies.add(reply);
                            waiting.wakeFirst(null);
                        });
        driver.inside.enter();
        try {
            question.begin();
        } finally {
            driver.inside.exit();
        }
        try {
            while (replies.isEmpty()) {
                waiting.await();
            }
        } finally {
            drop(List.of(question));
        }
        DnsReply reply = replies.getFirst();
        if (reply.kind() == DnsReply.Kind.ANSWER) {
            return Hostname.withoutDot(reply.name());
        }
        throw reply.failure(host);
    }

    void clear() {
        known.clear();
        open.clear();
    }

    boolean isAsking() {
        return questions > 0;
    }

    // ---- for look-ups and their questions, under the mark

    void over(Lookup lookup, long ttlNanos) {
        if (open.remove(lookup.host, lookup)) {
            known.keep(lookup, ttlNanos, driver.now());
        }
    }

    /** Nobody wants to know any more. */
    void drop(Lookup lookup) {
        open.remove(lookup.host, lookup);
    }

    void drop(List<NameQuestion> asked) {
        driver.inside.enter();
        try {
            asked.forEach(NameQuestion::drop);
        } finally {
            driver.inside.exit();
        }
    }

    void began() {
        questions++;
    }

    void ended() {
        questions--;
    }

    void hasAnswered(InetSocketAddress server) {
        best = server;
    }

    /** In the order in which to ask them now. */
    List<InetSocketAddress> serversInTurn() {
        List<InetSocketAddress> all = servers.addresses();
        int first = best == null ? 0 : Math.max(0, all.indexOf(best));
        List<InetSocketAddress> turn = new ArrayList<>(all.subList(first, all.size()));
        turn.addAll(all.subList(0, first));
        return turn;
    }

    // ---- families

    private boolean prefersIpv6() {
        return switch (options.families()) {
            case AUTO -> servers.hasIpv6();
            case IPV6_FIRST, IPV6_ONLY -> true;
            case IPV4_FIRST, IPV4_ONLY -> false;
        };
    }

    private List<RecordType> types() {
        return switch (options.families()) {
            case IPV4_ONLY -> List.of(RecordType.IPV4);
            case IPV6_ONLY -> List.of(RecordType.IPV6);
            default ->
                    prefersIpv6()
                            ? List.of(RecordType.IPV6, RecordType.IPV4)
                            : List.of(RecordType.IPV4, RecordType.IPV6);
        };
    }

    /** Whether addresses of the preferred family are all that is wanted. */
    boolean firstIsEnough() {
        return options.families() == DnsOptions.Families.AUTO && !servers.hasIpv6();
    }

    /** What is known locally keeps its order, unless another is asked for. */
    private List<InetAddress> wanted(List<InetAddress> addresses) {
        if (options.families() == DnsOptions.Families.AUTO) {
            return addresses;
        }
        List<InetAddress> all = new ArrayList<>();
        for (RecordType type : types()) {
            for (InetAddress address : addresses) {
                if (address instanceof Inet6Address == (type == RecordType.IPV6)) {
                    all.add(address);
                }
            }
        }
        return all;
    }
}

package dev.weft.net;

import io.netty.util.NetUtil;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The name servers of a {@link SimulatedNetwork}, and what can be wrong with them. They know each
 * host by its name and address, whatever {@link DnsOptions#servers} says. Faults of one kind do not
 * nest: the end of one ends it. <em>Loop-confined.</em>
 */
public final class SimulatedNames {
    private final SimulatedNetwork network;
    private final Map<String, List<InetAddress>> answers = new HashMap<>();
    private final Set<String> unknown = new HashSet<>();
    private Duration delay = Duration.ZERO;
    private Duration slowIpv6 = Duration.ZERO;
    private Duration ttl = Duration.ZERO;
    private boolean failing;

    SimulatedNames(SimulatedNetwork network) {
        this.network = network;
    }

    /**
     * From now on and for good this is the answer, in this order in each family, in place of a
     * host's own address.
     *
     * @param addresses IPv4 or IPv6, also such as no host has
     * @throws IllegalArgumentException if one is no address, or there is none
     */
    public void answer(String name, String... addresses) {
        List<InetAddress> all = new ArrayList<>();
        for (String address : addresses) {
            InetAddress known = NetUtil.createInetAddressFromIpAddressString(address);
            if (known == null) {
                throw new IllegalArgumentException(address + " is no address");
            }
            all.add(known);
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException("no address; use unknown(name)");
        }
        answers.put(key(name), all);
    }

    /**
     * From now on answers may be kept so long, in whole seconds; at first they are not kept at all.
     */
    public void ttl(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("a TTL of " + time);
        }
        ttl = time;
    }

    /** There is no such name. */
    public SimulatedFault unknown(String name) {
        String key = key(name);
        unknown.add(key);
        return network.fault(() -> unknown.remove(key));
    }

    /** The name servers answer with a failure. */
    public SimulatedFault failing() {
        failing = true;
        return network.fault(() -> failing = false);
    }

    /** An answer takes so long. */
    public SimulatedFault slow(Duration each) {
        delay = Objects.requireNonNull(each, "the time");
        return network.fault(() -> delay = Duration.ZERO);
    }

    /** An answer with IPv6 addresses, or that there are none, takes so long. */
    public SimulatedFault slowIpv6(Duration each) {
        slowIpv6 = Objects.requireNonNull(each, "the time");
        return network.fault(() -> slowIpv6 = Duration.ZERO);
    }

    // ---- for those who ask

    Duration delay(RecordType type) {
        return type == RecordType.IPV6 && slowIpv6.compareTo(delay) > 0 ? slowIpv6 : delay;
    }

    DnsReply reply(String name, RecordType type) {
        if (failing || network.breaks("name " + name)) {
            return DnsReply.without(DnsReply.Kind.FAILED, "answered SERVFAIL(2)");
        }
        if (type == RecordType.NAME) {
            return hostAt(name);
        }
        String key = key(name);
        SimulatedHost host = network.called(name);
        List<InetAddress> all =
                answers.getOrDefault(key, host == null ? List.of() : List.of(host.address()));
        if (all.isEmpty() || unknown.contains(key)) {
            return DnsReply.without(DnsReply.Kind.UNKNOWN_NAME, "");
        }
        List<InetAddress> wanted =
                all.stream()
                        .filter(one -> one instanceof Inet6Address == (type == RecordType.IPV6))
                        .toList();
        return wanted.isEmpty()
                ? DnsReply.without(DnsReply.Kind.NOTHING, "")
                : DnsReply.answer(wanted, ttl.toSeconds());
    }

    private DnsReply hostAt(String name) {
        for (SimulatedHost host : network.hosts()) {
            if (host.isFoundBy(name)) {
                return DnsReply.answer(host.name(), ttl.toSeconds());
            }
        }
        return DnsReply.without(DnsReply.Kind.UNKNOWN_NAME, "");
    }

    private static String key(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}

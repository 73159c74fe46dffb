package dev.weft.net;

import dev.weft.Weft;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

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
 * host by its name; answers are not kept. Faults of one kind do not nest: the end of one ends it.
 * <em>Loop-confined.</em>
 */
public final class SimulatedNames {
    private final SimulatedNetwork network;
    private final Map<String, List<InetAddress>> answers = new HashMap<>();
    private final Set<String> unknown = new HashSet<>();
    private Duration delay = Duration.ZERO;
    private boolean failing;

    SimulatedNames(SimulatedNetwork network) {
        this.network = network;
    }

    /**
     * From now on and for good this is the answer, in this order, in place of a host's own address.
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

    List<InetAddress> resolve(String host) {
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
        if (literal != null) {
            return List.of(literal);
        }
        String name = key(host);
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return List.of(NetUtil.LOCALHOST4, NetUtil.LOCALHOST6);
        }
        Weft.sleep(delay);
        if (failing) {
            throw new DnsException(
                    host,
                    DnsException.Kind.SERVER_FAILURE,
                    "the name servers answered SERVFAIL(2)",
                    null);
        }
        @Nullable List<InetAddress> known = unknown.contains(name) ? null : answers.get(name);
        SimulatedHost found = unknown.contains(name) ? null : network.called(name);
        if (known == null && found != null) {
            known = List.of(found.address());
        }
        if (known == null) {
            throw new DnsException(host, DnsException.Kind.UNKNOWN_HOST, "unknown host", null);
        }
        return known;
    }

    private static String key(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}

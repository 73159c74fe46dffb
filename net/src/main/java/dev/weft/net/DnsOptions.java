package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * How names are looked up: given to {@link Dns#configure} for a loop, to {@link ConnectOptions#dns}
 * for a connection, or to a look-up. Immutable; a method with a value gives a changed copy. <em>Any
 * thread.</em>
 *
 * <p>There is nothing to close. Each loop keeps one cache for equal options, and for at most 16
 * different ones: then the cache goes that was used longest ago.
 *
 * <p>A look-up takes at most {@code names x servers x attempts x queryTimeout}, where names are
 * those that the search domains give, and up to eight aliases of each.
 *
 * @param servers in the order in which they are asked; empty (the default): the system's, of {@code
 *     /etc/resolv.conf}. Who did not answer is asked last from then on. A simulation has servers of
 *     its own and knows no others
 * @param searchDomains what is put behind a name with fewer dots than {@code ndots}, one after the
 *     other, before it is tried as it is, and behind others after; a name that ends with a dot is
 *     tried as it is. Null (the default): the system's; none in a simulation
 * @param ndots 0 to 15; null (the default): the system's, or 1
 * @param queryTimeout for a server to answer one question, over TCP too; 2 s by default
 * @param attempts how often each server is asked that does not answer; 2 by default
 * @param families which addresses are wanted; {@link Families#AUTO} by default
 * @param mostNames how many answers are kept, at least 0; 1,000 by default
 * @param leastTtl answers are kept at least so long, also those that allow it for no time; 0 by
 *     default
 * @param mostTtl and at most so long; 5 min by default, no time is longer than 365 days
 * @param failureTtl how long it is kept that a name, or an address of it, does not exist; 0 by
 *     default. Other failures are never kept
 * @param hostsFile whether the system's hosts file comes first; it does by default, but never in a
 *     simulation
 */
public record DnsOptions(
        List<InetSocketAddress> servers,
        @Nullable List<String> searchDomains,
        @Nullable Integer ndots,
        Duration queryTimeout,
        int attempts,
        Families families,
        int mostNames,
        Duration leastTtl,
        Duration mostTtl,
        Duration failureTtl,
        boolean hostsFile) {
    private static final int MOST_SERVERS = 8;
    private static final int MOST_DOMAINS = 32;
    private static final int MOST_ATTEMPTS = 10;
    private static final int MOST_NDOTS = 15;
    private static final Duration LONGEST = Duration.ofDays(365);

    /** Which addresses of a name are wanted, and in which order they are tried. */
    public enum Families {
        /** As {@link #IPV6_FIRST} if this machine has IPv6, else IPv6 only if there is no IPv4. */
        AUTO,
        IPV4_FIRST,
        IPV6_FIRST,
        IPV4_ONLY,
        IPV6_ONLY
    }

    /** Checks the values. */
    public DnsOptions {
        servers = List.copyOf(servers);
        searchDomains = searchDomains == null ? null : List.copyOf(searchDomains);
        requireWithin(servers.size(), 0, MOST_SERVERS, "servers");
        for (InetSocketAddress server : servers) {
            if (server.isUnresolved() || server.getPort() == 0) {
                throw new IllegalArgumentException(
                        "name server " + server + " needs an address, not a name, and a port");
            }
        }
        if (searchDomains != null) {
            requireWithin(searchDomains.size(), 0, MOST_DOMAINS, "search domains");
            for (String domain : searchDomains) {
                Hostname.requireValid(domain, "search domain");
            }
        }
        if (ndots != null) {
            requireWithin(ndots, 0, MOST_NDOTS, "ndots");
        }
        requireTime(queryTimeout, "queryTimeout");
        if (queryTimeout.isZero()) {
            throw new IllegalArgumentException("queryTimeout is 0");
        }
        requireWithin(attempts, 1, MOST_ATTEMPTS, "attempts");
        requireWithin(mostNames, 0, Integer.MAX_VALUE, "mostNames");
        requireTime(leastTtl, "leastTtl");
        requireTime(mostTtl, "mostTtl");
        requireTime(failureTtl, "failureTtl");
        if (leastTtl.compareTo(mostTtl) > 0) {
            throw new IllegalArgumentException(
                    "leastTtl " + leastTtl + " is more than mostTtl " + mostTtl);
        }
    }

    private static void requireWithin(int value, int least, int most, String what) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    what + ": " + value + " is not within " + least + " to " + most);
        }
    }

    private static void requireTime(Duration time, String what) {
        if (time.isNegative() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    what + " " + time + " is not within 0 and " + LONGEST.toDays() + " days");
        }
    }

    /** All defaults: as the system does it. */
    public static DnsOptions of() {
        return new DnsOptions(
                List.of(),
                null,
                null,
                Duration.ofSeconds(2),
                2,
                Families.AUTO,
                1000,
                Duration.ZERO,
                Duration.ofMinutes(5),
                Duration.ZERO,
                true);
    }

    /** Asks these, at most 8, and not the system's. */
    public DnsOptions servers(List<InetSocketAddress> addresses) {
        return new DnsOptions(
                addresses,
                searchDomains,
                ndots,
                queryTimeout,
                attempts,
                families,
                mostNames,
                leastTtl,
                mostTtl,
                failureTtl,
                hostsFile);
    }

    /** Searches these domains, at most 32, and not the system's; none: names are as they are. */
    public DnsOptions searchDomains(List<String> domains) {
        return search(domains, ndots);
    }

    /** A name with fewer dots is searched before it is tried as it is. */
    public DnsOptions ndots(int dots) {
        return search(searchDomains, dots);
    }

    private DnsOptions search(@Nullable List<String> domains, @Nullable Integer dots) {
        return new DnsOptions(
                servers,
                domains,
                dots,
                queryTimeout,
                attempts,
                families,
                mostNames,
                leastTtl,
                mostTtl,
                failureTtl,
                hostsFile);
    }

    /** Has a server so much time to answer. */
    public DnsOptions queryTimeout(Duration limit) {
        return patience(limit, attempts);
    }

    /** Asks a server that does not answer so often. */
    public DnsOptions attempts(int number) {
        return patience(queryTimeout, number);
    }

    private DnsOptions patience(Duration limit, int number) {
        return new DnsOptions(
                servers,
                searchDomains,
                ndots,
                limit,
                number,
                families,
                mostNames,
                leastTtl,
                mostTtl,
                failureTtl,
                hostsFile);
    }

    /** Asks for these addresses. */
    public DnsOptions families(Families wanted) {
        return new DnsOptions(
                servers,
                searchDomains,
                ndots,
                queryTimeout,
                attempts,
                wanted,
                mostNames,
                leastTtl,
                mostTtl,
                failureTtl,
                hostsFile);
    }

    /** Keeps so many answers; 0: none. */
    public DnsOptions mostNames(int number) {
        return cache(number, leastTtl, mostTtl, failureTtl);
    }

    /** Keeps answers so long, whatever they say themselves. */
    public DnsOptions ttl(Duration least, Duration most) {
        return cache(mostNames, least, most, failureTtl);
    }

    /** Keeps so long that something does not exist. */
    public DnsOptions failureTtl(Duration time) {
        return cache(mostNames, leastTtl, mostTtl, time);
    }

    private DnsOptions cache(int names, Duration least, Duration most, Duration failure) {
        return new DnsOptions(
                servers,
                searchDomains,
                ndots,
                queryTimeout,
                attempts,
                families,
                names,
                least,
                most,
                failure,
                hostsFile);
    }

    /** Whether the hosts file comes first. */
    public DnsOptions hostsFile(boolean first) {
        return new DnsOptions(
                servers,
                searchDomains,
                ndots,
                queryTimeout,
                attempts,
                families,
                mostNames,
                leastTtl,
                mostTtl,
                failureTtl,
                first);
    }
}

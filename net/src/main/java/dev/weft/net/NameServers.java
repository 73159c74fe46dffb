package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;

/** Whom a {@link DnsClient} asks, and what it knows without: the system's, or a simulation's. */
interface NameServers {
    /** The addresses of a name, without a dot at its end, for which nobody is asked; or none. */
    List<InetAddress> known(String name);

    @Nullable String knownName(InetAddress address);

    List<String> searchDomains();

    int ndots();

    boolean hasIpv6();

    /** At least one. */
    List<InetSocketAddress> addresses();

    /**
     * Asks one of them, under the mark; at most one reply is given to {@code then}, under the mark
     * too, maybe at once.
     *
     * @param name with a dot at its end
     * @return gives up
     */
    Runnable ask(InetSocketAddress server, String name, RecordType type, Consumer<DnsReply> then);
}

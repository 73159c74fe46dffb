package dev.weft.net;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;

/**
 * Looks names up without blocking the loop or a thread: hosts file, then name servers, by Netty.
 * <em>Loop-confined.</em>
 *
 * <p>Answers are kept as long as they allow, within the bounds of {@link DnsOptions}; the system's
 * files are read again after 30 seconds. Tasks that ask for the same name at once share one
 * question; a cancelled one leaves it to the others, and if it was the last, nothing more is asked.
 *
 * <p>Source: asyncio's {@code loop.getaddrinfo} and {@code loop.getnameinfo}, which block a thread.
 */
public final class Dns {
    private Dns() {}

    /**
     * From now on the loop looks names up so, where nothing else is said: {@link #resolve(String)},
     * {@link TcpStream#connect}, servers and what is built on them. What is open goes on as it was.
     */
    public static void configure(DnsOptions options) {
        driver("Dns.configure").dns.configure(Objects.requireNonNull(options, "the options"));
    }

    /**
     * The addresses of {@code host}, at least one and at most 64 of each family, the preferred
     * family first. An address is its own answer; {@code localhost} and names under it are this
     * machine (RFC 6761), without asking. Waits until both families have answered or failed.
     *
     * @throws DnsException if there is no such name or no answer
     */
    public static List<InetAddress> resolve(String host) {
        return driver("Dns.resolve").dns.client(null).resolve(host);
    }

    /** As {@link #resolve(String)}, with options of its own. */
    public static List<InetAddress> resolve(String host, DnsOptions options) {
        Objects.requireNonNull(options, "the options");
        return driver("Dns.resolve").dns.client(options).resolve(host);
    }

    /**
     * The name of {@code address}: of the hosts file, else what the name servers say (PTR). It is
     * what the owner of the address says, and proves nothing. Not kept; a cancelled wait drops the
     * question.
     *
     * @throws DnsException if it has no name, or there is no answer
     */
    public static String nameOf(InetAddress address) {
        return driver("Dns.nameOf").dns.client(null).nameOf(address);
    }

    /** As {@link #nameOf(InetAddress)}, with options of its own. */
    public static String nameOf(InetAddress address, DnsOptions options) {
        Objects.requireNonNull(options, "the options");
        return driver("Dns.nameOf").dns.client(options).nameOf(address);
    }

    /**
     * Forgets all answers of the loop, of all options; who asks from now on does not get the answer
     * to an earlier question.
     */
    public static void clearCache() {
        driver("Dns.clearCache").dns.clear();
    }

    private static NettyDriver driver(String operation) {
        return NettyDriver.current(operation);
    }
}

package dev.weft.net;

import java.net.InetAddress;
import java.util.List;

/**
 * Looks names up without blocking the loop: hosts file, then the system's name servers, by Netty's
 * resolver. <em>Loop-confined.</em>
 *
 * <p>Answers are kept as long as they allow, but no longer than five minutes, for at most 1,000
 * names a loop; failures are not kept. Tasks that ask for the same name at once share one question.
 */
public final class Dns {
    private Dns() {}

    /**
     * The addresses of {@code host}, at least one, the preferred family first. An address is its
     * own answer; {@code localhost} and names under it are this machine (RFC 6761), without asking.
     * Waits for the answer; a cancelled wait leaves the question to the others who wait for it.
     *
     * @throws DnsException if there is no such name or no answer
     */
    public static List<InetAddress> resolve(String host) {
        return NettyDriver.current("Dns.resolve").resolve(host);
    }
}

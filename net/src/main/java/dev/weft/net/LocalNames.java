package dev.weft.net;

import io.netty.util.NetUtil;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** What is known of names and addresses without asking anybody. */
final class LocalNames {
    private static final List<InetAddress> LOCALHOST =
            hasAddress(InetAddress::isLoopbackAddress)
                    ? List.of(NetUtil.LOCALHOST4, NetUtil.LOCALHOST6)
                    : List.of(NetUtil.LOCALHOST4);

    /** Whether this machine could reach others over IPv6. */
    static final boolean HAS_IPV6 =
            hasAddress(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress());

    /** Whether sockets can be of IPv6 at all. */
    static final boolean SPEAKS_IPV6 = LOCALHOST.size() > 1 && !NetUtil.isIpV4StackPreferred();

    private LocalNames() {}

    /** Empty if somebody has to be asked. */
    static List<InetAddress> resolve(String host) {
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
        if (literal != null) {
            return List.of(literal);
        }
        String name = host.toLowerCase(Locale.ROOT);
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return name.equals("localhost") || name.endsWith(".localhost") ? LOCALHOST : List.of();
    }

    private static boolean hasAddress(Predicate<Inet6Address> which) {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .anyMatch(address -> address instanceof Inet6Address six && which.test(six));
        } catch (SocketException e) {
            return false;
        }
    }
}

package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.net.NetworkInterface;

/**
 * Where and how a {@link UdpSocket} is bound. Immutable; a method with a value gives a changed
 * copy. <em>Any thread.</em>
 *
 * @param host a name or an address of this machine; empty: all of them
 * @param port 0 to 65535; 0: the system chooses, see {@link UdpSocket#localAddress}
 * @param reusePort lets several sockets that all ask for it have the same address ({@code
 *     SO_REUSEPORT}); the system then spreads what comes by its sender. Off by default
 * @param broadcast allows to send to broadcast addresses; off by default
 * @param receiveBuffer bytes of the system's buffer for what has come and is not read; 0 (the
 *     default): as the system has it. What comes when it is full is lost
 * @param sendBuffer bytes of the system's buffer for what is sent; 0 (the default): as the system
 *     has it
 * @param maxDatagram how many bytes a datagram that is received may have, 1 to 65,527; 65,507 by
 *     default, which is the most there can be over IPv4. Larger ones are dropped and counted, never
 *     cut
 * @param readAhead how many datagrams are read before somebody wants them, at least 1; 128 by
 *     default. Further ones wait in the system's buffer
 * @param multicastTtl over how many routers what is sent to a group may go, 0 to 255; 1 by default:
 *     none
 * @param multicastLoopback whether members on this machine get what is sent to a group; they do by
 *     default
 * @param multicastInterface where what is sent to a group goes out, and where a group is joined
 *     unless the call says another; null (the default): the system, and {@link UdpSocket#join},
 *     choose
 */
public record UdpOptions(
        String host,
        int port,
        boolean reusePort,
        boolean broadcast,
        int receiveBuffer,
        int sendBuffer,
        int maxDatagram,
        int readAhead,
        int multicastTtl,
        boolean multicastLoopback,
        @Nullable NetworkInterface multicastInterface) {
    /** The most bytes that a datagram can have over IPv4. */
    static final int MOST_OVER_IPV4 = 65_507;

    /** And over IPv6. */
    static final int MOST_OVER_IPV6 = 65_527;

    /** Checks the values. */
    public UdpOptions {
        within("port", port, 0, 65535);
        within("receiveBuffer", receiveBuffer, 0, Integer.MAX_VALUE);
        within("sendBuffer", sendBuffer, 0, Integer.MAX_VALUE);
        within("maxDatagram", maxDatagram, 1, MOST_OVER_IPV6);
        within("readAhead", readAhead, 1, 1_000_000);
        within("multicastTtl", multicastTtl, 0, 255);
    }

    private static void within(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    what + " " + value + " is not within " + least + " to " + most);
        }
    }

    /** All defaults. */
    public static UdpOptions of(String host, int port) {
        return new UdpOptions(host, port, false, false, 0, 0, MOST_OVER_IPV4, 128, 1, true, null);
    }

    /** Whether others may have the same address. */
    public UdpOptions reusePort(boolean allowed) {
        return new UdpOptions(
                host,
                port,
                allowed,
                broadcast,
                receiveBuffer,
                sendBuffer,
                maxDatagram,
                readAhead,
                multicastTtl,
                multicastLoopback,
                multicastInterface);
    }

    /** Whether it may send to broadcast addresses. */
    public UdpOptions broadcast(boolean allowed) {
        return new UdpOptions(
                host,
                port,
                reusePort,
                allowed,
                receiveBuffer,
                sendBuffer,
                maxDatagram,
                readAhead,
                multicastTtl,
                multicastLoopback,
                multicastInterface);
    }

    /** With another size of the system's buffer for what has come. */
    public UdpOptions receiveBuffer(int bytes) {
        return new UdpOptions(
                host,
                port,
                reusePort,
                broadcast,
                bytes,
                sendBuffer,
                maxDatagram,
                readAhead,
                multicastTtl,
                multicastLoopback,
                multicastInterface);
    }

    /** With another size of the system's buffer for what is sent. */
    public UdpOptions sendBuffer(int bytes) {
        return new UdpOptions(
                host,
                port,
                reusePort,
                broadcast,
                receiveBuffer,
                bytes,
                maxDatagram,
                readAhead,
                multicastTtl,
                multicastLoopback,
                multicastInterface);
    }

    /** With another limit on the bytes of what is received. */
    public UdpOptions maxDatagram(int bytes) {
        return new UdpOptions(
                host,
                port,
                reusePort,
                broadcast,
                receiveBuffer,
                sendBuffer,
                bytes,
                readAhead,
                multicastTtl,
                multicastLoopback,
                multicastInterface);
    }

    /** With another limit on what is read before somebody wants it. */
    public UdpOptions readAhead(int datagrams) {
        return new UdpOptions(
                host,
                port,
                reusePort,
                broadcast,
                receiveBuffer,
                sendBuffer,
                maxDatagram,
                datagrams,
                multicastTtl,
                multicastLoopback,
                multicastInterface);
    }

    /** What is sent to a group may go over so many routers. */
    public UdpOptions multicastTtl(int routers) {
        return new UdpOptions(
                host,
                port,
                reusePort,
                broadcast,
                receiveBuffer,
                sendBuffer,
                maxDatagram,
                readAhead,
                routers,
                multicastLoopback,
                multicastInterface);
    }

    /** Whether members on this machine get what is sent to a group. */
    public UdpOptions multicastLoopback(boolean theyDo) {
        return new UdpOptions(
                host,
                port,
                reusePort,
                broadcast,
                receiveBuffer,
                sendBuffer,
                maxDatagram,
                readAhead,
                multicastTtl,
                theyDo,
                multicastInterface);
    }

    /** What is sent to a group goes out there. */
    public UdpOptions multicastInterface(@Nullable NetworkInterface there) {
        return new UdpOptions(
                host,
                port,
                reusePort,
                broadcast,
                receiveBuffer,
                sendBuffer,
                maxDatagram,
                readAhead,
                multicastTtl,
                multicastLoopback,
                there);
    }
}

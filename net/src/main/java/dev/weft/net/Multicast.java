package dev.weft.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DatagramChannel;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;

/** The groups that a {@link UdpSocket} is a member of. */
final class Multicast {
    private final InsideNetty inside;
    private final Channel channel;
    private final String name;
    private final UdpOptions options;
    private final boolean six;
    private final Set<Membership> memberships = new HashSet<>();

    private record Membership(
            InetAddress group, NetworkInterface from, @Nullable InetAddress source) {}

    Multicast(InsideNetty inside, Channel channel, String name, UdpOptions options, boolean six) {
        this.inside = inside;
        this.channel = channel;
        this.name = name;
        this.options = options;
        this.six = six;
    }

    void join(InetAddress group, @Nullable NetworkInterface from, @Nullable InetAddress source) {
        DatagramChannel real = real(group);
        Membership wanted = membership(group, from, source);
        if (memberships.contains(wanted)) {
            throw new IllegalStateException(name + " is a member of " + text(group) + " already");
        }
        inside.enter();
        try {
            require(real.joinGroup(group, wanted.from, source), "cannot join ", wanted);
        } finally {
            inside.exit();
        }
        memberships.add(wanted);
    }

    void leave(InetAddress group, @Nullable NetworkInterface from, @Nullable InetAddress source) {
        DatagramChannel real = real(group);
        Membership wanted = membership(group, from, source);
        if (!memberships.remove(wanted)) {
            throw new IllegalStateException(name + " is no member of " + text(group));
        }
        inside.enter();
        try {
            require(real.leaveGroup(group, wanted.from, source), "cannot leave ", wanted);
        } finally {
            inside.exit();
        }
    }

    private DatagramChannel real(InetAddress group) {
        if (!group.isMulticastAddress()) {
            throw new IllegalArgumentException(text(group) + " is no address of a group");
        }
        if (group instanceof Inet6Address != six) {
            throw new IllegalArgumentException(
                    name
                            + " can be no member of "
                            + text(group)
                            + ": bind to "
                            + (six ? "0.0.0.0 for IPv4" : ":: for IPv6"));
        }
        if (channel instanceof DatagramChannel real) {
            return real;
        }
        throw new UnsupportedOperationException("groups (multicast) are not simulated");
    }

    private Membership membership(
            InetAddress group, @Nullable NetworkInterface from, @Nullable InetAddress source) {
        NetworkInterface there = from == null ? options.multicastInterface() : from;
        return new Membership(group, there == null ? usual() : there, source);
    }

    private NetworkInterface usual() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(this::isFit)
                    .findFirst()
                    .orElseThrow(() -> new SocketException("no interface is fit for it"));
        } catch (SocketException e) {
            throw Failures.ofDatagram(name, e);
        }
    }

    private boolean isFit(NetworkInterface candidate) {
        try {
            return candidate.isUp()
                    && candidate.supportsMulticast()
                    && !candidate.isLoopback()
                    && candidate
                            .inetAddresses()
                            .anyMatch(address -> address instanceof Inet6Address == six);
        } catch (SocketException gone) {
            return false;
        }
    }

    private void require(ChannelFuture done, String what, Membership wanted) {
        Throwable cause = done.cause();
        if (cause != null) {
            throw new UdpException(
                    name,
                    UdpException.Kind.OTHER,
                    what
                            + text(wanted.group)
                            + " at "
                            + wanted.from.getName()
                            + " ("
                            + Failures.text(cause)
                            + ")",
                    cause);
        }
    }

    private static String text(InetAddress address) {
        return address.getHostAddress();
    }
}

package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Who has which UDP port of a simulated host. */
final class SimUdpPorts {
    private final SimulatedHost host;
    private final List<SimDatagramChannel> sockets = new ArrayList<>();
    private int nextPort;

    SimUdpPorts(SimulatedHost host) {
        this.host = host;
    }

    /** Gives {@code socket} the address, or a free port of it; says which. */
    InetSocketAddress bind(SimDatagramChannel socket, InetSocketAddress wanted)
            throws BindException {
        InetAddress address = wanted.getAddress();
        host.requireOwn(address);
        int port = wanted.getPort() == 0 ? freePort() : wanted.getPort();
        for (SimDatagramChannel other : sockets) {
            InetSocketAddress taken = other.localAddress();
            boolean same =
                    taken.getPort() == port
                            && (taken.getAddress().equals(address)
                                    || taken.getAddress().isAnyLocalAddress()
                                    || address.isAnyLocalAddress());
            if (same && !(other.sharesPort() && socket.sharesPort())) {
                throw new BindException("Address already in use");
            }
        }
        sockets.add(socket);
        return new InetSocketAddress(address, port);
    }

    private int freePort() throws BindException {
        for (int n = 0; n < SimulatedHost.PORTS; n++) {
            int port = SimulatedHost.FIRST_PORT + nextPort;
            nextPort = (nextPort + 1) % SimulatedHost.PORTS;
            if (sockets.stream().noneMatch(other -> other.localAddress().getPort() == port)) {
                return port;
            }
        }
        throw new BindException("Address already in use");
    }

    boolean has(SimDatagramChannel socket) {
        return sockets.contains(socket);
    }

    void remove(SimDatagramChannel socket) {
        sockets.remove(socket);
    }

    /** The processes have ended. */
    void clear() {
        sockets.clear();
    }

    /**
     * Who gets what comes from {@code sender}: one that is connected to it before others, and of
     * those that share the port always the same.
     */
    @Nullable SimDatagramChannel receiver(InetSocketAddress at, InetSocketAddress sender) {
        List<SimDatagramChannel> fit =
                sockets.stream().filter(socket -> socket.receives(at, sender)).toList();
        List<SimDatagramChannel> connected =
                fit.stream().filter(socket -> socket.remoteAddress() != null).toList();
        List<SimDatagramChannel> best = connected.isEmpty() ? fit : connected;
        return best.isEmpty() ? null : best.get(Math.floorMod(sender.hashCode(), best.size()));
    }
}

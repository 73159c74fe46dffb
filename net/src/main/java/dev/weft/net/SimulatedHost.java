package dev.weft.net;

import dev.weft.Action;
import dev.weft.Body;
import dev.weft.Group;
import dev.weft.TaskLocal;
import dev.weft.Weft;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A machine of a {@link SimulatedNetwork}: what runs in {@link #run} listens there and connects
 * from there. <em>Loop-confined.</em>
 */
public final class SimulatedHost {
    private static final TaskLocal<@Nullable SimulatedHost> HERE = TaskLocal.newInstance();
    static final int FIRST_PORT = 32768;
    private static final int LAST_PORT = 60999;
    static final int PORTS = LAST_PORT - FIRST_PORT + 1;

    private final SimulatedNetwork network;
    private final String name;
    private final InetAddress four;
    private final InetAddress six;
    private final LinkedHashSet<SimEndpoint> connections = new LinkedHashSet<>();
    private final List<SimListener> listeners = new ArrayList<>();
    private final List<Group> running = new ArrayList<>();
    final SimUdpPorts udp = new SimUdpPorts(this);
    private final BitSet ports = new BitSet();
    private final List<UnixAddress> unixSockets = new ArrayList<>();
    private int mostPorts = PORTS;
    private int nextPort;
    private boolean down;
    private boolean gone;

    SimulatedHost(SimulatedNetwork network, String name, InetAddress four, InetAddress six) {
        this.network = network;
        this.name = name;
        this.four = four;
        this.six = six;
    }

    /** Where the calling task is; {@code elsewhere} if nobody has said. */
    static SimulatedHost here(SimulatedHost elsewhere) {
        SimulatedHost host = HERE.orElse(null);
        return host == null ? elsewhere : host;
    }

    /** What it is called, and what {@link Dns#resolve} finds it by. */
    public String name() {
        return name;
    }

    /** Its IPv4 address, {@code 10.0.0.n}; it has {@code fd00::n} as well. */
    public InetAddress address() {
        return four;
    }

    /**
     * Runs {@code body} in place as a process on this host, which is up again if it was down: it
     * and every task that it starts listen and connect here.
     *
     * @throws X what the body threw
     * @throws java.util.concurrent.CancellationException if the host was {@linkplain #kill killed}
     *     or has {@linkplain #vanish vanished}, and so there is no value
     */
    public <T extends @Nullable Object, X extends Exception> T run(Body<T, X> body) throws X {
        Objects.requireNonNull(body, "the body");
        comeUp();
        return HERE.where(this, () -> Weft.groupCall(group -> process(group, body)));
    }

    /** As {@link #run(Body)}, without a value; returns if the host is killed or vanishes. */
    public <X extends Exception> void run(Action<X> body) throws X {
        Objects.requireNonNull(body, "the body");
        comeUp();
        HERE.where(
                this,
                () ->
                        Weft.group(
                                group -> {
                                    Object _ =
                                            process(
                                                    group,
                                                    () -> {
                                                        body.run();
                                                        return name;
                                                    });
                                }));
    }

    private void comeUp() {
        down = false;
        gone = false;
    }

    private <T extends @Nullable Object, X extends Exception> T process(
            Group group, Body<T, X> body) throws X {
        running.add(group);
        try {
            return body.run();
        } finally {
            running.remove(group);
        }
    }

    // ---- faults

    /**
     * Ends what runs here, as a crash of its processes does: the other sides of its connections get
     * a reset, nobody listens any more, its UDP sockets are gone, and what is in {@link #run} is
     * cancelled.
     */
    public void kill() {
        stop("host '" + name + "' was killed", SimEndpoint::kill);
    }

    /**
     * Ends what runs here as if its power had failed: the other sides hear nothing, and what is in
     * {@link #run} is cancelled. Once it runs again, they get a reset for what they send.
     */
    public void vanish() {
        gone = true;
        stop("host '" + name + "' has vanished", SimEndpoint::vanish);
    }

    private void stop(String why, Consumer<SimEndpoint> end) {
        down = true;
        network.inNetty(
                () -> {
                    List.copyOf(listeners).forEach(SimListener::close);
                    List.copyOf(connections).forEach(end);
                    connections.clear();
                    udp.clear();
                });
        List.copyOf(running).forEach(group -> group.cancel(why));
    }

    /**
     * Has only so many ports to connect from, those in use included; then connecting fails. The end
     * of one such fault ends all of this host's.
     *
     * @throws IllegalArgumentException if {@code number} is negative
     */
    public SimulatedFault ports(int number) {
        if (number < 0) {
            throw new IllegalArgumentException(number + " ports");
        }
        mostPorts = number;
        return network.fault(() -> mostPorts = PORTS);
    }

    // ---- for sockets

    boolean isDown() {
        return down;
    }

    /** Whether it answers nothing. */
    boolean isGone() {
        return gone;
    }

    void add(SimEndpoint connection) {
        connections.add(connection);
    }

    void remove(SimEndpoint connection) {
        connections.remove(connection);
        if (connection.connects) {
            free(connection.local.getPort());
        }
    }

    /** Those that there are; a copy. */
    List<SimEndpoint> connections() {
        return List.copyOf(connections);
    }

    SimHandshake connect(SimSocketChannel channel, InetSocketAddress local, InetSocketAddress to)
            throws IOException {
        return network.connect(channel, this, local, to);
    }

    boolean has(InetAddress address) {
        return address.equals(four) || address.equals(six);
    }

    /** Whether it is the name of one of its addresses, in the domains for those. */
    boolean isFoundBy(String name) {
        String absolute = Hostname.absolute(name);
        return absolute.equals(Hostname.ofAddress(four))
                || absolute.equals(Hostname.ofAddress(six));
    }

    /** A port to connect to {@code remote} from, with the address that leads there. */
    InetSocketAddress ephemeral(InetSocketAddress remote) throws BindException {
        return new InetSocketAddress(addressFor(remote.getAddress()), freePort());
    }

    /** The one that leads to {@code remote}. */
    InetAddress addressFor(InetAddress remote) {
        return remote.isLoopbackAddress() ? remote : remote.getAddress().length == 4 ? four : six;
    }

    /** Takes an address to connect from. */
    InetSocketAddress bind(InetSocketAddress wanted) throws BindException {
        requireOwn(wanted.getAddress());
        int port = wanted.getPort();
        if (port == 0) {
            return new InetSocketAddress(wanted.getAddress(), freePort());
        }
        if (ports.get(port)) {
            throw new BindException("Address already in use");
        }
        ports.set(port);
        return wanted;
    }

    private int freePort() throws BindException {
        if (ports.cardinality() >= mostPorts) {
            throw new BindException("Cannot assign requested address");
        }
        int port;
        do {
            port = FIRST_PORT + nextPort;
            nextPort = (nextPort + 1) % PORTS;
        } while (ports.get(port) || isListenedAt(port));
        ports.set(port);
        return port;
    }

    private boolean isListenedAt(int port) {
        return listeners.stream().anyMatch(listener -> listener.address.getPort() == port);
    }

    void free(int port) {
        ports.clear(port);
    }

    void requireOwn(InetAddress address) throws BindException {
        if (!address.isAnyLocalAddress() && !address.isLoopbackAddress() && !has(address)) {
            throw new BindException("Cannot assign requested address");
        }
    }

    /** Stands for a Unix socket: a port of the loopback that nothing else uses. */
    InetSocketAddress unixSocket(UnixAddress address) {
        if (!unixSockets.contains(address)) {
            unixSockets.add(address);
        }
        int port = LAST_PORT + 1 + unixSockets.indexOf(address);
        return new InetSocketAddress(NetUtil.LOCALHOST4, port);
    }

    SimListener listen(SimServerSocketChannel channel, InetSocketAddress wanted, int backlog)
            throws BindException {
        InetAddress at = wanted.getAddress();
        requireOwn(at);
        int port = wanted.getPort();
        if (port == 0) {
            port = freePort();
            free(port);
        }
        boolean shared = channel.config().sharesPort();
        for (SimListener other : listeners) {
            if (other.isInTheWayOf(at, port) && !(shared && other.channel.config().sharesPort())) {
                throw new BindException("Address already in use");
            }
        }
        SimListener listener = new SimListener(channel, new InetSocketAddress(at, port), backlog);
        listeners.add(listener);
        return listener;
    }

    void remove(SimListener listener) {
        listeners.remove(listener);
    }

    /** Whoever listens there; of several that share the port, by where it comes from. */
    @Nullable SimListener listener(InetSocketAddress to, InetSocketAddress from) {
        List<SimListener> there =
                listeners.stream()
                        .filter(it -> it.listensAt(to.getAddress(), to.getPort()))
                        .toList();
        return there.isEmpty() ? null : there.get(from.getPort() % there.size());
    }

    @Override
    public String toString() {
        return "host '" + name + "' (" + four.getHostAddress() + ")";
    }
}

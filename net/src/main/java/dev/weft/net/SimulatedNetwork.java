package dev.weft.net;

import dev.weft.Loop;
import dev.weft.Simulation;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * The network of a simulated program, which can be made to fail. {@link TcpStream}, {@link
 * TcpServer}, {@link UdpSocket}, {@link Dns} and what is built on them use it in a {@link
 * Simulation} without being told; the same code with TLS and codecs runs over it as over sockets.
 *
 * <pre>{@code
 * var network = SimulatedNetwork.current();
 * var db = network.host("db");
 * group.start(() -> db.run(() -> Database.serve(5432)));
 * try (var fault = network.link("app", "db").partition()) {
 *     network.host("app").run(() -> assertThatThrownBy(() -> Client.connect("db", 5432)));
 * }
 * }</pre>
 *
 * <p>Connections behave as those of TCP do: nothing is lost, doubled or overtaken, writes wait for
 * their reader when 64 KiB on either side are full, and what can go wrong goes wrong as with a real
 * one. Time is the simulation's; chance comes from its seed, so a run repeats to the byte. Between
 * two hosts all takes half a millisecond, within one no time, unless a {@link SimulatedLink} says
 * otherwise. Datagrams may be lost, doubled and overtaken if a link says so, and are lost when a
 * receiver does not keep up. Code that runs on no {@link #host} is on one called {@code localhost}.
 *
 * <p>Where it {@linkplain Simulation#breaks may break}: what arrives as {@code data from app to
 * db}, or as {@code end from app to db}, is a reset of the connection, of Unix sockets and within a
 * host, too; {@code connect from app to db} is refused; {@code datagram from app to db}, one copy
 * of it, is lost; {@code name db} is answered with a failure. What another fault stops does not
 * come there.
 *
 * <p>Streams, servers and buffers that are still open when the program ends are left behind by it.
 *
 * <p><em>Loop-confined.</em>
 */
public final class SimulatedNetwork {
    private static final long LATENCY = 500_000;
    private static final int MOST_HOSTS = 250;

    final SimDriver driver;
    private final Simulation simulation;
    private final SimulatedNames names = new SimulatedNames(this);
    private final Map<String, SimulatedHost> hosts = new LinkedHashMap<>();
    private final List<Rule> rules = new ArrayList<>();
    private final List<SimulatedFault> faults = new ArrayList<>();
    private final SimulatedHost unnamed;
    private int version;

    /** What a fault means for the way from one host to another. */
    private record Rule(
            BiPredicate<SimulatedHost, SimulatedHost> isOn, Consumer<SimConditions> effect) {}

    private SimulatedNetwork(Loop loop, Simulation simulation) {
        this.driver = new SimDriver(loop, this);
        this.simulation = simulation;
        this.unnamed = host("localhost");
        loop.onClose(this::end);
    }

    /**
     * The network of the running program.
     *
     * @throws IllegalStateException in a task that is not simulated, or in none
     */
    public static SimulatedNetwork current() {
        Loop loop = Loop.current();
        if (loop.driver() instanceof Simulation simulation) {
            return of(simulation);
        }
        throw new IllegalStateException(
                "SimulatedNetwork.current: " + loop + " is not simulated; use Sim of weft-test");
    }

    static SimulatedNetwork of(Simulation simulation) {
        return simulation.part(
                SimulatedNetwork.class, () -> new SimulatedNetwork(Loop.current(), simulation));
    }

    private void end() {
        String streams = driver.end();
        if (!streams.isEmpty()) {
            simulation.addLeftover(streams);
        }
        if (driver.openChannels() > 0) {
            simulation.addLeftover(driver.openChannels() + " open sockets");
        }
        if (driver.allocator.unreleased() > 0) {
            simulation.addLeftover(
                    driver.allocator.unreleased() + " bytes in buffers that nobody has closed");
        }
    }

    // ---- hosts and links

    /**
     * The host of that name, which is found by it; made when it is first asked for.
     *
     * @throws IllegalStateException if there are 250 others
     */
    public SimulatedHost host(String name) {
        SimulatedHost known = called(Objects.requireNonNull(name, "the name"));
        if (known != null) {
            return known;
        }
        if (hosts.size() == MOST_HOSTS) {
            throw new IllegalStateException("a network has at most " + MOST_HOSTS + " hosts");
        }
        int number = hosts.size() + 1;
        byte[] six = new byte[16];
        six[0] = (byte) 0xfd;
        six[15] = (byte) number;
        SimulatedHost host =
                new SimulatedHost(
                        this, name, address(new byte[] {10, 0, 0, (byte) number}), address(six));
        hosts.put(name.toLowerCase(Locale.ROOT), host);
        return host;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** What goes between two hosts, in both directions. */
    public SimulatedLink link(String oneHost, String anotherHost) {
        SimulatedHost one = host(oneHost);
        SimulatedHost another = host(anotherHost);
        return new SimulatedLink(
                this,
                (from, to) -> (from == one && to == another) || (from == another && to == one));
    }

    /** What goes from one host to another, and not what goes back. */
    public SimulatedLink path(String fromHost, String toHost) {
        SimulatedHost first = host(fromHost);
        SimulatedHost second = host(toHost);
        return new SimulatedLink(this, (from, to) -> from == first && to == second);
    }

    /** What goes between any two hosts, and within each. */
    public SimulatedLink everywhere() {
        return new SimulatedLink(this, (from, to) -> true);
    }

    /** The name servers. */
    public SimulatedNames names() {
        return names;
    }

    /**
     * Ends all faults that hold, latencies and the like included. What has been reset, killed or
     * forgotten stays so.
     */
    public void heal() {
        List.copyOf(faults).forEach(SimulatedFault::close);
    }

    // ---- for hosts, links and names

    Collection<SimulatedHost> hosts() {
        return hosts.values();
    }

    @Nullable SimulatedHost called(String name) {
        return hosts.get(name.toLowerCase(Locale.ROOT));
    }

    @Nullable SimulatedHost at(InetAddress address) {
        for (SimulatedHost host : hosts.values()) {
            if (host.has(address)) {
                return host;
            }
        }
        return null;
    }

    /** Where the calling task is. */
    SimulatedHost here() {
        return SimulatedHost.here(unnamed);
    }

    SimulatedFault fault(
            BiPredicate<SimulatedHost, SimulatedHost> isOn, Consumer<SimConditions> effect) {
        Rule rule = new Rule(isOn, effect);
        rules.add(rule);
        changed();
        return fault(
                () -> {
                    rules.remove(rule);
                    changed();
                });
    }

    SimulatedFault fault(Runnable end) {
        SimulatedFault fault = new SimulatedFault(this, end);
        faults.add(fault);
        return fault;
    }

    void ended(SimulatedFault fault) {
        faults.remove(fault);
    }

    /** Connections look again at what they may send. */
    private void changed() {
        version++;
        inNetty(
                () -> {
                    for (SimulatedHost host : hosts.values()) {
                        host.connections().forEach(connection -> connection.out().send());
                    }
                });
    }

    void inNetty(Runnable action) {
        driver.inside.enter();
        try {
            action.run();
        } finally {
            driver.inside.exit();
        }
    }

    void later(Duration time, Runnable action) {
        driver.events.at(driver.now() + time.toNanos(), action);
        driver.wake();
    }

    // ---- for connections

    SimHandshake connect(
            SimSocketChannel channel,
            SimulatedHost from,
            InetSocketAddress local,
            InetSocketAddress remote)
            throws NoRouteToHostException {
        return SimHandshake.begin(driver, this, channel, from, local, remote);
    }

    /** Changes whenever {@link #conditions} may. */
    int version() {
        return version;
    }

    SimConditions conditions(SimulatedHost from, SimulatedHost to) {
        SimConditions all = new SimConditions();
        long usual = from == to ? 0 : LATENCY;
        all.leastLatency = usual;
        all.mostLatency = usual;
        for (Rule rule : rules) {
            if (rule.isOn.test(from, to)) {
                rule.effect.accept(all);
            }
        }
        return all;
    }

    /** Whether it breaks here; {@code what} is under way. */
    boolean breaks(String what) {
        return simulation.breaks(what);
    }

    /** Whether what happens so often happens now. */
    boolean chance(double share) {
        return share > 0 && driver.random.nextDouble() < share;
    }

    long latency(SimConditions way) {
        if (way.latency != null) {
            return Math.max(0, way.latency.apply(driver.random).toNanos());
        }
        return way.leastLatency == way.mostLatency
                ? way.leastLatency
                : driver.random.nextLong(way.leastLatency, way.mostLatency + 1);
    }
}

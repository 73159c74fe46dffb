package dev.weft.net;

import java.time.Duration;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Connections of a {@link SimulatedNetwork}, those that are and those to come, and datagrams, and
 * what can be wrong with them. Faults of one kind that hold at once do not add up: the last one
 * counts. Datagrams know {@link #latency}, {@link #loss}, {@link #duplicates}, {@link #bandwidth}
 * and {@link #partition}; the others are of connections. <em>Loop-confined.</em>
 */
public final class SimulatedLink {
    private final SimulatedNetwork network;
    private final BiPredicate<SimulatedHost, SimulatedHost> isOn;

    SimulatedLink(SimulatedNetwork network, BiPredicate<SimulatedHost, SimulatedHost> isOn) {
        this.network = network;
        this.isOn = isOn;
    }

    // ---- slower

    /** All that is sent takes so long. */
    public SimulatedFault latency(Duration each) {
        return latency(each, each);
    }

    /**
     * All that is sent takes so long, each piece another time; none overtakes another, but
     * datagrams do.
     */
    public SimulatedFault latency(Duration least, Duration most) {
        long from = nanos(least, "the latency");
        long to = nanos(most, "the latency");
        if (to < from) {
            throw new IllegalArgumentException("a latency of " + least + " to " + most);
        }
        return with(
                way -> {
                    way.leastLatency = from;
                    way.mostLatency = to;
                    way.latency = null;
                });
    }

    /**
     * Each piece that is sent takes the time that is drawn for it; none overtakes another, but
     * datagrams do. For what is mostly fast and now and then not:
     *
     * <pre>{@code
     * link.latency(random -> random.nextInt(100) == 0 ? ofSeconds(3) : ofMillis(1));
     * }</pre>
     *
     * @param drawn from the network's chance, with nothing else. It must neither wait nor throw; a
     *     negative time counts as none
     */
    public SimulatedFault latency(Function<? super RandomGenerator, Duration> drawn) {
        Objects.requireNonNull(drawn, "the latency");
        return with(way -> way.latency = drawn);
    }

    /**
     * So many of the pieces that are sent are lost, and sent again later: bytes come late, by 200
     * ms and more, but they come. Datagrams are lost for good.
     *
     * @param share from 0 to 1
     */
    public SimulatedFault loss(double share) {
        requireShare(share, "a loss");
        return with(way -> way.loss = share);
    }

    /**
     * So many of the datagrams arrive twice, each copy with a latency of its own.
     *
     * @param share from 0 to 1
     */
    public SimulatedFault duplicates(double share) {
        requireShare(share, "duplicates");
        return with(way -> way.duplicates = share);
    }

    /**
     * So many bytes a second, at most, go over each connection and in each direction, and from each
     * UDP socket.
     */
    public SimulatedFault bandwidth(long bytesPerSecond) {
        requirePositive(bytesPerSecond, "a bandwidth");
        return with(way -> way.bandwidth = bytesPerSecond);
    }

    /** What is sent is cut into pieces of 1 to 1,460 bytes, each of which arrives by itself. */
    public SimulatedFault fragments() {
        return with(way -> way.fragments = true);
    }

    // ---- broken

    /**
     * Nothing arrives, and nobody is told. What was sent meanwhile is sent again: by TCP's rules
     * later each time, and after 15 minutes the sender gives up.
     */
    public SimulatedFault partition() {
        return with(way -> way.cut = true);
    }

    /** Each connection swallows, in each direction, what comes after so many more bytes. */
    public SimulatedFault blackHole(long afterBytes) {
        if (afterBytes < 0) {
            throw new IllegalArgumentException("after " + afterBytes + " bytes");
        }
        return with(way -> way.swallowAfter = afterBytes);
    }

    /** Each connection is reset when so many more bytes have gone in one direction. */
    public SimulatedFault reset(long afterBytes) {
        requirePositive(afterBytes, "bytes");
        return with(way -> way.resetAfter = afterBytes);
    }

    /** Resets the connections that there are, once: both sides are told. */
    public void reset() {
        forAll(connection -> connection.fail("Connection reset by peer"));
    }

    /**
     * Forgets the connections that there are, as a firewall does that has restarted: each side
     * thinks that it is connected, and nothing gets through. New ones are not affected.
     */
    public void forget() {
        forAll(SimEndpoint::sever);
    }

    private void forAll(Consumer<SimEndpoint> action) {
        network.inNetty(
                () -> {
                    for (SimulatedHost host : network.hosts()) {
                        for (SimEndpoint connection : host.connections()) {
                            if (isOn.test(host, connection.otherHost())) {
                                action.accept(connection);
                            }
                        }
                    }
                });
    }

    // ---- connecting

    /** Who connects is told that nobody listens. */
    public SimulatedFault refuse() {
        return with(way -> way.refuses = true);
    }

    /** Who connects is told nothing, and gives up after 127 seconds or at its own limit. */
    public SimulatedFault ignore() {
        return with(way -> way.ignores = true);
    }

    private SimulatedFault with(Consumer<SimConditions> effect) {
        return network.fault(isOn, effect);
    }

    private static void requireShare(double share, String what) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(what + " of " + share + ": it is between 0 and 1");
        }
    }

    private static long nanos(Duration time, String what) {
        Objects.requireNonNull(time, what);
        if (time.isNegative()) {
            throw new IllegalArgumentException(what + " of " + time);
        }
        return time.toNanos();
    }

    private static void requirePositive(long number, String what) {
        if (number < 1) {
            throw new IllegalArgumentException(what + " of " + number + ": at least 1 is needed");
        }
    }
}

package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;

/** One attempt of a simulated host to connect: what it sends is lost or gets an answer. */
final class SimHandshake {
    private static final long FIRST_RETRY = 1_000_000_000L;

    /** Then it gives up: after 127 seconds. */
    private static final int RETRIES = 6;

    private final SimDriver driver;
    private final SimulatedNetwork network;
    private final SimulatedHost target;
    private final SimEndpoint here;
    private final SimSocketChannel channel;
    private int retries;
    private @Nullable SimEndpoint there;
    private SimEvents.@Nullable Event next;

    SimHandshake(
            SimDriver driver,
            SimulatedNetwork network,
            SimulatedHost target,
            SimEndpoint here,
            SimSocketChannel channel) {
        this.driver = driver;
        this.network = network;
        this.target = target;
        this.here = here;
        this.channel = channel;
    }

    static SimHandshake begin(
            SimDriver driver,
            SimulatedNetwork network,
            SimSocketChannel channel,
            SimulatedHost from,
            InetSocketAddress local,
            InetSocketAddress remote)
            throws NoRouteToHostException {
        SimulatedHost target =
                remote.getAddress().isLoopbackAddress() ? from : network.at(remote.getAddress());
        if (target == null || from.isDown()) {
            throw new NoRouteToHostException("No route to host");
        }
        SimEndpoint here = new SimEndpoint(from, local, remote, true);
        SimHandshake handshake = new SimHandshake(driver, network, target, here, channel);
        handshake.ask();
        return handshake;
    }

    /** The channel is closed. */
    void giveUp() {
        if (next != null) {
            next.cancel();
        }
        if (there != null) {
            // it knows of the connection and may have sent something
            here.close(true);
        } else {
            here.host.free(here.local.getPort());
        }
    }

    private void ask() {
        in(network.latency(network.conditions(here.host, target)), this::arrive);
    }

    private void arrive() {
        SimConditions way = network.conditions(here.host, target);
        SimConditions back = network.conditions(target, here.host);
        boolean lost = way.ignores || way.cut || back.cut || target.isGone();
        if (way.refuses || (!lost && breaks())) {
            in(network.latency(back), this::refused);
            return;
        }
        SimListener listener = target.listener(here.remote, here.local);
        if (lost || (listener != null && listener.isFull() && there == null)) {
            tryAgain();
            return;
        }
        if (listener == null && there == null) {
            in(network.latency(back), this::refused);
            return;
        }
        if (there == null && listener != null) {
            SimEndpoint accepted = here.peerAt(target);
            SimEndpoint.connect(driver, network, here, accepted);
            there = accepted;
            listener.add(accepted);
        }
        in(network.latency(back), this::established);
    }

    private boolean breaks() {
        return network.breaks("connect from " + here.host.name() + " to " + target.name());
    }

    private void established() {
        channel.connected(here);
    }

    private void refused() {
        channel.notConnected(new ConnectException("Connection refused"));
    }

    private void tryAgain() {
        if (++retries > RETRIES) {
            in(
                    FIRST_RETRY << RETRIES,
                    () -> channel.notConnected(new ConnectException("Connection timed out")));
        } else {
            in(FIRST_RETRY << (retries - 1), this::ask);
        }
    }

    private void in(long delay, Runnable what) {
        next = driver.events.at(driver.now() + delay, what);
        driver.wake();
    }
}

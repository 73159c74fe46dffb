package dev.weft.net;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** On its way between two simulated hosts: it may be lost, doubled and overtaken. */
record SimDatagram(
        SimDatagramChannel socket,
        SimulatedHost from,
        InetSocketAddress sender,
        SimulatedHost to,
        InetSocketAddress recipient,
        ByteBuffer content) {
    int length() {
        return content.remaining();
    }

    /** Leaves {@code after} so long. */
    void depart(SimDriver driver, SimulatedNetwork network, long after) {
        SimConditions way = network.conditions(from, to);
        int copies = network.chance(way.duplicates) ? 2 : 1;
        for (int n = 0; n < copies; n++) {
            if (!way.cut && !network.chance(way.loss)) {
                in(driver, after + network.latency(way), () -> arrive(driver, network));
            }
        }
    }

    /** What was sent before a partition does not arrive in it. */
    private void arrive(SimDriver driver, SimulatedNetwork network) {
        if (network.conditions(from, to).cut
                || to.isGone()
                || network.breaks("datagram from " + from.name() + " to " + to.name())) {
            return;
        }
        SimDatagramChannel receiver = to.udp.receiver(recipient, sender);
        if (receiver != null) {
            receiver.received(this);
            return;
        }
        SimConditions back = network.conditions(to, from);
        if (!back.cut && !network.chance(back.loss)) {
            in(driver, network.latency(back), () -> answer(network));
        }
    }

    /** As ICMP does: nobody receives there. */
    private void answer(SimulatedNetwork network) {
        if (!network.conditions(to, from).cut) {
            socket.isUnreachable(recipient);
        }
    }

    private static void in(SimDriver driver, long delay, Runnable what) {
        driver.events.at(driver.now() + delay, what);
        driver.wake();
    }
}

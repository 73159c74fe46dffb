package dev.weft.net;

import dev.weft.Action;
import dev.weft.Weft;

import io.netty.util.NetUtil;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.stream.Stream;

/** What UDP is tested over: each driver, and a simulated network. */
final class Networks {
    static final String SIMULATED = "simulated";

    private Networks() {}

    static Stream<String> all() {
        return Boolean.getBoolean("weft.test.portable")
                ? TestLoop.drivers()
                : Stream.concat(TestLoop.drivers(), Stream.of(SIMULATED));
    }

    static <X extends Exception> void run(String network, Action<X> body) throws Exception {
        if (network.equals(SIMULATED)) {
            InOrder.run(1, () -> Weft.timeout(Duration.ofHours(1), body));
        } else {
            TestLoop.run(network, body);
        }
    }

    static InetSocketAddress at(UdpSocket socket) {
        return new InetSocketAddress(NetUtil.LOCALHOST4, socket.localAddress().getPort());
    }

    static InetSocketAddress at(String literal, int port) {
        return new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(literal), port);
    }

    /** A port where nobody receives, for as long as the test is alone. */
    static int unusedPort(String network) throws IOException {
        if (network.equals(SIMULATED)) {
            return 4711;
        }
        try (var probe = new DatagramSocket(0, NetUtil.LOCALHOST4)) {
            return probe.getLocalPort();
        }
    }
}

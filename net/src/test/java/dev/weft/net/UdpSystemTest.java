package dev.weft.net;

import static dev.weft.net.Networks.at;
import static dev.weft.net.TestLoop.run;
import static dev.weft.net.TestLoop.runUnchecked;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Weft;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Optional;
import java.util.concurrent.FutureTask;

/** UDP with the operating system: others' sockets, options, groups. */
@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
@Timeout(60)
class UdpSystemTest {
    private static final String HERE = "127.0.0.1";

    private final String driver;

    UdpSystemTest(String driver) {
        this.driver = driver;
    }

    private static String text(Datagram received) {
        try (received) {
            return received.toString(UTF_8);
        }
    }

    // ---- somebody else's socket, on a thread of its own

    @Test
    void the_jdk_asks_and_is_answered() throws Exception {
        run(
                driver,
                () -> {
                    try (var socket = UdpSocket.bind(HERE, 0)) {
                        InetSocketAddress server = at(socket);
                        var client = new FutureTask<>(() -> askFiveTimes(server));
                        Thread.ofPlatform().daemon().start(client);
                        for (int i = 0; i < 5; i++) {
                            Datagram question = socket.receive();
                            socket.send(question.content(), question.sender());
                        }
                        assertThat(Weft.<String, Exception>offload(client::get))
                                .isEqualTo("0 1 2 3 ");
                    }
                });
    }

    /** The first question is empty, and its answer, too. */
    private static String askFiveTimes(InetSocketAddress server) throws IOException {
        var answers = new StringBuilder();
        try (var channel = DatagramChannel.open()) {
            channel.send(ByteBuffer.allocate(0), server);
            var buffer = ByteBuffer.allocate(100);
            channel.receive(buffer);
            answers.append(UTF_8.decode(buffer.flip()));
            for (int i = 0; i < 4; i++) {
                channel.send(UTF_8.encode(i + " "), server);
                channel.receive(buffer.clear());
                answers.append(UTF_8.decode(buffer.flip()));
            }
        }
        return answers.toString();
    }

    @Test
    void the_jdk_is_asked_and_answers() throws Exception {
        try (var channel = DatagramChannel.open()) {
            channel.bind(at(HERE, 0));
            int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            Thread.ofPlatform().daemon().start(() -> echo(channel));
            run(
                    driver,
                    () -> {
                        try (var socket = UdpSocket.connect(HERE, port)) {
                            for (String question : new String[] {"one", "two", "three"}) {
                                socket.send(Bytes.utf8(question));
                                assertThat(text(socket.receive())).isEqualTo(question);
                            }
                        }
                    });
        }
    }

    private static void echo(DatagramChannel channel) {
        var buffer = ByteBuffer.allocate(100);
        try {
            while (true) {
                var sender = channel.receive(buffer.clear());
                channel.send(buffer.flip(), sender);
            }
        } catch (IOException closed) {
            // as the test ends
        }
    }

    // ---- options

    @Test
    void a_broadcast_needs_permission() throws Exception {
        run(
                driver,
                () -> {
                    try (var plain = UdpSocket.bind("0.0.0.0", 0);
                            var allowed =
                                    UdpSocket.bind(UdpOptions.of("0.0.0.0", 0).broadcast(true))) {
                        var all = at("127.255.255.255", plain.localAddress().getPort());
                        assertThatExceptionOfType(UdpException.class)
                                .isThrownBy(() -> plain.send(new byte[1], all))
                                .withMessageContaining("permission denied");
                        allowed.send(Bytes.utf8("to all"), all);
                        assertThat(text(plain.receive())).isEqualTo("to all");
                    }
                });
    }

    @Test
    void what_the_system_has_no_buffer_for_is_lost() throws Exception {
        run(
                driver,
                () -> {
                    UdpOptions few = UdpOptions.of(HERE, 0).receiveBuffer(10_000).readAhead(1);
                    try (var receiver = UdpSocket.bind(few);
                            var sender = UdpSocket.bind(HERE, 0)) {
                        for (int i = 0; i < 100; i++) {
                            sender.send(new byte[5_000], at(receiver));
                        }
                        // the last of 100 is not among those that there was room for
                        int before = countUntilTheLast(sender, receiver);
                        assertThat(before).isBetween(1, 50);
                    }
                });
    }

    private static int countUntilTheLast(UdpSocket sender, UdpSocket receiver) {
        int n = 0;
        while (true) {
            sender.send(Bytes.utf8("last"), at(receiver)); // lost while there is no room
            try (Datagram received = receiver.receive()) {
                if (received.content().length() == 4) {
                    return n;
                }
                n++;
            }
        }
    }

    @Test
    void a_network_that_nothing_leads_to_is_told_at_once() throws Exception {
        run(
                driver,
                () -> {
                    try (var socket = UdpSocket.bind(HERE, 0)) {
                        assertThatExceptionOfType(UdpException.class)
                                .isThrownBy(() -> socket.send(new byte[1], at("203.0.113.1", 9)))
                                .withMessageStartingWith("203.0.113.1:9: ");
                    }
                });
    }

    @Test
    void one_that_is_left_open_is_closed_and_named() throws Exception {
        try (var log = new Log()) {
            runUnchecked(driver, () -> UdpSocket.connect(HERE, 9));
            assertThat(log.warnings()).hasSize(1);
            assertThat(log.warnings().getFirst().getMessage())
                    .contains("A stream or socket was still open")
                    .contains("to 127.0.0.1:9");
        }
    }

    // ---- groups

    private static NetworkInterface withAddress(Class<? extends InetAddress> kind)
            throws IOException {
        Optional<NetworkInterface> fit =
                NetworkInterface.networkInterfaces()
                        .filter(UdpSystemTest::speaksToGroups)
                        .filter(i -> i.inetAddresses().anyMatch(kind::isInstance))
                        .findFirst();
        assumeTrue(fit.isPresent(), "no interface with multicast and " + kind.getSimpleName());
        return fit.get();
    }

    private static boolean speaksToGroups(NetworkInterface candidate) {
        try {
            return candidate.isUp() && candidate.supportsMulticast();
        } catch (IOException e) {
            return false;
        }
    }

    private void members_get_what_is_sent(String any, String group, NetworkInterface at)
            throws Exception {
        InetAddress address = at(group, 0).getAddress();
        run(
                driver,
                () -> {
                    UdpOptions options = UdpOptions.of(any, 0).multicastInterface(at);
                    try (var member = UdpSocket.bind(options);
                            var sender = UdpSocket.bind(options);
                            var silent = UdpSocket.bind(options.multicastLoopback(false))) {
                        int port = member.localAddress().getPort();
                        var to = new InetSocketAddress(address, port);
                        sender.send(Bytes.utf8("before"), to);
                        member.join(address, at);
                        silent.send(Bytes.utf8("not here"), to);
                        sender.send(Bytes.utf8("during"), to);
                        assertThat(text(member.receive())).isEqualTo("during");
                        assertThatIllegalStateException()
                                .isThrownBy(() -> member.join(address, at))
                                .withMessageContaining("a member");
                        member.leave(address, at);
                        assertThatIllegalStateException()
                                .isThrownBy(() -> member.leave(address, at))
                                .withMessageContaining("no member");
                        sender.send(Bytes.utf8("after"), to);
                        member.join(address);
                        sender.send(Bytes.utf8("again"), to);
                        assertThat(text(member.receive())).isEqualTo("again");
                        member.leave(address);
                    }
                });
    }

    @Test
    void members_of_a_group_of_ipv4_get_what_is_sent_to_it() throws Exception {
        members_get_what_is_sent("0.0.0.0", "239.77.1.5", withAddress(Inet4Address.class));
    }

    @Test
    void members_of_a_group_of_ipv6_get_what_is_sent_to_it() throws Exception {
        members_get_what_is_sent("::", "ff15::77:5", withAddress(Inet6Address.class));
    }

    @Test
    void a_member_can_choose_whom_it_hears() throws Exception {
        NetworkInterface at = withAddress(Inet4Address.class);
        InetAddress own =
                at.inetAddresses().filter(Inet4Address.class::isInstance).findFirst().orElseThrow();
        InetAddress group = at("232.77.1.5", 0).getAddress();
        InetAddress other = at("192.0.2.77", 0).getAddress();
        run(
                driver,
                () -> {
                    UdpOptions options = UdpOptions.of("0.0.0.0", 0).multicastInterface(at);
                    try (var member = UdpSocket.bind(options);
                            var sender = UdpSocket.bind(options)) {
                        var to = new InetSocketAddress(group, member.localAddress().getPort());
                        member.join(group, at, other);
                        sender.send(Bytes.utf8("unheard"), to);
                        member.join(group, at, own);
                        sender.send(Bytes.utf8("heard"), to);
                        assertThat(text(member.receive())).isEqualTo("heard");
                        member.leave(group, at, other);
                        member.leave(group, at, own);
                    }
                });
    }

    @Test
    void what_is_no_group_or_of_the_other_kind_is_refused() throws Exception {
        run(
                driver,
                () -> {
                    try (var four = UdpSocket.bind("0.0.0.0", 0);
                            var both = UdpSocket.bind("", 0)) {
                        assertThatIllegalArgumentException()
                                .isThrownBy(() -> four.join(at(HERE, 0).getAddress()))
                                .withMessageContaining("no address of a group");
                        assertThatIllegalArgumentException()
                                .isThrownBy(() -> both.join(at("239.1.1.1", 0).getAddress()))
                                .withMessageContaining("bind to 0.0.0.0");
                        assertThatIllegalArgumentException()
                                .isThrownBy(() -> four.join(at("ff15::1", 0).getAddress()))
                                .withMessageContaining("bind to ::");
                    }
                });
    }

    @Test
    void ttl_is_of_groups_alone() throws Exception {
        NetworkInterface at = withAddress(Inet4Address.class);
        InetAddress group = at("239.77.1.6", 0).getAddress();
        run(
                driver,
                () -> {
                    UdpOptions options = UdpOptions.of("0.0.0.0", 0).multicastInterface(at);
                    try (var member = UdpSocket.bind(options);
                            var none = UdpSocket.bind(options.multicastTtl(0));
                            var far = UdpSocket.bind(options.multicastTtl(255))) {
                        member.join(group, at);
                        var to = new InetSocketAddress(group, member.localAddress().getPort());
                        // on this machine no router is passed
                        none.send(Bytes.utf8("0"), to);
                        far.send(Bytes.utf8("255"), to);
                        assertThat(text(member.receive())).isEqualTo("0");
                        assertThat(text(member.receive())).isEqualTo("255");
                        far.send(Bytes.utf8("x"), at(none));
                        assertThat(text(none.receive())).isEqualTo("x");
                        assertThat(ttl(far, Datagrams.MULTICAST_TTL)).isEqualTo(255);
                        assertThat(ttl(none, Datagrams.MULTICAST_TTL)).isZero();
                        assertThat(ttl(member, Datagrams.MULTICAST_TTL)).isEqualTo(1);
                    }
                });
    }

    @Test
    void ttl_of_ipv6_as_well() throws Exception {
        run(
                driver,
                () -> {
                    try (var far = UdpSocket.bind(UdpOptions.of("::1", 0).multicastTtl(7))) {
                        assertThat(ttl(far, Datagrams.MULTICAST_HOPS)).isEqualTo(7);
                    }
                });
    }

    private static int ttl(UdpSocket socket, ChannelOption<Integer> systems) {
        return socket.channel
                .config()
                .getOption(
                        socket.channel instanceof NioDatagramChannel
                                ? NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_TTL)
                                : systems);
    }
}

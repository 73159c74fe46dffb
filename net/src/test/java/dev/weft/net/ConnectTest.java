package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.Weft;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What needs no network; the rest is in {@link ConnectionContractTest}. */
class ConnectTest {
    private static InetAddress address(String literal) throws IOException {
        return InetAddress.getByName(literal);
    }

    static int unusedPort() throws IOException {
        try (var probe = new ServerSocket(0, 1, address("127.0.0.1"))) {
            return probe.getLocalPort();
        }
    }

    @Test
    void arguments_out_of_range_are_refused_at_once() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectOptions.of("h", 0))
                .withMessageContaining("port 0 of h");
        assertThatIllegalArgumentException().isThrownBy(() -> ConnectOptions.of("", 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectOptions.of("h", 1).connectTimeout(Duration.ZERO));
    }

    @Test
    void off_a_loop_it_says_what_to_do() {
        assertThatIllegalStateException()
                .isThrownBy(() -> TcpStream.connect("localhost", 1))
                .withMessageContaining("Weft.run");
    }

    @Test
    void in_an_offloaded_call_it_names_the_way_back() {
        Weft.run(
                () ->
                        Weft.offload(
                                () ->
                                        assertThatIllegalStateException()
                                                .isThrownBy(() -> TcpStream.connect("localhost", 1))
                                                .withMessageContaining("TcpStream.connect")
                                                .withMessageContaining("Offload.onLoop")));
    }

    // ---- Happy Eyeballs

    /** Over the network of the running task. */
    static TcpStream connect(ConnectOptions options, String... literals) throws IOException {
        NettyDriver driver = NettyDriver.current("test");
        InetAddress[] addresses = new InetAddress[literals.length];
        for (int i = 0; i < literals.length; i++) {
            addresses[i] = address(literals[i]);
        }
        Lookup lookup = Lookup.known(driver.dns.client(null), options.host(), List.of(addresses));
        var channel = new HappyEyeballs(driver, options, lookup).connect(() -> {});
        Link link = new Link(options.target(), options.host(), options.port(), false, channel);
        return new TcpStream(driver, link, null);
    }

    @Test
    void families_take_turns_beginning_with_the_first() throws Exception {
        var six = List.of(address("::1"), address("::2"), address("::3"));
        var four = List.of(address("127.0.0.1"), address("127.0.0.2"));
        var turns = new AddressTurns();
        turns.add(six);
        turns.add(four);
        assertThat(inTurn(turns, 5))
                .containsExactly(six.get(0), four.get(0), six.get(1), four.get(1), six.get(2));
        assertThat(turns.next()).isNull();
        var others = new AddressTurns();
        others.add(List.of(four.get(0), six.get(0)));
        assertThat(inTurn(others, 2)).containsExactly(four.get(0), six.get(0));
    }

    @Test
    void a_family_that_comes_later_has_the_next_turn_and_nothing_is_tried_twice() throws Exception {
        var six = List.of(address("::1"), address("::2"));
        var four = List.of(address("127.0.0.1"), address("127.0.0.2"));
        var turns = new AddressTurns();
        turns.add(four);
        assertThat(turns.next()).isEqualTo(four.get(0));
        turns.add(List.of(six.get(0), six.get(1), four.get(0), four.get(1)));
        assertThat(inTurn(turns, 3)).containsExactly(six.get(0), four.get(1), six.get(1));
        assertThat(turns.isEmpty()).isTrue();
    }

    private static List<@Nullable InetAddress> inTurn(AddressTurns turns, int number) {
        List<@Nullable InetAddress> all = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            all.add(turns.next());
        }
        return all;
    }
}

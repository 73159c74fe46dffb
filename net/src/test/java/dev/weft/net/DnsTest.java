package dev.weft.net;

import static dev.weft.net.TestLoop.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Action;
import dev.weft.Weft;

import io.netty.channel.DefaultEventLoop;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
@Timeout(60)
class DnsTest {
    private final String driver;

    DnsTest(String driver) {
        this.driver = driver;
    }

    private void asking(FakeNameServer server, Action<Exception> body) throws Exception {
        run(
                driver,
                () -> {
                    ((PollingDriver) NettyDriver.current("test"))
                            .nameServers(List.of(server.address()));
                    body.run();
                });
    }

    @Test
    void a_name_has_the_addresses_that_the_name_server_gives() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () ->
                            assertThat(Dns.resolve("two.weft.test"))
                                    .extracting(InetAddress::getHostAddress)
                                    .containsExactlyInAnyOrder("127.0.0.7", "127.0.0.8"));
        }
    }

    @Test
    void answers_are_kept() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        Dns.resolve("kept.weft.test");
                        Dns.resolve("KEPT.weft.test");
                        assertThat(server.questions()).isEqualTo(1);
                    });
        }
    }

    @Test
    void tasks_that_ask_for_the_same_name_share_one_question() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        Weft.group(
                                group -> {
                                    for (int i = 0; i < 20; i++) {
                                        group.start(() -> Dns.resolve("shared.weft.test"));
                                    }
                                });
                        assertThat(server.questions()).isEqualTo(1);
                    });
        }
    }

    @Test
    void a_cancelled_wait_leaves_the_question_to_the_others() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () ->
                            Weft.group(
                                    group -> {
                                        var first =
                                                group.start(() -> Dns.resolve("left.weft.test"));
                                        var second =
                                                group.start(() -> Dns.resolve("left.weft.test"));
                                        Weft.checkpoint();
                                        first.cancel("no longer wanted");
                                        assertThat(second.await()).hasSize(1);
                                    }));
        }
    }

    @Test
    void no_such_name_is_told_from_a_broken_server() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        assertThatExceptionOfType(DnsException.class)
                                .isThrownBy(() -> TcpStream.connect("unknown.weft.test", 80))
                                .matches(e -> e.kind() == DnsException.Kind.UNKNOWN_HOST)
                                .withMessage("unknown.weft.test: unknown host");
                        assertThatExceptionOfType(DnsException.class)
                                .isThrownBy(() -> Dns.resolve("broken.weft.test"))
                                .matches(e -> e.kind() == DnsException.Kind.SERVER_FAILURE)
                                .withMessageContaining("ServFail");
                        assertThatExceptionOfType(DnsException.class)
                                .isThrownBy(() -> Dns.resolve("a".repeat(64) + ".weft.test"))
                                .matches(e -> e.kind() == DnsException.Kind.UNKNOWN_HOST);
                    });
        }
    }

    @Test
    void a_server_that_says_nothing_holds_up_only_who_asked_and_can_be_left() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        assertThat(
                                        Weft.moveOnAfter(
                                                Duration.ofMillis(50),
                                                () -> {
                                                    Dns.resolve("silent.weft.test");
                                                }))
                                .isFalse();
                        assertThatExceptionOfType(ConnectFailedException.class)
                                .isThrownBy(
                                        () ->
                                                TcpStream.connect(
                                                        ConnectOptions.of("silent.weft.test", 80)
                                                                .connectTimeout(
                                                                        Duration.ofMillis(50))))
                                .matches(e -> e.kind() == ConnectFailedException.Kind.TIMEOUT)
                                .withMessageContaining("look-up");
                    });
        }
    }

    @Test
    void addresses_and_localhost_ask_nobody() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        assertThat(Dns.resolve("192.0.2.1"))
                                .containsExactly(InetAddress.getByName("192.0.2.1"));
                        assertThat(Dns.resolve("2001:db8::1"))
                                .containsExactly(InetAddress.getByName("2001:db8::1"));
                        assertThat(Dns.resolve("localhost"))
                                .first()
                                .isEqualTo(InetAddress.getLoopbackAddress());
                        assertThat(Dns.resolve("a.LOCALHOST."))
                                .allMatch(InetAddress::isLoopbackAddress);
                        assertThat(server.questions()).isZero();
                    });
        }
    }

    @Test
    void the_cache_keeps_the_names_asked_for_last() throws Exception {
        var cache = new BoundedDnsCache(2);
        var loop = new DefaultEventLoop();
        try {
            InetAddress address = InetAddress.getByName("192.0.2.1");
            cache.cache("a", null, address, 60, loop);
            cache.cache("b", null, address, 60, loop);
            assertThat(cache.get("a", null)).hasSize(1);
            cache.cache("c", null, address, 60, loop);
            assertThat(cache.size()).isEqualTo(2);
            assertThat(cache.get("a", null)).hasSize(1);
            assertThat(cache.get("b", null)).isNull();
        } finally {
            loop.shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS).sync();
        }
    }
}

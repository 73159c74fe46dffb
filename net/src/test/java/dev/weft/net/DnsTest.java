package dev.weft.net;

import static dev.weft.net.TestLoop.run;
import static dev.weft.net.TestLoop.serving;
import static dev.weft.net.TestLoop.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weft.Action;
import dev.weft.Weft;
import dev.weft.net.DnsException.Kind;
import dev.weft.net.DnsOptions.Families;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
@Timeout(60)
class DnsTest {
    /** A port of documentation's addresses: nobody answers. */
    private static final InetSocketAddress SILENT = at("192.0.2.53");

    private final String driver;

    DnsTest(String driver) {
        this.driver = driver;
    }

    private static InetSocketAddress at(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 53);
    }

    private static DnsOptions options(FakeNameServer... servers) {
        return DnsOptions.of()
                .servers(Arrays.stream(servers).map(FakeNameServer::address).toList())
                .searchDomains(List.of())
                .hostsFile(false);
    }

    private void asking(FakeNameServer server, Action<Exception> body) throws Exception {
        run(
                driver,
                () -> {
                    Dns.configure(options(server));
                    body.run();
                    assertThat(NettyDriver.current("test").dns.isAsking()).isFalse();
                });
    }

    private static void assertFails(
            DnsException.Kind kind, String text, String host, DnsOptions options) {
        assertThatExceptionOfType(DnsException.class)
                .isThrownBy(() -> Dns.resolve(host, options))
                .matches(e -> e.kind() == kind, kind.name())
                .withMessageContaining(text);
    }

    private static List<String> resolve(String host, DnsOptions options) {
        return Dns.resolve(host, options).stream().map(InetAddress::getHostAddress).toList();
    }

    // ---- answers

    @Test
    void a_name_has_the_addresses_that_the_name_server_gives() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () ->
                            assertThat(Dns.resolve("two.weft.test"))
                                    .extracting(InetAddress::getHostAddress)
                                    .containsExactly("127.0.0.7", "127.0.0.8"));
        }
    }

    @Test
    void the_families_that_are_wanted_are_asked_for_and_come_in_their_order() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        var both = options(server);
                        assertThat(resolve("both.weft.test", both.families(Families.IPV4_FIRST)))
                                .containsExactly("127.0.0.7", "0:0:0:0:0:0:0:1");
                        assertThat(resolve("both.weft.test", both.families(Families.IPV6_FIRST)))
                                .containsExactly("0:0:0:0:0:0:0:1", "127.0.0.7");
                        assertThat(resolve("localhost", both.families(Families.IPV4_ONLY)))
                                .containsExactly("127.0.0.1");
                        assertThat(resolve("both.one.test", both.families(Families.IPV4_ONLY)))
                                .containsExactly("127.0.0.7");
                        assertThat(server.asked())
                                .filteredOn(one -> one.name().equals("both.one.test"))
                                .extracting(FakeNameServer.Asked::type)
                                .containsExactly(FakeNameServer.A);
                        assertFails(
                                Kind.NO_ADDRESS,
                                "the name has no address",
                                "two.weft.test",
                                both.families(Families.IPV6_ONLY));
                    });
        }
    }

    @Test
    void an_answer_that_does_not_fit_comes_over_tcp_and_no_more_than_64_addresses_are_taken()
            throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        assertThat(Dns.resolve("many.weft.test")).hasSize(64);
                        assertThat(server.asked()).anyMatch(FakeNameServer.Asked::overTcp);
                    });
        }
    }

    @Test
    void aliases_are_followed_within_an_answer_and_beyond_but_not_for_ever() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        var options = options(server);
                        assertThat(resolve("alias.weft.test", options))
                                .containsExactly("127.0.0.9");
                        assertThat(resolve("away.weft.test", options))
                                .containsExactly("127.0.0.7", "127.0.0.8");
                        assertFails(
                                Kind.SERVER_FAILURE,
                                "more than 16 aliases",
                                "circle.weft.test",
                                options);
                        assertFails(
                                Kind.SERVER_FAILURE,
                                "more than 8 aliases",
                                "endless.weft.test",
                                options);
                    });
        }
    }

    @Test
    void what_is_no_answer_to_the_question_is_not_believed() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        var options = options(server);
                        assertThat(resolve("shouted.weft.test", options))
                                .containsExactly("127.0.0.7");
                        assertFails(Kind.NO_ADDRESS, "", "liar.weft.test", options);
                        assertFails(
                                Kind.SERVER_FAILURE, "makes no sense", "odd.weft.test", options);
                        assertFails(
                                Kind.SERVER_FAILURE,
                                "refers to others",
                                "referral.weft.test",
                                options);
                    });
        }
    }

    @Test
    void an_address_has_a_name() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        assertThat(Dns.nameOf(InetAddress.ofLiteral("127.0.0.7")))
                                .isEqualTo("seven.weft.test");
                        assertThat(server.asked())
                                .extracting(FakeNameServer.Asked::name)
                                .containsExactly("7.0.0.127.in-addr.arpa");
                        assertThatExceptionOfType(DnsException.class)
                                .isThrownBy(() -> Dns.nameOf(InetAddress.ofLiteral("127.0.0.8")))
                                .withMessageContaining("'a b.test.' is no name");
                        assertThatExceptionOfType(DnsException.class)
                                .isThrownBy(
                                        () ->
                                                Dns.nameOf(
                                                        InetAddress.ofLiteral("127.0.0.1"),
                                                        options(server)))
                                .withMessageContaining("127.0.0.1: the name has no address");
                    });
        }
        assertThat(Hostname.ofAddress(InetAddress.ofLiteral("2001:db8::567:89ab")))
                .isEqualTo(
                        "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
    }

    // ---- the cache

    @Test
    void answers_are_kept_as_long_as_they_allow_or_until_they_are_forgotten() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        Dns.resolve("kept.weft.test");
                        Dns.resolve("KEPT.weft.test");
                        assertThat(server.questions()).isEqualTo(1);
                        Dns.clearCache();
                        Dns.resolve("kept.weft.test");
                        assertThat(server.questions()).isEqualTo(2);
                        Dns.resolve("zero.weft.test");
                        Dns.resolve("zero.weft.test");
                        assertThat(server.questions()).isEqualTo(4);
                    });
        }
    }

    @Test
    void the_options_say_what_is_kept() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        var minute = Duration.ofMinutes(1);
                        var longer = options(server).ttl(minute, minute);
                        Dns.resolve("zero.weft.test", longer);
                        Dns.resolve("zero.weft.test", longer);
                        assertThat(server.questions()).isEqualTo(1);
                        var nothing = options(server).mostNames(0);
                        Dns.resolve("kept.weft.test", nothing);
                        Dns.resolve("kept.weft.test", nothing);
                        assertThat(server.questions()).isEqualTo(3);
                        var few = options(server).mostNames(2);
                        for (String name : List.of("a.test", "b.test", "a.test", "c.test")) {
                            Dns.resolve(name, few);
                        }
                        assertThat(server.questions()).isEqualTo(6);
                        Dns.resolve("a.test", few);
                        assertThat(server.questions()).isEqualTo(6);
                        Dns.resolve("b.test", few);
                        assertThat(server.questions()).isEqualTo(7);
                    });
        }
    }

    @Test
    void that_a_name_does_not_exist_is_kept_if_wanted_and_other_failures_are_not()
            throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        var options = options(server).failureTtl(Duration.ofMinutes(1));
                        for (int i = 0; i < 2; i++) {
                            assertFails(Kind.UNKNOWN_HOST, "", "unknown.weft.test", options);
                            assertFails(Kind.NO_ADDRESS, "", "nothing.weft.test", options);
                            assertFails(Kind.SERVER_FAILURE, "", "broken.weft.test", options);
                        }
                        assertThat(server.names())
                                .containsExactly(
                                        "unknown.weft.test",
                                        "nothing.weft.test",
                                        "broken.weft.test",
                                        "broken.weft.test");
                    });
        }
    }

    @Test
    void options_that_are_equal_have_one_cache_and_there_are_16_at_most() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        Dns.resolve("kept.weft.test", options(server).attempts(3));
                        Dns.resolve("kept.weft.test", options(server).attempts(3));
                        assertThat(server.questions()).isEqualTo(1);
                        for (int i = 1; i <= 40; i++) {
                            Dns.resolve("kept.weft.test", options(server).mostNames(i));
                        }
                        assertThat(NettyDriver.current("test").dns.all()).hasSize(16);
                    });
        }
    }

    // ---- who asks at the same time, and who gives up

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
                                                group.start(() -> Dns.resolve("late4.weft.test"));
                                        var second =
                                                group.start(() -> Dns.resolve("late4.weft.test"));
                                        until(() -> server.questions() == 1);
                                        first.cancel("no longer wanted");
                                        first.outcome();
                                        server.release();
                                        assertThat(second.await()).isNotEmpty();
                                        assertThat(server.questions()).isEqualTo(1);
                                    }));
        }
    }

    @Test
    void when_the_last_gives_up_the_question_is_dropped() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        DnsClients dns = NettyDriver.current("test").dns;
                        var patient = options(server).queryTimeout(Duration.ofHours(1));
                        for (int i = 0; i < 50; i++) {
                            Weft.group(
                                    group -> {
                                        var one =
                                                group.start(
                                                        () ->
                                                                Dns.resolve(
                                                                        "silent.weft.test",
                                                                        patient));
                                        var two =
                                                group.start(
                                                        () ->
                                                                Dns.nameOf(
                                                                        InetAddress.ofLiteral(
                                                                                "192.0.2.1"),
                                                                        patient.servers(
                                                                                List.of(SILENT))));
                                        until(dns::isAsking);
                                        one.cancel("enough");
                                        two.cancel("enough");
                                    });
                            assertThat(dns.isAsking()).isFalse();
                        }
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

    // ---- several servers, and failures

    @Test
    void a_failure_says_what_it_is_and_who_was_asked_for_what() throws Exception {
        try (var server = new FakeNameServer()) {
            String at = " at 127.0.0.1:" + server.address().getPort();
            asking(
                    server,
                    () -> {
                        assertThatExceptionOfType(DnsException.class)
                                .isThrownBy(() -> TcpStream.connect("unknown.weft.test", 80))
                                .matches(e -> e.kind() == Kind.UNKNOWN_HOST)
                                .withMessage(
                                        "unknown.weft.test: unknown host (unknown.weft.test"
                                                + at
                                                + ")");
                        var options = options(server);
                        assertFails(Kind.SERVER_FAILURE, "ServFail", "broken.weft.test", options);
                        assertFails(
                                Kind.NO_ADDRESS,
                                "nothing.weft.test" + at,
                                "nothing.weft.test",
                                options);
                        assertFails(
                                Kind.UNKNOWN_HOST,
                                "not a host's name",
                                "a".repeat(64) + ".weft.test",
                                options);
                        assertFails(Kind.UNKNOWN_HOST, "253", "a.".repeat(200) + "test", options);
                        assertFails(Kind.UNKNOWN_HOST, "", "", options);
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"broken", "referral", "odd"})
    void a_server_that_cannot_say_is_asked_once_and_then_the_next(String trouble) throws Exception {
        try (var first = new FakeNameServer();
                var second = new FakeNameServer()) {
            asking(
                    first,
                    () -> {
                        var options = options(first, second).families(Families.IPV4_ONLY);
                        assertFails(
                                Kind.SERVER_FAILURE,
                                "; 127.0.0.1:" + second.address().getPort(),
                                trouble + ".weft.test",
                                options.queryTimeout(Duration.ofHours(1)));
                        assertThat(first.questions()).isEqualTo(1);
                        assertThat(second.questions()).isEqualTo(1);
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"silent", "noise"})
    void a_server_that_does_not_answer_is_asked_again_after_the_others(String trouble)
            throws Exception {
        try (var first = new FakeNameServer();
                var second = new FakeNameServer()) {
            asking(
                    first,
                    () -> {
                        var options = options(first, second).families(Families.IPV4_ONLY);
                        assertFails(
                                Kind.TIMEOUT,
                                "; 127.0.0.1:" + second.address().getPort(),
                                trouble + ".weft.test",
                                options.attempts(3).queryTimeout(Duration.ofMillis(20)));
                        until(() -> first.questions() == 3 && second.questions() == 3);
                    });
        }
    }

    @Test
    void who_has_answered_is_asked_first_from_then_on() throws Exception {
        var gone = new FakeNameServer();
        InetSocketAddress before = gone.address();
        gone.close();
        try (var failing = new FakeNameServer();
                var good = new FakeNameServer()) {
            failing.fail();
            asking(
                    good,
                    () -> {
                        var options =
                                options()
                                        .servers(List.of(before, failing.address(), good.address()))
                                        .families(Families.IPV4_ONLY)
                                        .queryTimeout(Duration.ofSeconds(1))
                                        .attempts(5);
                        assertThat(resolve("one.weft.test", options)).hasSize(1);
                        assertThat(resolve("two.weft.test", options)).hasSize(2);
                        assertThat(failing.questions()).isEqualTo(1);
                        DnsClient client = NettyDriver.current("test").dns.client(options);
                        assertThat(client.serversInTurn())
                                .containsExactly(good.address(), before, failing.address());
                    });
        }
    }

    // ---- search domains

    @Test
    void a_short_name_is_searched_and_one_with_dots_or_a_dot_at_its_end_is_not() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        var options =
                                options(server)
                                        .searchDomains(List.of("a.test", "b.test", "c.test"));
                        assertThat(resolve("onlyb", options)).containsExactly("127.0.0.7");
                        assertThat(server.names()).containsExactly("onlyb.a.test", "onlyb.b.test");
                        assertFails(Kind.UNKNOWN_HOST, "onlyb at", "onlyb.", options);
                        assertThat(server.names()).hasSize(3).endsWith("onlyb");
                        assertThat(resolve("two.weft.test", options)).hasSize(2);
                        assertThat(server.names()).hasSize(4).endsWith("two.weft.test");
                        assertThat(resolve("two.weft", options.ndots(2))).hasSize(2);
                        assertThat(server.names()).hasSize(5).endsWith("two.weft.a.test");
                        assertFails(
                                Kind.UNKNOWN_HOST,
                                "unknown.a.test at 127.0.0.1",
                                "unknown",
                                options);
                        assertThat(server.names()).hasSize(9).endsWith("unknown");
                        assertFails(Kind.SERVER_FAILURE, "", "broken", options);
                        assertThat(server.names()).hasSize(10).endsWith("broken.a.test");
                    });
        }
    }

    @Test
    void the_systems_files_say_which_servers_domains_and_hosts_there_are() throws Exception {
        InetAddress one = InetAddress.ofLiteral("192.0.2.1");
        var lines =
                List.of(
                        "# a comment",
                        "nameserver 10.0.0.1",
                        "nameserver fe80::1",
                        "nameserver somewhere",
                        "nameserver",
                        "search old.test",
                        "  search  a.test " + "x".repeat(64) + " b.test",
                        "options rotate ndots:99 timeout:1",
                        "nameserver 10.0.0.3",
                        "nameserver 10.0.0.4");
        var system = SystemNames.of(lines, Map.of("one", List.of(one)));
        assertThat(system.servers()).containsExactly(at("10.0.0.1"), at("fe80::1"), at("10.0.0.3"));
        assertThat(system.search()).containsExactly("a.test", "b.test");
        assertThat(system.ndots()).isEqualTo(15);
        assertThat(system.hostAt(one)).isEqualTo("one");
        assertThat(system.hostAt(InetAddress.ofLiteral("192.0.2.2"))).isNull();
        var nothing = SystemNames.of(List.of(""), Map.of());
        assertThat(nothing.servers()).containsExactly(at("127.0.0.1"));
        assertThat(nothing.ndots()).isEqualTo(1);
        assertThat(SystemNames.unknown().readAgain().servers()).isNotEmpty();
    }

    @Test
    void a_system_file_that_cannot_be_read_is_as_it_was(@TempDir Path folder) throws Exception {
        InetAddress one = InetAddress.ofLiteral("192.0.2.1");
        Path resolvConf = folder.resolve("resolv.conf");
        Path hosts = folder.resolve("hosts");
        SystemNames none = SystemNames.unknown().readAgain(resolvConf, hosts);
        assertThat(none.servers()).containsExactly(at("127.0.0.1"));
        assertThat(none.hosts()).isEmpty();

        Files.writeString(resolvConf, "nameserver 10.0.0.1\nsearch a.test\noptions ndots:2\n");
        Files.writeString(hosts, "192.0.2.1 one\n");
        SystemNames both = none.readAgain(resolvConf, hosts);
        assertThat(both.servers()).containsExactly(at("10.0.0.1"));
        assertThat(both.hosts()).containsEntry("one", List.of(one));

        Files.delete(resolvConf);
        Files.writeString(hosts, "192.0.2.1 uno\n");
        SystemNames newHosts = both.readAgain(resolvConf, hosts);
        assertThat(newHosts)
                .isEqualTo(
                        new SystemNames(
                                List.of(at("10.0.0.1")),
                                List.of("a.test"),
                                2,
                                Map.of("uno", List.of(one))));

        Files.delete(hosts);
        Files.writeString(resolvConf, "nameserver 10.0.0.2\n");
        SystemNames newServers = newHosts.readAgain(resolvConf, hosts);
        assertThat(newServers.servers()).containsExactly(at("10.0.0.2"));
        assertThat(newServers.hostAt(one)).isEqualTo("uno");
    }

    // ---- connecting

    @Test
    void connecting_does_not_wait_for_a_family_that_does_not_answer() throws Exception {
        try (var server = new FakeNameServer()) {
            var patient =
                    options(server).families(Families.IPV6_FIRST).queryTimeout(Duration.ofHours(1));
            run(
                    driver,
                    () ->
                            serving(
                                    ServerOptions.of("", 0),
                                    TestLoop::echo,
                                    port -> {
                                        var options =
                                                ConnectOptions.of("mute6.weft.test", port)
                                                        .connectTimeout(Duration.ofHours(1))
                                                        .dns(patient);
                                        TcpStream.connect(options).close();
                                        // the question for IPv6 is open, for those who come
                                        assertThat(NettyDriver.current("test").dns.isAsking())
                                                .isTrue();
                                        TcpStream.connect(options).close();
                                        assertThat(server.questions()).isEqualTo(1);
                                    }));
        }
    }

    @Test
    void a_family_that_comes_late_is_tried_when_the_other_has_failed() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () ->
                            serving(
                                    ServerOptions.of("127.0.0.7", 0),
                                    TestLoop::echo,
                                    port -> {
                                        var options =
                                                ConnectOptions.of("late4.weft.test", port)
                                                        .dns(
                                                                options(server)
                                                                        .families(
                                                                                Families
                                                                                        .IPV6_FIRST));
                                        Weft.group(
                                                group -> {
                                                    var stream =
                                                            group.start(
                                                                    () ->
                                                                            TcpStream.connect(
                                                                                    options));
                                                    until(() -> server.asked().size() == 2);
                                                    // refused by ::1, or on the way to it
                                                    server.release();
                                                    stream.await().close();
                                                });
                                    }));
        }
    }

    @Test
    void addresses_and_localhost_ask_nobody() throws Exception {
        try (var server = new FakeNameServer()) {
            asking(
                    server,
                    () -> {
                        assertThat(Dns.resolve("192.0.2.1"))
                                .containsExactly(InetAddress.ofLiteral("192.0.2.1"));
                        assertThat(Dns.resolve("2001:db8::1"))
                                .containsExactly(InetAddress.ofLiteral("2001:db8::1"));
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
    void options_out_of_range_are_refused_at_once() {
        var all = DnsOptions.of();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                all.servers(
                                        List.of(
                                                InetSocketAddress.createUnresolved(
                                                        "dns.test", 53))))
                .withMessageContaining("dns.test")
                .withMessageContaining("needs an address");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> all.servers(Collections.nCopies(9, SILENT)))
                .withMessageContaining("servers: 9 is not within 0 to 8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> all.searchDomains(List.of("a..b")))
                .withMessageContaining("search domain 'a..b'");
        assertThatIllegalArgumentException().isThrownBy(() -> all.ndots(16));
        assertThatIllegalArgumentException().isThrownBy(() -> all.attempts(0));
        assertThatIllegalArgumentException().isThrownBy(() -> all.queryTimeout(Duration.ZERO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> all.ttl(Duration.ofHours(2), Duration.ofHours(1)))
                .withMessageContaining("leastTtl PT2H is more than mostTtl PT1H");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> all.failureTtl(Duration.ofSeconds(-1)));
    }
}

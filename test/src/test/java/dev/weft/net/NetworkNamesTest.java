package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Weft;
import dev.weft.net.DnsOptions.Families;
import dev.weft.test.Sim;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Look-ups in a simulation: what they take, and what is kept and for how long. */
class NetworkNamesTest {
    private static List<String> resolve(String host) {
        return Dns.resolve(host).stream().map(InetAddress::getHostAddress).toList();
    }

    private static Duration took(Sim sim, Runnable action) {
        Duration before = sim.elapsed();
        action.run();
        return sim.elapsed().minus(before);
    }

    @Test
    void an_answer_is_kept_as_long_as_it_allows_and_no_longer_than_the_options_do() {
        Sim.with(
                sim -> {
                    var names = sim.net().names();
                    names.ttl(Duration.ofMinutes(10));
                    names.answer("db", "10.0.0.7");
                    Dns.configure(DnsOptions.of().ttl(Duration.ZERO, Duration.ofMinutes(3)));
                    assertThat(resolve("db")).containsExactly("10.0.0.7");
                    names.answer("db", "10.0.0.8");
                    Weft.sleep(Duration.ofSeconds(179));
                    assertThat(resolve("db")).containsExactly("10.0.0.7");
                    Weft.sleep(Duration.ofSeconds(1));
                    assertThat(resolve("db")).containsExactly("10.0.0.8");
                    names.answer("db", "10.0.0.9");
                    Dns.clearCache();
                    assertThat(resolve("db")).containsExactly("10.0.0.9");
                });
    }

    @Test
    void an_answer_to_a_question_of_before_clearCache_is_not_kept() {
        Sim.with(
                sim -> {
                    var names = sim.net().names();
                    names.ttl(Duration.ofMinutes(1));
                    names.answer("db", "10.0.0.7");
                    var slow = names.slow(Duration.ofSeconds(1));
                    Weft.group(
                            group -> {
                                var asked = group.start(() -> resolve("db"));
                                Weft.sleep(Duration.ofMillis(500));
                                Dns.clearCache();
                                assertThat(asked.await()).containsExactly("10.0.0.7");
                                assertThat(took(sim, () -> resolve("db")))
                                        .isEqualTo(Duration.ofSeconds(1));
                                slow.close();
                                assertThat(took(sim, () -> resolve("db"))).isZero();
                            });
                });
    }

    @Test
    void it_takes_no_longer_than_each_server_may_take_for_each_attempt() {
        Sim.with(
                sim -> {
                    var somewhere = new InetSocketAddress(InetAddress.ofLiteral("10.9.9.9"), 53);
                    var other = new InetSocketAddress(InetAddress.ofLiteral("10.9.9.8"), 53);
                    var options =
                            DnsOptions.of()
                                    .servers(List.of(somewhere, other))
                                    .searchDomains(List.of("a.test", "b.test"))
                                    .queryTimeout(Duration.ofSeconds(3))
                                    .attempts(4);
                    var _ = sim.net().names().slow(Duration.ofDays(1));
                    assertThat(
                                    took(
                                            sim,
                                            () ->
                                                    assertThatExceptionOfType(DnsException.class)
                                                            .isThrownBy(
                                                                    () ->
                                                                            Dns.resolve(
                                                                                    "db", options))
                                                            .withMessageContaining(
                                                                    "db.a.test at 10.9.9.9:53: no"
                                                                        + " answer within 3000ms;"
                                                                        + " 10.9.9.8:53: no"
                                                                        + " answer")))
                            .isEqualTo(Duration.ofSeconds(24));
                });
    }

    @Test
    void names_are_searched_and_addresses_have_names() {
        Sim.with(
                sim -> {
                    sim.net().host("db.shop.test");
                    Dns.configure(DnsOptions.of().searchDomains(List.of("home.test", "shop.test")));
                    assertThat(resolve("db")).containsExactly("10.0.0.2");
                    assertThat(Dns.nameOf(InetAddress.ofLiteral("10.0.0.2")))
                            .isEqualTo("db.shop.test");
                    assertThat(Dns.nameOf(InetAddress.ofLiteral("fd00::2")))
                            .isEqualTo("db.shop.test");
                    assertThatExceptionOfType(DnsException.class)
                            .isThrownBy(() -> Dns.nameOf(InetAddress.ofLiteral("10.0.0.3")))
                            .matches(e -> e.kind() == DnsException.Kind.UNKNOWN_HOST);
                });
    }

    @Test
    void connecting_waits_50_ms_for_the_family_it_prefers_and_tries_it_when_it_comes_later() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    var names = sim.net().names();
                                    names.answer("soon", "fd00::2", "10.0.0.2");
                                    names.answer("late", "fd00::2", "10.0.0.2");
                                    names.answer("only6", "fd00::2", "10.0.0.77");
                                    names.answer("four", "fd00::2", "10.0.0.2");
                                    try (var _ = names.slowIpv6(Duration.ofMillis(40))) {
                                        assertThat(family(sim, "soon", 41)).isEqualTo(16);
                                    }
                                    var _ = names.slowIpv6(Duration.ofMillis(60));
                                    assertThat(family(sim, "late", 51)).isEqualTo(4);
                                    assertThat(family(sim, "only6", 61)).isEqualTo(16);
                                    Dns.configure(DnsOptions.of().families(Families.IPV4_FIRST));
                                    assertThat(family(sim, "four", 1)).isEqualTo(4);
                                }));
    }

    /** Length of the address to which a connection has been made, in so many milliseconds. */
    private static int family(Sim sim, String host, int millis) {
        Duration before = sim.elapsed();
        try (var stream = TcpStream.connect(host, Lines.PORT)) {
            assertThat(sim.elapsed().minus(before)).isEqualTo(Duration.ofMillis(millis));
            return stream.remoteAddress().getAddress().getAddress().length;
        }
    }

    @Test
    void whoever_gives_up_when_leaves_nothing_behind_and_the_others_their_answer() {
        Sim.exploring()
                .runs(60)
                .cancelling("asker", "client")
                .expiring("client")
                .sweepOrders(3)
                .run(
                        sim -> {
                            var names = sim.net().names();
                            names.answer("db.shop.test", "fd00::9", "10.0.0.2");
                            sim.net().host("db");
                            Dns.configure(
                                    DnsOptions.of().searchDomains(List.of("a.test", "shop.test")));
                            var _ = names.slow(Duration.ofMillis(20));
                            var _ = names.slowIpv6(Duration.ofMillis(90));
                            Weft.group(
                                    group -> {
                                        Lines.serve(sim, group);
                                        group.start("asker", () -> resolve("db"));
                                        group.start("asker", () -> resolve("db"));
                                        group.start(
                                                "client",
                                                () ->
                                                        Weft.moveOnAfter(
                                                                Duration.ofMinutes(1),
                                                                NetworkNamesTest::talk));
                                        assertThat(resolve("db"))
                                                .containsExactly("fd00:0:0:0:0:0:0:9", "10.0.0.2");
                                    });
                            assertThat(sim.elapsed()).isLessThan(Duration.ofMinutes(1));
                        });
    }

    private static void talk() {
        try (var stream = Lines.connect()) {
            assertThat(Lines.ask(stream, "hello")).isIn("re hello", "null");
        } catch (NetException e) {
            // its time to connect was over
        }
    }
}

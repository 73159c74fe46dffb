package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.net.ConnectOptions;
import dev.weft.net.Dns;
import dev.weft.net.DnsOptions;
import dev.weft.net.TcpServer;
import dev.weft.net.TcpStream;
import dev.weft.test.Sim;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The snippets of {@code docs/dns.md}, where the names are those of a simulation. */
class DnsSnippetsTest {
    private final List<String> said = new ArrayList<>();

    private void say(String what) {
        said.add(what);
    }

    private void resolve() {
        // snippet
        for (InetAddress address : Dns.resolve("shop.example.org")) {
            say(address.getHostAddress());
        }
        // end
    }

    private static DnsOptions configure() {
        // snippet
        var office =
                DnsOptions.of()
                        .servers(
                                List.of(
                                        new InetSocketAddress(
                                                InetAddress.ofLiteral("10.0.0.53"), 53)))
                        .searchDomains(List.of("shop.example.org", "example.org"))
                        .queryTimeout(Duration.ofSeconds(1));
        Dns.configure(office);
        // end
        return office;
    }

    private static void once(DnsOptions office) {
        // snippet
        TcpStream.connect(ConnectOptions.of("db", 5432).dns(office)).close();
        Dns.resolve("db", office);
        // end
    }

    @Test
    void the_loop_asks_as_it_is_told() {
        Sim.with(
                sim -> {
                    sim.net().names().answer("shop.example.org", "10.0.0.7", "10.0.0.8");
                    resolve();
                    assertThat(said).containsExactly("10.0.0.7", "10.0.0.8");
                    var db = sim.net().host("db.example.org");
                    var office = configure();
                    assertThat(Dns.resolve("db")).containsExactly(db.address());
                    Dns.configure(DnsOptions.of());
                    Weft.group(
                            group -> {
                                group.background(() -> db.run(DnsSnippetsTest::serve));
                                Weft.sleep(Duration.ofSeconds(1));
                                once(office);
                            });
                });
    }

    private static void serve() {
        try (var server = TcpServer.listen("", 5432)) {
            server.serve(peer -> peer.read().close());
        }
    }
}

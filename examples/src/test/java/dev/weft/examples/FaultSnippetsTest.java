package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Weft;
import dev.weft.net.ByteStream;
import dev.weft.net.Bytes;
import dev.weft.net.TcpServer;
import dev.weft.net.TcpStream;
import dev.weft.test.Sim;
import dev.weft.test.SimFailure;
import dev.weft.test.SimTest;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** The snippets of {@code docs/faults.md}. */
class FaultSnippetsTest {
    private static final Duration DAY = Duration.ofDays(1);

    private static void news() {
        try (var server = TcpServer.listen("", 80)) {
            server.serve(FaultSnippetsTest::tell);
        }
    }

    private static void tell(ByteStream reader) {
        while (true) {
            reader.write(Bytes.utf8("news, or that there is none\n"));
            Weft.sleep(Duration.ofSeconds(10));
        }
    }

    // snippet
    private static void follow(List<String> heard, Duration patience) {
        while (true) {
            try (var source = TcpStream.connect("news", 80)) {
                while (true) {
                    heard.add(Weft.timeout(patience, () -> source.readLine()));
                }
            } catch (TimeoutException silence) {
                // connects again
            }
        }
    }

    private static void forgotten(Sim sim, Duration patience) {
        List<String> heard = new ArrayList<>();
        Weft.group(
                g -> {
                    g.background(() -> sim.net().host("news").run(FaultSnippetsTest::news));
                    Weft.sleep(Duration.ofSeconds(1));
                    g.background(() -> follow(heard, patience));
                    Weft.sleep(Duration.ofSeconds(1));
                    sim.net().link("localhost", "news").forget(); // a firewall restarts
                    int before = heard.size();
                    Weft.sleep(Duration.ofMinutes(10));
                    assertThat(heard).hasSizeGreaterThan(before + 1);
                });
    }

    @SimTest
    void hears_again_from_a_source_that_fell_silent(Sim sim) {
        forgotten(sim, Duration.ofSeconds(30));
    }

    @Test
    void would_never_hear_again_without_a_limit() {
        assertThatExceptionOfType(SimFailure.class)
                .isThrownBy(() -> Sim.exploring().run(sim -> forgotten(sim, DAY)));
    }
    // end
}

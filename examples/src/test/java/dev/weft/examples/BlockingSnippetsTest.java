package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Offload;
import dev.weft.OffloadOptions;
import dev.weft.Weft;
import dev.weft.sync.CapacityLimiter;

import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The snippets of {@code docs/blocking.md}. */
class BlockingSnippetsTest {
    private final List<String> said = new ArrayList<>();

    @Test
    void a_file() throws IOException {
        List<String> lines =
                Weft.run(
                        () -> {
                            // snippet
                            List<String> poem =
                                    Weft.offload(() -> Files.readAllLines(Path.of("pom.xml")));
                            // end
                            return poem;
                        });
        assertThat(lines).isNotEmpty();
    }

    @Test
    void a_limit_of_its_own() {
        Weft.run(
                () -> {
                    // snippet
                    var four = OffloadOptions.limitedBy(new CapacityLimiter(4)).name("archive");
                    Weft.forEach(
                            List.of("a", "b", "c"),
                            100,
                            name -> say(Weft.offload(four, () -> unpack(name))));
                    // end
                });
        assertThat(said).containsExactlyInAnyOrder("a unpacked", "b unpacked", "c unpacked");
    }

    @Test
    void standard_input() throws IOException {
        var console = new BufferedReader(new StringReader("yes\n"));
        Optional<String> line =
                Weft.run(
                        () -> {
                            // snippet
                            var abandon = OffloadOptions.defaults().abandonOnCancel();
                            Optional<String> answer =
                                    Weft.moveOnAfter(
                                            Duration.ofSeconds(30),
                                            () -> Weft.offload(abandon, () -> console.readLine()));
                            // end
                            return answer;
                        });
        assertThat(line).contains("yes");
    }

    @Test
    void a_computation() {
        long sum =
                Weft.run(
                        () -> {
                            // snippet
                            long primes =
                                    Weft.compute(
                                            () -> {
                                                long found = 0;
                                                for (int n = 2; n < 20_000; n++) {
                                                    if (n % 1_000 == 0) {
                                                        Offload.checkCancelled();
                                                        int at = n;
                                                        Offload.onLoop(() -> say("at " + at));
                                                    }
                                                    found += isPrime(n) ? 1 : 0;
                                                }
                                                return found;
                                            });
                            // end
                            return primes;
                        });
        assertThat(sum).isEqualTo(2262);
        assertThat(said).hasSize(19);
    }

    private static boolean isPrime(int n) {
        for (int d = 2; d * d <= n; d++) {
            if (n % d == 0) {
                return false;
            }
        }
        return true;
    }

    private static String unpack(String name) {
        return name + " unpacked";
    }

    private void say(String line) {
        said.add(line);
    }
}

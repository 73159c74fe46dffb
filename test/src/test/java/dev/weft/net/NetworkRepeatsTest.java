package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Weft;
import dev.weft.test.Sim;
import dev.weft.test.SimFailure;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A simulated network does the same again, to the byte and the nanosecond. */
class NetworkRepeatsTest {
    /** What arrived when, with all that makes a network uneven, in orders of all kinds. */
    private static List<String> record(long seed) {
        List<String> arrived = new ArrayList<>();
        Sim.exploring()
                .seed(seed)
                .runs(6)
                .cancelling("client")
                .run(
                        sim -> {
                            arrived.add("run");
                            var all = sim.net().everywhere();
                            var _ = all.latency(Duration.ofMillis(1), Duration.ofMillis(30));
                            var _ = all.loss(0.1);
                            var _ = all.fragments();
                            Weft.group(
                                    group -> {
                                        Lines.serve(sim, group);
                                        for (int i = 0; i < 3; i++) {
                                            group.start("client", () -> converse(sim, arrived));
                                        }
                                    });
                        });
        return arrived;
    }

    private static void converse(Sim sim, List<String> arrived) {
        try (var stream = Lines.connect()) {
            stream.write(Bytes.utf8("x".repeat(3_000) + "\ny\n"));
            for (int left = 3_000 + 4 + 5; left > 0; ) {
                try (Bytes some = stream.read()) {
                    if (some.isEmpty()) {
                        return;
                    }
                    left -= some.length();
                    arrived.add(sim.elapsed().toNanos() + " " + some.length());
                }
            }
        }
    }

    @Test
    void the_same_seed_gives_the_same_bytes_at_the_same_times() {
        for (long seed = 1; seed <= 20; seed++) {
            List<String> first = record(seed);
            assertThat(first).hasSizeGreaterThan(100);
            assertThat(record(seed)).isEqualTo(first);
            assertThat(record(seed + 100)).isNotEqualTo(first);
        }
    }

    @Test
    void a_failure_that_only_a_bad_network_shows_repeats_from_its_text() {
        assertThatExceptionOfType(SimFailure.class)
                .isThrownBy(() -> Sim.exploring().run(NetworkRepeatsTest::readsHalfAMessage))
                .withMessageContaining("only half of it")
                .satisfies(NetworkRepeatsTest::assertRepeats);
    }

    private static void assertRepeats(SimFailure failure) {
        assertThatExceptionOfType(SimFailure.class)
                .isThrownBy(
                        () ->
                                Sim.exploring()
                                        .replay(
                                                failure.replay(),
                                                NetworkRepeatsTest::readsHalfAMessage))
                .withMessageContaining(half(failure));
    }

    private static String half(SimFailure failure) {
        String message = String.valueOf(failure.getMessage());
        int from = message.indexOf("only half of it");
        return message.substring(from, message.indexOf('\n', from));
    }

    /** The bug: what one write wrote is taken to come in one read. */
    private static void readsHalfAMessage(Sim sim) {
        var _ = sim.net().everywhere().latency(Duration.ZERO, Duration.ofMillis(5));
        var _ = sim.net().everywhere().fragments();
        Weft.group(
                group -> {
                    Lines.serve(sim, group);
                    try (var stream = Lines.connect()) {
                        stream.write(Bytes.utf8("a somewhat longer question\n"));
                        String answer = StreamTexts.text(stream.read());
                        if (!answer.endsWith("\n")) {
                            throw new AssertionError("only half of it: " + answer);
                        }
                    }
                });
    }
}

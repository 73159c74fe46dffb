package dev.weft.net;

import static dev.weft.net.Twin.assertDefends;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.test.Sim;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntConsumer;

/** What happens to datagrams, what a program does about it, and that it fails if it does not. */
class DatagramTwinsTest {
    private static final int NUMBERS = 20;

    /** Sends the numbers from 1, and returns when they have come, or never will. */
    private static void send(Sim sim, IntConsumer receiver) {
        SimulatedHost db = sim.net().host("db");
        try (var receiving = db.run(() -> UdpSocket.bind("", 7));
                var sending = UdpSocket.connect("db", 7)) {
            Weft.group(
                    group -> {
                        group.background(() -> receive(receiving, receiver));
                        for (int i = 1; i <= NUMBERS; i++) {
                            sending.send(Bytes.utf8(Integer.toString(i)));
                            Weft.sleep(Duration.ofMillis(1));
                        }
                        Weft.sleep(Duration.ofMinutes(1));
                    });
        }
    }

    private static void receive(UdpSocket socket, IntConsumer receiver) {
        for (Datagram datagram : socket) {
            receiver.accept(Integer.parseInt(Questions.text(datagram)));
        }
    }

    @Test
    void datagrams_that_overtake_are_met_by_a_number_in_each() {
        assertDefends(
                "the latest is shown",
                (sim, defended) -> {
                    var _ = sim.net().everywhere().latency(Duration.ZERO, Duration.ofMillis(50));
                    int[] shown = {0};
                    send(sim, number -> shown[0] = defended ? Math.max(shown[0], number) : number);
                    assertThat(shown[0]).as("the latest is shown").isEqualTo(NUMBERS);
                });
    }

    @Test
    void datagrams_that_come_twice_are_met_by_knowing_what_has_been_done() {
        assertDefends(
                "each is done once",
                (sim, defended) -> {
                    var _ = sim.net().everywhere().duplicates(0.2);
                    Set<Integer> seen = new HashSet<>();
                    int[] done = {0};
                    send(
                            sim,
                            number -> {
                                if (seen.add(number) || !defended) {
                                    done[0]++;
                                }
                            });
                    assertThat(done[0]).as("each is done once").isEqualTo(NUMBERS);
                });
    }
}

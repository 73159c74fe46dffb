package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.test.Exploration;
import dev.weft.test.Program;
import dev.weft.test.Sim;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two hosts that talk while one of them is cancelled, or one of its timeouts expires, at each of
 * its waits: nothing is left behind, no stream, socket, buffer or task, and no answer is another
 * question's.
 */
class NetworkSweepTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private static void survives(Program<?> program) {
        Exploration all =
                Sim.exploring()
                        .runs(60)
                        .cancelling("client", "server")
                        .expiring("client")
                        .sweepOrders(3)
                        .run(program);
        assertThat(all.runs()).isGreaterThan(80);
    }

    /** Three questions; who hears nothing, or of a failure, gives up. */
    private static void talk(Sim sim, int connections) {
        List<String> answers = new ArrayList<>();
        Weft.group(
                group -> {
                    Lines.serve(sim, group);
                    var app = sim.net().host("app");
                    for (int i = 0; i < connections; i++) {
                        int number = i;
                        group.start(
                                "client",
                                () ->
                                        Weft.moveOnAfter(
                                                LONG, () -> app.run(() -> ask(number, answers))));
                    }
                });
        assertThat(answers).allMatch(answer -> answer.matches("(\\d-\\d): re \\1"));
        assertThat(sim.elapsed()).isLessThan(LONG); // nobody hangs
    }

    private static void ask(int number, List<String> answers) {
        try (var stream = Lines.connect()) {
            for (int i = 0; i < 3; i++) {
                String question = number + "-" + i;
                String answer = Lines.ask(stream, question);
                if (!answer.startsWith("re ") || answer.length() < 6) {
                    return; // the server has gone
                }
                answers.add(question + ": " + answer);
            }
        } catch (NetException e) {
            // likewise
        }
    }

    @Test
    void over_a_perfect_network() {
        survives(sim -> talk(sim, 2));
    }

    @Test
    void while_the_server_waits_for_a_slow_reader() {
        survives(
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(
                                            sim,
                                            group,
                                            ServerOptions.of("", Lines.PORT),
                                            NetworkSweepTest::echo);
                                    group.start(
                                            "client",
                                            () -> Weft.moveOnAfter(LONG, this::readSlowly));
                                }));
    }

    private static void echo(ByteStream stream) {
        for (Bytes bytes = stream.read(); !bytes.isEmpty(); bytes = stream.read()) {
            stream.write(bytes);
        }
    }

    private void readSlowly() {
        try {
            var stream = Lines.connect();
            try {
                Weft.group(
                        group -> {
                            group.background(() -> stream.write(new byte[600_000]));
                            Weft.sleep(Duration.ofSeconds(1));
                            stream.readExactly(600_000).close();
                        });
            } finally {
                stream.abort();
            }
        } catch (NetException e) {
            // the server has gone
        }
    }

    @Test
    void with_latency_and_fragments() {
        survives(
                sim -> {
                    var all = sim.net().everywhere();
                    var _ = all.latency(Duration.ZERO, Duration.ofMillis(40));
                    var _ = all.fragments();
                    talk(sim, 1);
                });
    }

    @Test
    void with_losses_and_a_reset() {
        survives(
                sim -> {
                    var all = sim.net().everywhere();
                    var _ = all.loss(0.2);
                    var _ = all.reset(15 + sim.random().nextInt(20));
                    talk(sim, 1);
                });
    }

    @Test
    void with_a_partition_that_comes_and_goes() {
        survives(
                sim -> {
                    var _ = sim.net().everywhere().latency(Duration.ZERO, Duration.ofMillis(9));
                    Weft.group(
                            group -> {
                                group.background(
                                        () -> {
                                            Weft.sleep(Duration.ofMillis(10));
                                            var _ =
                                                    sim.net()
                                                            .link("app", "db")
                                                            .partition()
                                                            .lasting(Duration.ofSeconds(2));
                                        });
                                talk(sim, 1);
                            });
                });
    }

    @Test
    void while_the_server_is_killed() {
        survives(
                sim ->
                        Weft.group(
                                group -> {
                                    group.background(
                                            () -> {
                                                Weft.sleep(
                                                        Duration.ofNanos(
                                                                1_000L
                                                                        * sim.random()
                                                                                .nextInt(4_000)));
                                                sim.net().host("db").kill();
                                            });
                                    talk(sim, 2);
                                }));
    }

    @Test
    void connecting_to_two_addresses_of_which_one_is_silent() {
        survives(
                sim -> {
                    sim.net().host("app");
                    sim.net().host("spare");
                    sim.net().names().answer("db", "fd00::3", "10.0.0.4");
                    var _ = sim.net().link("app", "spare").ignore();
                    talk(sim, 1);
                });
    }
}

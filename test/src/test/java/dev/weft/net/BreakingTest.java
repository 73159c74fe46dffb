package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.Weft;
import dev.weft.test.Exploration;
import dev.weft.test.Program;
import dev.weft.test.Sim;
import dev.weft.test.SimFailure;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A sweep that breaks what goes through the simulated network, one thing in each run. */
class BreakingTest {
    private final List<String> outcomes = new ArrayList<>();

    /** Looks up a name, connects, asks, is answered, ends; and notes how far it came. */
    private void askOnce(Sim sim) {
        Weft.group(
                group -> {
                    Lines.serve(sim, group);
                    sim.net().host("app").run(() -> outcomes.add(outcome()));
                });
    }

    private static String outcome() {
        try (var stream = Lines.connect()) {
            stream.write(Bytes.utf8("x\n"));
            stream.shutdownOutput();
            return stream.readLine() + ", then " + stream.readLine();
        } catch (NetException broken) {
            return broken.getClass().getSimpleName();
        }
    }

    @Test
    void each_thing_breaks_once() {
        Exploration all = Sim.exploring().runs(1).breaking().run(this::askOnce);
        // two families of the name; the connection; a question, its answer, an end each
        assertThat(all.runs()).isEqualTo(2 + 2 + 1 + 4);
        assertThat(outcomes.subList(0, 2)).containsOnly("re x, then null");
        assertThat(outcomes.subList(2, 9))
                .containsExactlyInAnyOrder(
                        "re x, then null", // the other family is enough,
                        "DnsException", // but it has only one
                        "ConnectFailedException",
                        "ConnectionResetException", // of the question,
                        "ConnectionResetException", // of the answer,
                        "ConnectionResetException", // of the end of the questions,
                        "ConnectionResetException"); // and of the answers
    }

    @Test
    void what_another_fault_stops_does_not_come_there() {
        Exploration all =
                Sim.exploring()
                        .runs(1)
                        .breaking()
                        .run(
                                sim -> {
                                    var _ = sim.net().host("db");
                                    var _ = sim.net().everywhere().ignore();
                                    outcomes.add(outcome());
                                });
        assertThat(all.runs()).isEqualTo(2 + 2); // the two families of the name
        assertThat(outcomes)
                .containsExactlyInAnyOrder(
                        "ConnectFailedException",
                        "ConnectFailedException",
                        "ConnectFailedException",
                        "DnsException");
    }

    @Test
    void a_datagram_is_lost() {
        int[] received = {0};
        Program<RuntimeException> program =
                sim ->
                        Weft.group(
                                group -> {
                                    var db = sim.net().host("db");
                                    var there = group.use(db.run(() -> UdpSocket.bind("", 53)));
                                    String address = db.address().getHostAddress();
                                    try (var here = UdpSocket.connect(address, 53)) {
                                        here.send(Bytes.utf8("x"));
                                    }
                                    Weft.moveOnAfter(
                                            Duration.ofSeconds(1),
                                            () -> {
                                                there.receive().close();
                                                received[0]++;
                                            });
                                });
        Exploration all = Sim.exploring().runs(1).breaking().run(program);
        assertThat(all.runs()).isEqualTo(2 + 1);
        assertThat(received[0]).isEqualTo(2);
    }

    @Test
    void a_failure_says_what_broke_and_is_replayed() {
        Program<RuntimeException> hopeful =
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    sim.net()
                                            .host("app")
                                            .run(
                                                    () ->
                                                            assertThat(Lines.ask("db", "x"))
                                                                    .isEqualTo("re x"));
                                });
        SimFailure failure =
                catchThrowableOfType(
                        SimFailure.class, () -> Sim.exploring().runs(1).breaking().run(hopeful));
        assertThat(failure).hasMessageContaining("'name db' breaks the 2nd time");
        assertThatExceptionOfType(SimFailure.class)
                .isThrownBy(() -> Sim.exploring().replay(failure.replay(), hopeful))
                .withMessageContaining("'name db' breaks the 2nd time");
    }

    @Test
    void a_stream_that_only_a_client_that_is_answered_closes_is_noticed() {
        assertThatExceptionOfType(SimFailure.class)
                .isThrownBy(
                        () ->
                                Scene.isBroken(
                                        scene -> {
                                            scene.task(
                                                    "db",
                                                    () -> {
                                                        try (var server =
                                                                TcpServer.listen("", Lines.PORT)) {
                                                            Weft.moveOnAfter(
                                                                    Duration.ofSeconds(1),
                                                                    () ->
                                                                            server.serve(
                                                                                    Lines::answer));
                                                        }
                                                    });
                                            scene.task(
                                                    "client",
                                                    () -> {
                                                        Weft.sleep(Duration.ofMillis(1));
                                                        var stream = Lines.connect();
                                                        String answer = Lines.ask(stream, "x");
                                                        assertThat(answer).isEqualTo("re x");
                                                        scene.goesWell();
                                                        stream.close();
                                                    });
                                        }))
                .withMessageContaining("still open");
    }

    @Test
    void one_that_meets_no_network_is_refused() {
        var explorer = Sim.exploring().runs(1).breaking();
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> explorer.run(sim -> Weft.checkpoint()))
                .withMessageContaining("nothing went through the program's network");
    }
}

package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.test.Sim;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CancellationException;

/** Simulated hosts that go, and come back. */
class NetworkHostsTest {
    private static Task<?> serve(dev.weft.Group group, SimulatedHost db) {
        return group.start(
                () ->
                        db.run(
                                () -> {
                                    try (var server = TcpServer.listen("", Lines.PORT)) {
                                        server.serve(Lines::answer);
                                    }
                                }));
    }

    private static void untilListening(Sim sim) {
        sim.untilIdle();
    }

    @Test
    void a_host_that_is_killed_resets_its_connections_and_runs_nothing() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    var db = sim.net().host("db");
                                    Task<?> server = serve(group, db);
                                    untilListening(sim);
                                    try (var stream = Lines.connect()) {
                                        assertThat(Lines.ask(stream, "x")).isEqualTo("re x");
                                        db.kill();
                                        assertThatExceptionOfType(ConnectionResetException.class)
                                                .isThrownBy(stream::readLine);
                                    }
                                    server.await();
                                    assertThatExceptionOfType(ConnectFailedException.class)
                                            .isThrownBy(Lines::connect)
                                            .matches(
                                                    e ->
                                                            e.kind()
                                                                    == ConnectFailedException.Kind
                                                                            .REFUSED);
                                }));
    }

    @Test
    void a_host_that_vanishes_says_nothing_and_resets_once_it_is_back() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    var db = sim.net().host("db");
                                    Task<?> server = serve(group, db);
                                    untilListening(sim);
                                    try (var stream = Lines.connect()) {
                                        assertThat(Lines.ask(stream, "x")).isEqualTo("re x");
                                        db.vanish();
                                        server.await();
                                        stream.write(Bytes.utf8("y\n"));
                                        assertThat(
                                                        Weft.moveOnAfter(
                                                                Duration.ofSeconds(10),
                                                                () -> stream.read().close()))
                                                .isFalse();
                                        assertThatExceptionOfType(ConnectFailedException.class)
                                                .isThrownBy(Lines::connect)
                                                .matches(
                                                        e ->
                                                                e.kind()
                                                                        == ConnectFailedException
                                                                                .Kind.TIMEOUT);
                                        Task<?> again = serve(group, db);
                                        assertThatExceptionOfType(ConnectionResetException.class)
                                                .isThrownBy(stream::readLine);
                                        try (var other = Lines.connect()) {
                                            assertThat(Lines.ask(other, "z")).isEqualTo("re z");
                                        }
                                        again.cancel("enough");
                                    }
                                }));
    }

    @Test
    void what_a_killed_host_ran_has_no_value() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    var db = sim.net().host("db");
                                    group.start(
                                            () ->
                                                    assertThatExceptionOfType(
                                                                    CancellationException.class)
                                                            .isThrownBy(
                                                                    () ->
                                                                            db.run(
                                                                                    () -> {
                                                                                        Weft.sleep(
                                                                                                Duration
                                                                                                        .ofDays(
                                                                                                                1));
                                                                                        return 1;
                                                                                    })));
                                    sim.untilIdle();
                                    db.kill();
                                }));
    }

    @Test
    void tasks_that_are_started_on_a_host_are_on_it() {
        Sim.with(
                sim -> {
                    var db = sim.net().host("db");
                    db.run(
                            () ->
                                    Weft.group(
                                            group ->
                                                    group.start(
                                                            () ->
                                                                    TcpServer.listen("db", 80)
                                                                            .close())));
                    assertThat(db.run(() -> sim.net().here().name())).isEqualTo("db");
                    assertThat(sim.net().here().name()).isEqualTo("localhost");
                });
    }

    @Test
    void an_idle_connection_of_a_day_takes_no_time() {
        Sim.with(
                sim ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    try (var stream = Lines.connect()) {
                                        for (int minute = 0; minute < 24 * 60; minute++) {
                                            Weft.sleep(Duration.ofMinutes(1));
                                            assertThat(Lines.ask(stream, "ping"))
                                                    .isEqualTo("re ping");
                                        }
                                    }
                                    assertThat(sim.elapsed().toHours()).isEqualTo(24);
                                }));
    }

    @Test
    void the_network_adds_no_cancellation_point() {
        Sim.with(
                sim -> {
                    var network = sim.net();
                    sim.assertNoCheckpoint(() -> network.link("a", "b").partition().close());
                    sim.assertNoCheckpoint(() -> network.host("a").kill());
                    sim.assertCheckpoint(() -> Dns.resolve("a"));
                });
    }
}

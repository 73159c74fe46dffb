package dev.weft.net;

import static dev.weft.net.Twin.assertDefends;
import static dev.weft.net.Twin.assertWithin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Group;
import dev.weft.Retry;
import dev.weft.Weft;
import dev.weft.sync.Semaphore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What keeps a program from connecting, what it does about it, and that it fails if it does not.
 */
class ConnectTwinsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final ServerOptions ANYWHERE = ServerOptions.of("", Lines.PORT);

    @Test
    void a_refusal_is_met_by_trying_again_later() {
        assertDefends(
                "connection refused",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    sim.net().host("db");
                                    group.background(
                                            () -> {
                                                Weft.sleep(Duration.ofSeconds(3));
                                                Lines.serve(sim, group);
                                            });
                                    Retry patience =
                                            defended
                                                    ? Retry.attempts(100)
                                                            .fixed(SECOND)
                                                            .on(ConnectFailedException.class)
                                                    : Retry.attempts(1);
                                    assertThat(Weft.retry(patience, () -> Lines.ask("db", "x")))
                                            .isEqualTo("re x");
                                }));
    }

    @Test
    void an_address_that_does_not_answer_is_met_by_a_limit_and_another() {
        assertDefends(
                "one of them answers",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    Lines.serve(
                                            sim.net().host("spare"),
                                            group,
                                            ANYWHERE,
                                            Lines::answer);
                                    var _ = sim.net().link("localhost", "db").ignore();
                                    assertOneConnects(group, null, defended);
                                }));
    }

    /** To {@code db}, else to {@code spare}. */
    private static void assertOneConnects(Group group, @Nullable TlsOptions tls, boolean defended) {
        List<String> connected = new ArrayList<>();
        group.background(
                () -> {
                    for (String host : List.of("db", "spare")) {
                        var options =
                                ConnectOptions.of(host, Lines.PORT)
                                        .tls(tls)
                                        .connectTimeout(
                                                defended
                                                        ? Duration.ofSeconds(5)
                                                        : Duration.ofDays(1));
                        try (var stream = TcpStream.connect(options)) {
                            connected.add(Lines.ask(stream, host));
                            return;
                        } catch (ConnectFailedException e) {
                            // then the next
                        }
                    }
                });
        assertWithin(Duration.ofMinutes(1), "one of them answers", () -> !connected.isEmpty());
    }

    @Test
    void a_full_backlog_is_met_by_a_limit_on_who_connects_at_once() {
        assertDefends(
                "all are served",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    Lines.serve(
                                            sim,
                                            group,
                                            ANYWHERE.maxConnections(1).backlog(2),
                                            ConnectTwinsTest::answerOne);
                                    var room = new Semaphore(defended ? 3 : 1_000);
                                    List<String> served = new ArrayList<>();
                                    for (int i = 0; i < 20; i++) {
                                        group.background(
                                                () -> {
                                                    try (var _ = room.acquire();
                                                            var stream = Lines.connect()) {
                                                        served.add(Lines.ask(stream, "x"));
                                                    }
                                                });
                                    }
                                    assertWithin(
                                            Duration.ofSeconds(5),
                                            "all are served",
                                            () -> served.size() == 20);
                                }));
    }

    private static void answerOne(ByteStream stream) {
        String question = stream.readLine();
        Weft.sleep(Duration.ofMillis(50));
        stream.write(Bytes.utf8("re " + question + "\n"));
    }

    @Test
    void too_few_ports_are_met_by_keeping_connections() {
        assertDefends(
                "cannot assign requested address",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    var app = sim.net().host("app");
                                    var _ = app.ports(4);
                                    var questions = IntStream.range(0, 20).boxed().toList();
                                    List<String> answers = new ArrayList<>();
                                    app.run(
                                            () -> {
                                                if (defended) {
                                                    askOverFew(questions, answers);
                                                } else {
                                                    Weft.forEach(
                                                            questions,
                                                            20,
                                                            question ->
                                                                    answers.add(
                                                                            Lines.ask("db", "x")));
                                                }
                                            });
                                    assertThat(answers).hasSize(20);
                                }));
    }

    private static void askOverFew(List<Integer> questions, List<String> answers) {
        var left = questions.iterator();
        Weft.forEach(
                List.of(1, 2, 3, 4),
                4,
                _ -> {
                    try (var stream = Lines.connect()) {
                        while (left.hasNext()) {
                            answers.add(Lines.ask(stream, "x" + left.next()));
                        }
                    }
                });
    }

    // ---- names

    @Test
    void name_servers_that_fail_or_are_slow_are_met_by_the_address_that_was_good() {
        assertDefends(
                "connected again",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    InetAddress known = Dns.resolve("db").getFirst();
                                    var names = sim.net().names();
                                    var _ =
                                            sim.random().nextBoolean()
                                                    ? names.failing()
                                                    : names.slow(Duration.ofDays(1));
                                    List<String> answers = new ArrayList<>();
                                    group.background(() -> answers.add(again(known, defended)));
                                    assertWithin(
                                            Duration.ofMinutes(1),
                                            "connected again",
                                            () -> answers.contains("re x"));
                                }));
    }

    private static String again(InetAddress known, boolean defended) {
        try {
            return Lines.ask("db", "x");
        } catch (DnsException e) {
            return defended ? Lines.ask(known.getHostAddress(), "x") : "no name";
        }
    }

    @Test
    void a_name_that_moves_is_met_by_looking_it_up_again() {
        assertDefends(
                "the new one answers",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    Lines.serve(
                                            sim.net().host("new"), group, ANYWHERE, Lines::answer);
                                    var names = sim.net().names();
                                    names.ttl(Duration.ofMinutes(1));
                                    String address = Dns.resolve("db").getFirst().getHostAddress();
                                    sim.net().host("db").kill();
                                    names.answer(
                                            "db", sim.net().host("new").address().getHostAddress());
                                    List<String> answers = new ArrayList<>();
                                    group.background(
                                            () -> {
                                                Retry patience =
                                                        Retry.forever()
                                                                .fixed(SECOND)
                                                                .on(ConnectFailedException.class);
                                                String host = defended ? "db" : address;
                                                answers.add(
                                                        Weft.retry(
                                                                patience,
                                                                () -> Lines.ask(host, "x")));
                                            });
                                    assertWithin(
                                            Duration.ofMinutes(10),
                                            "the new one answers",
                                            () -> answers.contains("re x"));
                                }));
    }

    // ---- TLS

    @Test
    void a_stalled_handshake_is_met_by_a_limit_and_another_server() {
        var good = SelfSigned.of("spare");
        assertDefends(
                "one of them answers",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    Lines.serve(
                                            sim,
                                            group,
                                            ANYWHERE,
                                            _ -> Weft.sleep(Duration.ofDays(1)));
                                    Lines.serve(
                                            sim.net().host("spare"),
                                            group,
                                            ANYWHERE.tls(good.server()),
                                            Lines::answer);
                                    assertOneConnects(group, good.client(), defended);
                                }));
    }

    @Test
    void a_certificate_of_somebody_else_is_met_by_verifying_it() {
        var bank = SelfSigned.of("bank");
        var thief = SelfSigned.of("bank");
        assertDefends(
                "the thief has heard the secret",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    List<String> heard = new ArrayList<>();
                                    var other = sim.net().host("thief");
                                    Lines.serve(
                                            other,
                                            group,
                                            ANYWHERE.tls(thief.server()),
                                            stream -> heard.add(String.valueOf(stream.readLine())));
                                    sim.net()
                                            .names()
                                            .answer("bank", other.address().getHostAddress());
                                    var options =
                                            ConnectOptions.of("bank", Lines.PORT)
                                                    .tls(
                                                            defended
                                                                    ? bank.client()
                                                                    : TlsOptions.client()
                                                                            .insecure());
                                    try (var stream = TcpStream.connect(options)) {
                                        stream.write(Bytes.utf8("secret\n"));
                                    } catch (TlsException e) {
                                        assertThat(e).hasMessageContaining("certificate");
                                    }
                                    Weft.sleep(SECOND);
                                    assertThat(heard)
                                            .as("the thief has heard the secret")
                                            .isEmpty();
                                }));
    }
}

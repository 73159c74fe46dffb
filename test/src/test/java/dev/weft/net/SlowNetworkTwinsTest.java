package dev.weft.net;

import static dev.weft.net.Twin.assertDefends;
import static dev.weft.net.Twin.assertWithin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Retry;
import dev.weft.Weft;
import dev.weft.sync.Queue;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** What makes a network slow, what a program does about it, and that it fails if it does not. */
class SlowNetworkTwinsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void latency_with_a_long_tail_is_met_by_asking_once_more_beside() {
        assertDefends(
                "an answer took",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    var _ =
                                            sim.net()
                                                    .path("db", "localhost")
                                                    .latency(
                                                            random ->
                                                                    random.nextInt(40) == 0
                                                                            ? Duration.ofSeconds(9)
                                                                            : Duration.ofMillis(1));
                                    for (int i = 0; i < 5; i++) {
                                        Duration before = sim.elapsed();
                                        askWithin(defended);
                                        Duration took = sim.elapsed().minus(before);
                                        assertThat(took)
                                                .as("an answer took " + took)
                                                .isLessThan(Duration.ofSeconds(5));
                                    }
                                }));
    }

    private static void askWithin(boolean defended) {
        if (defended) {
            Weft.staggeredRace(
                    Duration.ofMillis(100), List.of(1, 2, 3, 4, 5, 6), _ -> Lines.ask("db", "x"));
        } else {
            Lines.ask("db", "x");
        }
    }

    @Test
    void jitter_is_met_by_knowing_whose_answer_it_is() {
        assertDefends(
                "re 1",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    var _ =
                                            sim.net()
                                                    .everywhere()
                                                    .latency(Duration.ZERO, Duration.ofMillis(50));
                                    List<String> questions = List.of("1", "2", "3");
                                    assertThat(answers(questions, defended))
                                            .containsExactly("re 1", "re 2", "re 3");
                                }));
    }

    private static List<String> answers(List<String> questions, boolean defended) {
        if (defended) {
            return Weft.gather(questions, 3, question -> Lines.ask("db", question));
        }
        List<String> asTheyCome = new ArrayList<>();
        Weft.forEach(questions, 3, question -> asTheyCome.add(Lines.ask("db", question)));
        return asTheyCome;
    }

    @Test
    void losses_which_come_as_delays_are_met_by_asking_again() {
        assertDefends(
                "TimeoutException",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    Lines.serve(sim, group);
                                    var _ = sim.net().everywhere().loss(0.2);
                                    Retry patience =
                                            defended
                                                    ? Retry.attempts(30).on(TimeoutException.class)
                                                    : Retry.attempts(1);
                                    Weft.retry(
                                            patience,
                                            () ->
                                                    Weft.timeout(
                                                            Duration.ofMillis(150),
                                                            () -> Lines.ask("db", "x")));
                                }));
    }

    @Test
    void bytes_cut_up_and_run_together_are_met_by_framing() {
        assertDefends(
                "three",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    List<String> heard = new ArrayList<>();
                                    Lines.serve(
                                            sim,
                                            group,
                                            ServerOptions.of("", Lines.PORT),
                                            stream -> hear(stream, heard, defended));
                                    var _ = sim.net().everywhere().fragments();
                                    var _ =
                                            sim.net()
                                                    .everywhere()
                                                    .latency(Duration.ZERO, Duration.ofMillis(9));
                                    try (var stream = Lines.connect()) {
                                        for (String word : List.of("one", "three", "five")) {
                                            stream.write(Bytes.utf8(defended ? word + "\n" : word));
                                        }
                                    }
                                    Weft.sleep(SECOND);
                                    assertThat(heard).containsExactly("one", "three", "five");
                                }));
    }

    private static void hear(ByteStream stream, List<String> heard, boolean defended) {
        if (defended) {
            for (String word : stream.lines()) {
                heard.add(word);
            }
            return;
        }
        for (Bytes bytes = stream.read(); !bytes.isEmpty(); bytes = stream.read()) {
            heard.add(StreamTexts.text(bytes));
        }
    }

    @Test
    void a_narrow_link_is_met_by_a_bounded_queue_that_drops_what_is_old() {
        assertDefends(
                "few readings wait",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    Lines.serve(
                                            sim,
                                            group,
                                            ServerOptions.of("", Lines.PORT),
                                            SlowNetworkTwinsTest::readAll);
                                    var _ = sim.net().everywhere().bandwidth(100_000);
                                    var waiting = new Queue<byte[]>(defended ? 20 : 1_000_000);
                                    sim.always("few readings wait", () -> waiting.size() <= 20);
                                    group.background(() -> send(waiting));
                                    for (int i = 0; i < 200; i++) {
                                        if (!waiting.tryPut(new byte[10_000])) {
                                            waiting.tryGet();
                                            waiting.tryPut(new byte[10_000]);
                                        }
                                        Weft.sleep(Duration.ofMillis(5));
                                    }
                                }));
    }

    private static void send(Queue<byte[]> readings) {
        var stream = Lines.connect();
        try {
            while (true) {
                stream.write(readings.get());
            }
        } finally {
            stream.abort();
        }
    }

    private static void readAll(ByteStream stream) {
        try {
            for (Bytes bytes = stream.read(); !bytes.isEmpty(); bytes = stream.read()) {
                bytes.close();
            }
        } catch (NetException e) {
            // the sender has gone
        }
    }

    @Test
    void a_slow_reader_is_met_by_a_limit_on_each_write() {
        assertDefends(
                "the quick reader has it all",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    List<TcpStream> readers = new ArrayList<>();
                                    Lines.serve(
                                            sim,
                                            group,
                                            ServerOptions.of("", Lines.PORT),
                                            reader -> {
                                                readers.add(reader);
                                                Weft.sleep(Duration.ofDays(1));
                                            });
                                    int[] got = {0};
                                    group.background(SlowNetworkTwinsTest::readNothing);
                                    group.background(() -> count(got));
                                    assertWithin(
                                            SECOND, "both are there", () -> readers.size() == 2);
                                    group.background(() -> broadcast(readers, defended));
                                    assertWithin(
                                            Duration.ofHours(1),
                                            "the quick reader has it all",
                                            () -> got[0] == 1_000_000);
                                }));
    }

    private static void readNothing() {
        var stream = Lines.connect();
        try {
            Weft.sleep(Duration.ofDays(1));
        } finally {
            stream.abort();
        }
    }

    private static void count(int[] got) {
        try (var stream = Lines.connect()) {
            while (true) {
                try (Bytes bytes = stream.read()) {
                    got[0] += bytes.length();
                }
            }
        }
    }

    private static void broadcast(List<TcpStream> readers, boolean defended) {
        var present = new ArrayList<>(readers);
        for (int i = 0; i < 100; i++) {
            for (TcpStream reader : List.copyOf(present)) {
                if (!defended) {
                    reader.write(new byte[10_000]);
                } else if (!Weft.moveOnAfter(SECOND, () -> reader.write(new byte[10_000]))) {
                    reader.abort();
                    present.remove(reader);
                }
            }
            Weft.sleep(Duration.ofMillis(10));
        }
    }

    @Test
    void a_slow_writer_is_met_by_a_deadline_for_the_whole_of_its_request() {
        assertDefends(
                "the honest client is served",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    Lines.serve(
                                            sim,
                                            group,
                                            ServerOptions.of("", Lines.PORT).maxConnections(2),
                                            stream -> answerInTime(stream, defended));
                                    Set<String> served = new HashSet<>();
                                    for (int i = 0; i < 2; i++) {
                                        group.background(SlowNetworkTwinsTest::dribble);
                                    }
                                    Weft.sleep(SECOND);
                                    group.background(() -> served.add(Lines.ask("db", "hello")));
                                    assertWithin(
                                            Duration.ofHours(1),
                                            "the honest client is served",
                                            () -> served.contains("re hello"));
                                }));
    }

    private static void answerInTime(ByteStream stream, boolean defended) {
        if (defended) {
            var _ = Weft.moveOnAfter(Duration.ofSeconds(10), () -> Lines.answer(stream));
        } else {
            Lines.answer(stream);
        }
    }

    private static void dribble() {
        try (var stream = Lines.connect()) {
            while (true) {
                stream.write(Bytes.utf8("x"));
                Weft.sleep(SECOND);
            }
        } catch (NetException e) {
            // thrown out
        }
    }
}

package dev.weft.net;

import static dev.weft.net.Twin.assertDefends;
import static dev.weft.net.Twin.assertWithin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.test.Sim;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** What breaks a connection, what a program does about it, and that it fails if it does not. */
class BrokenNetworkTwinsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    // ---- partition

    /** Lends a lock for ten seconds, and keeps what those write who have it. */
    private static final class Store {
        private final Sim sim;
        private final boolean defended;
        private Duration lentUntil = Duration.ZERO;
        int lent;
        final List<Integer> written = new ArrayList<>();

        Store(Sim sim, boolean defended) {
            this.sim = sim;
            this.defended = defended;
        }

        void serve(ByteStream stream) {
            for (String line = stream.readLine(); line != null; line = stream.readLine()) {
                stream.write(Bytes.utf8((line.equals("lock") ? lend() : keep(line)) + "\n"));
            }
        }

        private int lend() {
            if (sim.elapsed().compareTo(lentUntil) < 0) {
                return 0;
            }
            lentUntil = sim.elapsed().plus(Duration.ofSeconds(10));
            return ++lent;
        }

        private int keep(String line) {
            int number = Integer.parseInt(line);
            boolean isOld = !written.isEmpty() && number < written.getLast();
            if (isOld && defended) {
                return 0;
            }
            written.add(number);
            return number;
        }
    }

    private static void lockAndWrite() {
        try (var stream = Lines.connect()) {
            String number = Lines.ask(stream, "lock");
            while (number.equals("0")) {
                Weft.sleep(SECOND);
                number = Lines.ask(stream, "lock");
            }
            Weft.sleep(Duration.ofMillis(2));
            var _ = Lines.ask(stream, number);
        }
    }

    @Test
    void a_partition_that_holds_up_a_holder_of_a_lock_is_met_by_numbers_that_the_store_compares() {
        assertDefends(
                "the numbers never fall",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    var store = new Store(sim, defended);
                                    Lines.serve(
                                            sim,
                                            group,
                                            ServerOptions.of("", Lines.PORT),
                                            store::serve);
                                    sim.always(
                                            "the numbers never fall",
                                            () -> isSorted(store.written));
                                    var one = sim.net().host("one");
                                    group.start(
                                            () -> one.run(BrokenNetworkTwinsTest::lockAndWrite));
                                    assertWithin(SECOND, "it has it", () -> store.lent == 1);
                                    var link =
                                            sim.random().nextBoolean()
                                                    ? sim.net().link("one", "db")
                                                    : sim.net().path("one", "db");
                                    Weft.sleep(Duration.ofMillis(sim.random().nextInt(5)));
                                    link.partition().lasting(Duration.ofSeconds(20));
                                    group.start(BrokenNetworkTwinsTest::lockAndWrite);
                                }));
    }

    private static boolean isSorted(List<Integer> numbers) {
        return numbers.equals(numbers.stream().sorted().toList());
    }

    // ---- half-open

    @Test
    void a_connection_that_is_half_open_is_met_by_a_limit_on_silence() {
        assertDefends(
                "there is news",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    Lines.serve(
                                            sim,
                                            group,
                                            ServerOptions.of("", Lines.PORT),
                                            stream -> tellTheTime(sim, stream));
                                    long[] told = {0};
                                    group.background(() -> follow(told, defended));
                                    assertWithin(SECOND, "it is told", () -> told[0] > 0);
                                    sim.net().link("localhost", "db").forget();
                                    long now = sim.elapsed().toMillis();
                                    assertWithin(
                                            Duration.ofMinutes(10),
                                            "there is news",
                                            () -> told[0] > now + 30_000);
                                }));
    }

    /** Each ten seconds, news or not. */
    private static void tellTheTime(Sim sim, ByteStream stream) {
        while (true) {
            stream.write(Bytes.utf8(sim.elapsed().toMillis() + 1 + "\n"));
            Weft.sleep(Duration.ofSeconds(10));
        }
    }

    private static void follow(long[] told, boolean defended) {
        Duration patience = defended ? Duration.ofSeconds(25) : Duration.ofDays(1);
        while (true) {
            var stream = Lines.connect();
            try {
                while (true) {
                    String line = Weft.timeout(patience, () -> stream.readLine());
                    told[0] = Long.parseLong(String.valueOf(line));
                }
            } catch (TimeoutException silent) {
                // then anew
            } finally {
                stream.abort();
            }
        }
    }

    // ---- black hole

    @Test
    void a_path_that_swallows_large_messages_is_met_by_a_limit_and_another_path() {
        assertDefends(
                "one of them has it",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    var options = ServerOptions.of("", Lines.PORT);
                                    for (String host : List.of("db", "spare")) {
                                        Lines.serve(
                                                sim.net().host(host),
                                                group,
                                                options,
                                                BrokenNetworkTwinsTest::keep);
                                    }
                                    var _ = sim.net().link("localhost", "db").blackHole(1_400);
                                    String[] kept = {""};
                                    group.background(() -> kept[0] = keep(defended));
                                    assertWithin(
                                            Duration.ofMinutes(10),
                                            "one of them has it",
                                            () -> kept[0].equals("kept"));
                                }));
    }

    private static void keep(ByteStream stream) {
        stream.readExactly(10_000).close();
        stream.write(Bytes.utf8("kept\n"));
    }

    private static String keep(boolean defended) {
        Duration patience = defended ? Duration.ofSeconds(10) : Duration.ofDays(1);
        for (String host : List.of("db", "spare")) {
            var stream = TcpStream.connect(host, Lines.PORT);
            try {
                return Weft.timeout(
                        patience,
                        () -> {
                            stream.write(new byte[10_000]);
                            return String.valueOf(stream.readLine());
                        });
            } catch (TimeoutException | NetException swallowed) {
                // then the next
            } finally {
                stream.abort();
            }
        }
        return "nobody has it";
    }

    // ---- reset

    @Test
    void a_reset_in_the_middle_of_a_message_is_met_by_taking_messages_as_a_whole() {
        assertDefends(
                "no money is lost",
                (sim, defended) ->
                        Weft.group(
                                group -> {
                                    int[] money = {1_000, 0};
                                    Lines.serve(
                                            sim,
                                            group,
                                            ServerOptions.of("", Lines.PORT),
                                            stream -> book(stream, money));
                                    var _ =
                                            sim.net()
                                                    .path("localhost", "db")
                                                    .reset(1 + sim.random().nextInt(40));
                                    try (var bank = Lines.connect()) {
                                        for (int i = 0; i < 5; i++) {
                                            transfer(bank, defended);
                                            Weft.sleep(Duration.ofMillis(10));
                                        }
                                    } catch (NetException e) {
                                        // what was not booked can be sent again
                                    }
                                    Weft.sleep(SECOND);
                                    assertThat(money[0] + money[1])
                                            .as("no money is lost")
                                            .isEqualTo(1_000);
                                }));
    }

    private static void transfer(ByteStream bank, boolean defended) {
        if (defended) {
            bank.write(Bytes.utf8("0 -7;1 7\n"));
        } else {
            bank.write(Bytes.utf8("0 -7\n"));
            bank.write(Bytes.utf8("1 7\n"));
        }
    }

    private static void book(ByteStream stream, int[] money) {
        try {
            for (String message : stream.lines()) {
                for (String entry : message.split(";", -1)) {
                    String[] parts = entry.split(" ", -1);
                    money[Integer.parseInt(parts[0])] += Integer.parseInt(parts[1]);
                }
            }
        } catch (NetException e) {
            // it had sent what it had sent
        }
    }
}

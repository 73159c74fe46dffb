package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.net.ByteStream;
import dev.weft.net.Bytes;
import dev.weft.net.ConnectionResetException;
import dev.weft.net.NetException;
import dev.weft.net.StreamPair;
import dev.weft.net.TcpServer;
import dev.weft.net.TcpStream;
import dev.weft.test.BreakEverywhere;
import dev.weft.test.CancelEverywhere;
import dev.weft.test.Exhaustive;
import dev.weft.test.ExpireEverywhere;
import dev.weft.test.FailEverywhere;
import dev.weft.test.Replay;
import dev.weft.test.Sim;
import dev.weft.test.SimTest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The snippets of {@code docs/testing.md}. */
class TestingSnippetsTest {
    private static final Duration DAY = Duration.ofDays(1);

    // snippet
    @Test
    void a_day_takes_no_time() {
        Sim.run(() -> Weft.sleep(DAY));
    }

    // end

    @Nested
    class Round {
        // snippet
        private final Shop shop = new Shop(1);

        @BeforeEach
        void ann_is_first() {
            shop.buy("ann"); // waits
        }

        @SimTest(runs = 500)
        void is_sold_out(Sim sim) {
            assertThat(sim.elapsed()).isEqualTo(Duration.ofMillis(3));
            assertThat(shop.buy("bob")).isFalse();
        }

        @AfterEach
        void nobody_is_inside() {
            assertThat(shop.isBusy()).isFalse();
        }

        // end
    }

    // snippet
    @SimTest
    @CancelEverywhere("bob")
    @ExpireEverywhere("ann")
    void loses_nothing_to_those_who_give_up() {
        var shop = new Shop(5);
        Weft.group(
                g -> {
                    g.start("ann", () -> Weft.moveOnAfter(DAY, () -> shop.buy("ann")));
                    g.start("bob", () -> shop.buy("bob"));
                });
        assertThat(shop.stock() + shop.sold()).isEqualTo(5);
        assertThat(shop.isBusy()).isFalse();
    }

    // end

    // snippet
    @SimTest
    @FailEverywhere
    void prints_what_the_disk_takes(Sim sim) {
        int printed = 0;
        for (int page = 0; page < 3; page++) {
            try {
                sim.mayFail("disk", () -> new IOException("full"));
                printed++;
            } catch (IOException full) {
                break;
            }
        }
        assertThat(printed).isBetween(0, 3);
    }

    // end

    // snippet
    @SimTest
    @Replay("w1:1q:01::")
    void sold_the_last_one_twice() {
        var shop = new Shop(1);
        Weft.forEach(List.of("ann", "bob"), 2, shop::buy);
        assertThat(shop.sold()).isEqualTo(1);
    }

    // end

    // snippet
    @SimTest
    @Exhaustive(maxRuns = 10_000)
    void sells_no_more_than_it_has_in_any_order() {
        var shop = new Shop(2);
        Weft.forEach(List.of("ann", "bob", "eve"), 3, shop::buy);
        assertThat(shop.sold()).isEqualTo(2);
    }

    // end

    // snippet
    @SimTest
    void watches_a_shop(Sim sim) {
        var shop = new Shop(2);
        sim.always("nothing is lost", () -> shop.stock() + shop.sold() == 2);
        sim.sometimes("somebody has to wait", shop::isBusy);
        Weft.group(
                g -> {
                    for (String customer : List.of("ann", "bob", "eve")) {
                        g.start(customer, () -> shop.buy(customer));
                    }
                    sim.eventually("sold out", DAY, () -> shop.stock() == 0);
                });
        sim.assertCheckpoint(() -> shop.buy("joe"));
        sim.assertNoCheckpoint(shop::stock);
    }

    // end

    // snippet
    @SimTest
    @CancelEverywhere("bob")
    void writes_down_what_it_sells() {
        var shop = new Shop(1);
        List<String> book = new ArrayList<>();
        Weft.group(
                g ->
                        g.start(
                                "bob",
                                () -> {
                                    if (shop.buy("bob")) {
                                        Weft.shield(DAY, () -> Weft.offload(() -> book.add("bob")));
                                    }
                                }));
        assertThat(book).hasSize(shop.sold());
    }

    // end

    // snippet
    private static void greet(ByteStream stream) {
        try (stream) {
            for (String name = stream.readLine(); name != null; name = stream.readLine()) {
                stream.write(Bytes.utf8("hello " + name + "\n"));
            }
        }
    }

    @SimTest
    @CancelEverywhere("greeter")
    void greets_or_hangs_up() {
        var pair = StreamPair.inMemory();
        Weft.group(
                g -> {
                    g.start("greeter", () -> greet(pair.right()));
                    try (var client = pair.left()) {
                        client.write(Bytes.utf8("ann\n"));
                        assertThat(client.readLine()).isIn("hello ann", null);
                    } catch (ConnectionResetException hungUp) {
                        assertThat(pair.right().isClosed()).isTrue();
                    }
                });
    }

    // end

    // snippet
    private static void shop() {
        try (var server = TcpServer.listen("", 80)) {
            server.serve(TestingSnippetsTest::greet);
        }
    }

    private static void customer() {
        try (var shop = TcpStream.connect("shop", 80)) {
            shop.write(Bytes.utf8("ann\n"));
            assertThat(shop.readLine()).isEqualTo("hello ann");
        }
    }

    @SimTest
    @CancelEverywhere("customer")
    void is_greeted_over_a_bad_network(Sim sim) {
        var network = sim.net();
        network.everywhere().latency(Duration.ZERO, Duration.ofMillis(40));
        network.everywhere().fragments();
        network.link("home", "shop").partition().lasting(Duration.ofSeconds(1));
        Weft.group(
                g -> {
                    g.background(() -> network.host("shop").run(TestingSnippetsTest::shop));
                    g.start(
                            "customer",
                            () -> network.host("home").run(TestingSnippetsTest::customer));
                });
    }

    // end

    // snippet
    @SimTest
    @BreakEverywhere
    void nobody_hangs_and_nothing_is_left_when_something_breaks(Sim sim) {
        var network = sim.net();
        Weft.group(
                g -> {
                    g.background(() -> network.host("shop").run(TestingSnippetsTest::shop));
                    try {
                        network.host("home").run(TestingSnippetsTest::customer);
                    } catch (NetException broken) {
                        // it may; and the run has left nothing behind
                    }
                });
    }

    // end

    @Test
    void explores_without_the_annotations() {
        // snippet
        Sim.exploring()
                .runs(1_000)
                .cancelling("bob")
                .run(
                        sim -> {
                            var shop = new Shop(1 + sim.random().nextInt(3));
                            Weft.group(g -> g.start("bob", () -> shop.buy("bob")));
                            assertThat(shop.isBusy()).isFalse();
                        });
        // end
    }
}

package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Clause;
import dev.weft.Weft;
import dev.weft.sync.Channel;
import dev.weft.sync.Overflow;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The snippets of {@code docs/channels.md}. */
class ChannelSnippetsTest {
    private final List<String> said = new ArrayList<>();

    @Test
    void one_sender() {
        Weft.run(
                () -> {
                    // snippet
                    var lines = new Channel<String>(10);
                    Weft.group(
                            group -> {
                                group.start(
                                        () -> {
                                            try (lines) {
                                                lines.send("one");
                                                lines.send("two");
                                            }
                                        });
                                for (String line : lines) {
                                    say(line);
                                }
                            });
                    // end
                });
        assertThat(said).containsExactly("one", "two");
    }

    @Test
    void several_senders() {
        Weft.run(
                () -> {
                    // snippet
                    var pages = new Channel<String>(10);
                    Weft.group(
                            group -> {
                                for (String site : List.of("a", "b", "c")) {
                                    var sender = pages.sender();
                                    group.start(
                                            () -> {
                                                try (sender) {
                                                    sender.send(site + "/1");
                                                    sender.send(site + "/2");
                                                }
                                            });
                                }
                                for (String page : pages) {
                                    say(page);
                                }
                            });
                    // end
                });
        assertThat(said).containsExactlyInAnyOrder("a/1", "a/2", "b/1", "b/2", "c/1", "c/2");
    }

    @Test
    void select() {
        Weft.run(
                () -> {
                    var orders = new Channel<String>(1);
                    var stop = new Channel<String>(1);
                    Weft.background(
                            () -> {
                                orders.send("tea");
                                Weft.sleep(Duration.ofMillis(25));
                                stop.send("closing time");
                            });
                    // snippet
                    boolean[] open = {true};
                    while (open[0]) {
                        Weft.select(
                                orders.receiving().then(order -> say("order: " + order)),
                                stop.receiving().then(why -> open[0] = false),
                                Clause.after(Duration.ofMillis(10)).thenRun(() -> say("quiet")));
                    }
                    // end
                });
        assertThat(said).startsWith("order: tea").contains("quiet");
    }

    @Test
    void fan_out() {
        Weft.run(
                () -> {
                    // snippet
                    var fast = new Channel<Integer>(1);
                    var slow = new Channel<Integer>(1);
                    for (int i = 0; i < 3; i++) {
                        String taker =
                                Weft.select(
                                        fast.sending(i).thenCall(() -> "fast"),
                                        slow.sending(i).thenCall(() -> "slow"),
                                        Clause.otherwise().thenCall(() -> "nobody"));
                        say(i + " to " + taker);
                    }
                    // end
                });
        assertThat(said).hasSize(3).last().isEqualTo("2 to nobody");
    }

    @Test
    void latest_only() {
        Weft.run(
                () -> {
                    // snippet
                    var readings =
                            new Channel<Integer>(
                                    2, Overflow.DROP_OLDEST, old -> say("dropped " + old));
                    for (int i = 1; i <= 4; i++) {
                        readings.send(i); // never waits
                    }
                    say("received " + readings.receive());
                    // end
                });
        assertThat(said).containsExactly("dropped 1", "dropped 2", "received 3");
    }

    private void say(String line) {
        said.add(line);
    }
}

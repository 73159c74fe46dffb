package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.sync.Broadcast;
import dev.weft.sync.CapacityLimiter;
import dev.weft.sync.Condition;
import dev.weft.sync.DelayQueue;
import dev.weft.sync.LaggedException;
import dev.weft.sync.Lock;
import dev.weft.sync.OnceCell;
import dev.weft.sync.SlowSubscriber;
import dev.weft.sync.Watch;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The snippets of {@code docs/sync.md}. */
class SyncSnippetsTest {
    private final List<String> said = new ArrayList<>();
    private int balance = 3;
    private int stock;

    @Test
    void lock() {
        Weft.run(
                () -> {
                    // snippet
                    var account = new Lock();
                    Weft.forEach(
                            List.of("a", "b", "c"),
                            3,
                            name -> {
                                try (var _ = account.acquire()) {
                                    int before = balance;
                                    audit(name, before); // waits
                                    balance = before - 1;
                                }
                            });
                    // end
                });
        assertThat(balance).isZero();
    }

    @Test
    void condition() {
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    // snippet
                                    var delivered = new Condition();
                                    group.start(
                                            () -> {
                                                try (var _ = delivered.lock().acquire()) {
                                                    delivered.awaitFor(() -> stock >= 2);
                                                    say("sold two");
                                                }
                                            });
                                    for (int i = 0; i < 2; i++) {
                                        try (var _ = delivered.lock().acquire()) {
                                            stock++;
                                            delivered.signal();
                                        }
                                    }
                                    // end
                                }));
        assertThat(said).containsExactly("sold two");
    }

    @Test
    void limiter() {
        Weft.run(
                () -> {
                    // snippet
                    var printers = new CapacityLimiter(2);
                    Weft.forEach(
                            List.of("a", "b", "c", "d"),
                            100,
                            page -> {
                                try (var _ = printers.acquire()) {
                                    say(page + ", " + printers.borrowed() + " at work");
                                }
                            });
                    // end
                });
        assertThat(said).hasSize(4);
    }

    @Test
    void once_cell() {
        Weft.run(
                () -> {
                    // snippet
                    var token = new OnceCell<String>();
                    Weft.forEach(List.of("a", "b"), 2, _ -> say(token.get(() -> login())));
                    // end
                });
        assertThat(said).containsExactly("logging in", "token", "token");
    }

    @Test
    void delay_queue() {
        Weft.run(
                () -> {
                    // snippet
                    var alarms = new DelayQueue<String>();
                    alarms.put("tea", Duration.ofMillis(20));
                    var eggs = alarms.put("eggs", Duration.ofMillis(10));
                    eggs.reset(Duration.ofMillis(30)); // or eggs.remove()
                    say(alarms.get());
                    say(alarms.get());
                    // end
                });
        assertThat(said).containsExactly("tea", "eggs");
    }

    @Test
    void broadcast() {
        Weft.run(
                () -> {
                    // snippet
                    var prices = new Broadcast<Integer>(2, SlowSubscriber.FAIL);
                    try (var subscription = prices.subscribe()) {
                        for (int price = 1; price <= 5; price++) {
                            prices.send(price);
                        }
                        prices.close();
                        try {
                            subscription.receive();
                        } catch (LaggedException slow) {
                            say("missed " + slow.missed());
                        }
                        for (int price : subscription) {
                            say("price " + price);
                        }
                    }
                    // end
                });
        assertThat(said).containsExactly("missed 3", "price 4", "price 5");
    }

    @Test
    void watch() {
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    // snippet
                                    var progress = new Watch<Integer>(0);
                                    group.start(
                                            () -> {
                                                for (int percent : progress) {
                                                    say(percent + " %");
                                                    Weft.sleep(Duration.ofMillis(20)); // enough
                                                }
                                            });
                                    for (int i = 1; i <= 100; i++) {
                                        progress.set(i);
                                        Weft.checkpoint();
                                    }
                                    progress.close();
                                    // end
                                }));
        assertThat(said).endsWith("100 %").hasSizeLessThan(100);
    }

    private void audit(String name, int before) {
        Weft.sleep(Duration.ofMillis(1));
        say(name + " found " + before);
    }

    private String login() {
        say("logging in");
        Weft.sleep(Duration.ofMillis(1));
        return "token";
    }

    private void say(String line) {
        said.add(line);
    }
}

package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.sync.Queue;
import dev.weft.sync.Semaphore;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The snippets of {@code docs/coming-from-asyncio.md} and {@code docs/semantics.md}. */
class GuideSnippetsTest {
    private final List<String> said = new ArrayList<>();
    private int total;

    @Test
    void group() {
        int sum =
                Weft.run(
                        () -> {
                            // snippet
                            int both =
                                    Weft.groupCall(
                                            group -> {
                                                Task<Integer> a = group.start(() -> length("one"));
                                                Task<Integer> b =
                                                        group.start(() -> length("three"));
                                                return a.await() + b.await();
                                            });
                            // end
                            return both;
                        });
        assertThat(sum).isEqualTo(8);
    }

    @Test
    void background_and_cancel() {
        Weft.run(
                () -> {
                    // snippet
                    Task<Void> ticker =
                            Weft.background(
                                    () -> {
                                        while (true) {
                                            Weft.sleep(Duration.ofMillis(10));
                                            say("tick");
                                        }
                                    });
                    Weft.sleep(Duration.ofMillis(35));
                    ticker.cancel("seen enough");
                    // end
                    ticker.outcome();
                });
        assertThat(said).isNotEmpty().containsOnly("tick");
    }

    @Test
    void queue_and_workers() {
        Weft.run(
                () -> {
                    // snippet
                    var jobs = new Queue<String>(10);
                    Weft.group(
                            group -> {
                                for (int i = 0; i < 3; i++) {
                                    group.start(
                                            () -> {
                                                for (String job : jobs) {
                                                    say("done: " + job);
                                                }
                                            });
                                }
                                for (int i = 0; i < 100; i++) {
                                    jobs.put("job " + i);
                                }
                                jobs.shutdown();
                            });
                    // end
                });
        assertThat(said).hasSize(100).doesNotHaveDuplicates();
    }

    @Test
    void semaphore() {
        Weft.run(
                () -> {
                    // snippet
                    var three = new Semaphore(3);
                    Weft.forEach(
                            List.of("a", "b", "c", "d", "e"),
                            100,
                            name -> {
                                try (var _ = three.acquire()) {
                                    say(name);
                                }
                            });
                    // end
                });
        assertThat(said).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void clean_up() {
        Weft.run(
                () -> {
                    boolean done =
                            Weft.moveOnAfter(
                                    Duration.ofMillis(20),
                                    () -> {
                                        // snippet
                                        try {
                                            Weft.sleep(Duration.ofHours(1));
                                        } finally {
                                            Weft.shield(
                                                    Duration.ofSeconds(2), () -> say(goodbye()));
                                        }
                                        // end
                                    });
                    assertThat(done).isFalse();
                });
        assertThat(said).containsExactly("bye");
    }

    @Test
    void compound_assignment() {
        Weft.run(
                () -> {
                    // snippet
                    Weft.forEach(
                            List.of("a", "bb", "ccc"),
                            3,
                            word -> {
                                int length = length(word); // waits
                                total += length; // does not
                            });
                    // end
                });
        assertThat(total).isEqualTo(6);
    }

    @Test
    void offload() throws Exception {
        String text =
                Weft.run(
                        () -> {
                            // snippet
                            String pom = Weft.offload(() -> Files.readString(Path.of("pom.xml")));
                            // end
                            return pom;
                        });
        assertThat(text).contains("weft-examples");
    }

    private static int length(String word) {
        Weft.sleep(Duration.ofMillis(1));
        return word.length();
    }

    private static String goodbye() {
        Weft.sleep(Duration.ofMillis(1));
        return "bye";
    }

    private void say(String line) {
        said.add(line);
    }
}

package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Loop;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

class JournalTest {

    /** Remembers each write; the first waits until the test lets it go. */
    private static final class Slow extends OutputStream {
        private final List<String> writes = new ArrayList<>();
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);

        @Override
        public void write(int b) {
            throw new AssertionError("one write for all");
        }

        @Override
        public void write(byte[] bytes) {
            begun.countDown();
            boolean interrupted = false;
            while (true) {
                try {
                    go.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true; // as a write to a file does
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            writes.add(new String(bytes, StandardCharsets.UTF_8));
        }

        List<String> urls() {
            return writes.stream().flatMap(String::lines).map(JournalTest::url).toList();
        }
    }

    private final Slow file = new Slow();
    private final List<FetchRecord> seen = new ArrayList<>();
    private final Journal journal = journal(file);

    @Test
    void should_return_only_when_the_record_is_written() {
        file.go.countDown();
        Weft.run(
                () -> {
                    for (int i = 0; i < 3; i++) {
                        journal.write(record(i));
                        assertThat(file.urls()).hasSize(i + 1);
                    }
                });
        assertThat(seen).hasSize(3);
        assertThat(journal.tally().done()).isEqualTo(3);
    }

    @Test
    void should_write_together_what_comes_while_it_writes() throws InterruptedException {
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    for (int i = 0; i < 50; i++) {
                                        int number = i;
                                        group.start(() -> journal.write(record(number)));
                                    }
                                    Weft.offload(() -> file.begun.await());
                                    file.go.countDown();
                                }));

        assertThat(file.writes).hasSizeLessThanOrEqualTo(3);
        assertThat(file.urls()).containsExactlyElementsOf(numbers(50));
    }

    @Test
    void should_lose_and_double_nothing_when_cancelled_while_it_writes()
            throws InterruptedException {
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    for (int i = 0; i < 20; i++) {
                                        int number = i;
                                        group.start(() -> journal.write(record(number)));
                                    }
                                    Weft.offload(() -> file.begun.await());
                                    Loop.current().execute(file.go::countDown);
                                    group.cancel("enough");
                                }));
        journal.flush();

        assertThat(file.urls()).containsExactlyInAnyOrderElementsOf(numbers(20));
    }

    @Test
    void should_not_hold_up_the_loop() {
        int turns =
                Weft.run(
                        () ->
                                Weft.groupCall(
                                        group -> {
                                            group.start(() -> journal.write(record(0)));
                                            int count = 0;
                                            while (file.begun.getCount() > 0 || count < 10) {
                                                Weft.sleep(Duration.ofMillis(1));
                                                count++;
                                            }
                                            file.go.countDown();
                                            return count;
                                        }));
        assertThat(turns).isGreaterThanOrEqualTo(10);
    }

    @Test
    void should_fail_where_it_cannot_write() {
        var broken =
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("Broken pipe");
                    }

                    @Override
                    public void write(byte[] bytes) throws IOException {
                        write(0);
                    }
                };

        assertThatThrownBy(() -> Weft.run(() -> journal(broken).write(record(0))))
                .isInstanceOf(OutputFailure.class)
                .hasMessageEndingWith("Broken pipe");
    }

    @Test
    void should_write_many_late_records_as_they_come() {
        file.go.countDown();
        for (int i = 0; i < 3_000; i++) {
            journal.addLate(record(i));
        }
        assertThat(file.urls()).hasSizeGreaterThan(2_000);
        journal.flush();
        assertThat(file.urls()).containsExactlyElementsOf(numbers(3_000));
    }

    private Journal journal(OutputStream json) {
        var out = new Sink.Stream("out", new ByteArrayOutputStream());
        var sink = new Sink(new Sink.Stream("results.jsonl", json), out, null, null, false);
        return new Journal(sink, seen::add);
    }

    private static FetchRecord record(int number) {
        String url = "http://a/" + number;
        return new FetchRecord(url, 200, 1, 1, 1, FetchOutcome.OK, null, "");
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(i -> "http://a/" + i).toList();
    }

    private static String url(String line) {
        return line.substring("{\"url\":\"".length(), line.indexOf("\",\"status\""));
    }
}

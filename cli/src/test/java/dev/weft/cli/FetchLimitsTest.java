package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

class FetchLimitsTest {
    private final Site site = Site.open();
    @TempDir private Path folder;

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void should_keep_to_six_at_once_to_one_host_by_default() throws IOException {
        assertThat(fetch(50, "/slow/20?").status()).isZero();
        assertThat(site.most()).isEqualTo(6);
    }

    @Test
    void should_keep_to_the_limit_for_a_host_and_to_that_for_all() throws IOException {
        assertThat(fetch(30, "/slow/20?", "--per-host=3").status()).isZero();
        assertThat(site.most()).isEqualTo(3);
        assertThat(fetch(30, "/slow/20?", "-c", "4", "--per-host=0").status()).isZero();
        assertThat(site.most()).isEqualTo(4);
    }

    @Test
    void should_not_count_the_wait_for_a_busy_host_as_time_of_the_url() throws IOException {
        var ended = fetch(16, "/slow/200?", "--per-host=1", "--timeout=2s");

        assertThat(ended.out()).contains("16 ok");
    }

    @Test
    void should_fetch_from_other_hosts_while_one_is_busy() throws Exception {
        try (var other = Site.open()) {
            var urls = new ArrayList<String>();
            IntStream.range(0, 500).forEach(i -> urls.add(site.url("/hold/" + i)));
            urls.add(other.url("/ok/1"));
            var file = Files.write(folder.resolve("urls.txt"), urls);
            try (var command = Command.start("fetch", "-i", file.toString())) {
                other.awaitRequests(1);
                site.release();
                assertThat(command.end().status()).isZero();
            }
        }
    }

    @Test
    void should_retry_as_often_as_it_may() {
        var ended = Command.run("fetch", "--retries=0", site.url("/flaky/1"), site.url("/drop"));

        assertThat(ended.out()).contains("http_error: status 503").contains("connect_error: ");
        assertThat(site.requests("/flaky/1")).isEqualTo(1);
    }

    @Test
    void should_bound_bodies() {
        var ended =
                Command.run(
                        "fetch", "--max-body=1K", site.url("/size/1024"), site.url("/size/1025"));

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).contains("1 ok, 1 too_large");
    }

    @Test
    void should_hold_no_body_in_memory_and_inflate_no_bomb() throws Exception {
        try (var command =
                Command.start("fetch", "-c", "2", site.url("/bomb"), site.url("/hold"))) {
            site.awaitBombed();
            site.awaitRequests(2);
            assertThat(peakMemoryKib(command.pid())).isLessThan(512 * 1024);
            site.release();
            var ended = command.end();

            assertThat(ended.out()).contains("1 ok, 1 too_large");
        }
    }

    /**
     * In every hundred one stalls, one is missing, one is cut off. How many in all: the property
     * {@code weft.fetch.urls}, 1,000 if it is not given.
     */
    @Test
    void should_write_exactly_one_record_for_each_of_many_mixed_urls() throws IOException {
        int count = Integer.getInteger("weft.fetch.urls", 1_000);
        var expected = new HashMap<String, FetchOutcome>();
        for (int i = 0; i < count; i++) {
            switch (i % 100) {
                case 17 -> expected.put(site.url("/stall/" + i), FetchOutcome.TIMEOUT);
                case 34 -> expected.put(site.url("/status/404?" + i), FetchOutcome.HTTP_ERROR);
                case 51 -> expected.put(site.url("/short/" + i), FetchOutcome.PROTOCOL_ERROR);
                case 68 -> expected.put(site.url("/gzip/" + i), FetchOutcome.OK);
                default -> expected.put(site.url("/ok/" + i), FetchOutcome.OK);
            }
        }
        var file = Files.write(folder.resolve("urls.txt"), expected.keySet());
        var output = folder.resolve("out.jsonl");
        var ended =
                Command.run(
                        "fetch",
                        "--per-host=0",
                        "--timeout=5s",
                        "-i",
                        file.toString(),
                        "-o",
                        output.toString());

        assertThat(ended.status()).isEqualTo(1);
        Map<String, FetchOutcome> met = new HashMap<>();
        List<FetchRecord> records = Lines.read(output);
        records.forEach(record -> met.put(record.url(), record.outcome()));
        assertThat(records).hasSize(count);
        assertThat(met).isEqualTo(expected);
    }

    private Command.Ended fetch(int count, String path, String... options) throws IOException {
        var urls = IntStream.range(0, count).mapToObj(i -> site.url(path + i)).toList();
        var file = Files.write(folder.resolve("urls.txt"), urls);
        var arguments = new ArrayList<>(List.of("fetch", "-i", file.toString()));
        arguments.addAll(List.of(options));
        return Command.run(arguments.toArray(String[]::new));
    }

    private static long peakMemoryKib(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}

package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** One run over every kind of answer and failure. */
class FetchOutcomesTest {
    private record Expected(
            FetchOutcome outcome, @Nullable Integer status, int attempts, long bytes) {}

    private static final Map<String, Expected> EXPECTED = new LinkedHashMap<>();
    private static Site site;
    private static Command.Ended ended;
    private static List<FetchRecord> records;

    @BeforeAll
    static void run(@TempDir Path folder) throws IOException {
        site = Site.open();
        announce();
        var output = folder.resolve("results.jsonl");
        var urls = folder.resolve("urls.txt");
        Files.write(urls, EXPECTED.keySet());
        ended =
                Command.run(
                        "fetch",
                        "-i",
                        urls.toString(),
                        "-o",
                        output.toString(),
                        "--per-host=0",
                        "--timeout=6s",
                        "--max-body=1M");
        records = Lines.read(output);
    }

    @AfterAll
    static void close() {
        site.close();
    }

    private static void announce() throws IOException {
        expect("/ok/1", FetchOutcome.OK, 200, 1, 14);
        expect("/slow/300", FetchOutcome.OK, 200, 1, 6);
        expect("/gzip", FetchOutcome.OK, 200, 1, 11_000);
        expect("/redirect/10", FetchOutcome.OK, 200, 1, 7);
        expect("/size/1048576", FetchOutcome.OK, 200, 1, 1 << 20);
        expect("/status/204x", FetchOutcome.PROTOCOL_ERROR, null, 1, 0);
        expect("/flaky/1", FetchOutcome.OK, 200, 2, 7);
        expect("/limited/1", FetchOutcome.OK, 200, 2, 7);
        expect("/dated/2", FetchOutcome.OK, 200, 2, 7);
        expect("/status/404", FetchOutcome.HTTP_ERROR, 404, 1, 5);
        expect("/status/500", FetchOutcome.HTTP_ERROR, 500, 3, 5);
        expect("/status/429", FetchOutcome.HTTP_ERROR, 429, 3, 5);
        expect("/limited/100", FetchOutcome.HTTP_ERROR, 429, 1, 0);
        expect("/nowhere", FetchOutcome.HTTP_ERROR, 302, 1, 0);
        expect("/gopher", FetchOutcome.HTTP_ERROR, 301, 1, 0);
        expect("/redirect/11", FetchOutcome.PROTOCOL_ERROR, null, 1, 0);
        expect("/circle", FetchOutcome.PROTOCOL_ERROR, null, 1, 0);
        expect("/gzip-corrupt", FetchOutcome.PROTOCOL_ERROR, 200, 1, 0);
        expect("/gzip-cut", FetchOutcome.PROTOCOL_ERROR, 200, 1, -1);
        expect("/short", FetchOutcome.PROTOCOL_ERROR, 200, 1, 10);
        expect("/chunk-cut", FetchOutcome.PROTOCOL_ERROR, 200, 1, 5);
        expect("/chunk-bad", FetchOutcome.PROTOCOL_ERROR, 200, 1, 0);
        expect("/lengths", FetchOutcome.PROTOCOL_ERROR, null, 1, 0);
        expect("/garbage", FetchOutcome.PROTOCOL_ERROR, null, 1, 0);
        expect("/drop", FetchOutcome.CONNECT_ERROR, null, 3, 0);
        expect("/reset", FetchOutcome.CONNECT_ERROR, null, 3, 0);
        expect("/silent", FetchOutcome.TIMEOUT, null, 1, 0);
        expect("/stall", FetchOutcome.TIMEOUT, 200, 1, 10);
        expect("/size/1048577", FetchOutcome.TOO_LARGE, 200, 1, -1);
        expect("/bomb", FetchOutcome.TOO_LARGE, 200, 1, -1);
        EXPECTED.put(
                "http://127.0.0.1:" + closedPort() + "/",
                new Expected(FetchOutcome.CONNECT_ERROR, null, 3, 0));
        EXPECTED.put(
                "https://127.0.0.1:" + site.port() + "/ok/2",
                new Expected(FetchOutcome.TLS_ERROR, null, 1, 0));
    }

    /**
     * @param bytes -1 where it does not matter how many came before the end
     */
    private static void expect(
            String path, FetchOutcome outcome, @Nullable Integer status, int attempts, long bytes) {
        EXPECTED.put(site.url(path), new Expected(outcome, status, attempts, bytes));
    }

    private static int closedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @TestFactory
    List<DynamicTest> should_say_what_became_of() {
        Map<String, FetchRecord> byUrl =
                records.stream().collect(Collectors.toMap(FetchRecord::url, Function.identity()));
        var tests = new ArrayList<DynamicTest>();
        EXPECTED.forEach(
                (url, expected) ->
                        tests.add(
                                DynamicTest.dynamicTest(
                                        url, () -> check(byUrl.get(url), expected))));
        return tests;
    }

    private static void check(@Nullable FetchRecord record, Expected expected) {
        if (record == null) {
            throw new AssertionError("no record");
        }
        assertThat(record.outcome()).as("%s", record).isEqualTo(expected.outcome());
        assertThat(record.status()).as("%s", record).isEqualTo(expected.status());
        assertThat(record.attempts()).as("%s", record).isEqualTo(expected.attempts());
        if (expected.bytes() >= 0) {
            assertThat(record.bytes()).as("%s", record).isEqualTo(expected.bytes());
        }
        if (expected.outcome() == FetchOutcome.OK) {
            assertThat(record.error()).isNull();
        } else {
            assertThat(record.error()).isNotBlank();
        }
    }

    @Test
    void should_write_one_record_for_each() {
        assertThat(records)
                .extracting(FetchRecord::url)
                .containsExactlyInAnyOrderElementsOf(EXPECTED.keySet());
    }

    @Test
    void should_say_where_a_redirect_leads_that_cannot_be_followed() {
        assertThat(record("/gopher").error()).contains("gopher://");
        assertThat(record("/nowhere").error()).contains("Location");
    }

    @Test
    void should_end_with_status_1() {
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void should_wait_as_long_as_retry_after_says() {
        assertThat(record("/limited/1").millis()).isGreaterThanOrEqualTo(1_000);
        assertThat(record("/dated/2").millis()).isGreaterThanOrEqualTo(900);
    }

    @Test
    void should_not_wait_for_a_retry_that_cannot_come_in_time() {
        assertThat(site.requests("/limited/100")).isEqualTo(1);
    }

    @Test
    void should_print_a_row_for_each_and_a_summary() {
        assertThat(ended.out().lines()).hasSize(EXPECTED.size() + 2);
        assertThat(ended.out()).contains("This is page 1").contains("timeout: not done within 6s");
        assertThat(ended.out().lines().toList().getLast())
                .startsWith(EXPECTED.size() + " URLs in ")
                .contains("8 ok");
    }

    private static FetchRecord record(String path) {
        return records.stream()
                .filter(record -> record.url().equals(site.url(path)))
                .findFirst()
                .orElseThrow();
    }
}

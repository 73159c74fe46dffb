package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Stopped from outside. */
class FetchStopTest {
    private final Site site = Site.open();
    @TempDir private Path folder;

    @AfterEach
    void close() {
        site.close();
    }

    @ParameterizedTest
    @CsvSource({"INT, 130, 6", "TERM, 143, 6", "INT, 130, 0"})
    void should_record_every_unfinished_url_as_cancelled(String signal, int status, int perHost)
            throws Exception {
        var urls = new ArrayList<String>();
        for (int i = 0; i < 10; i++) {
            urls.add(site.url("/ok/" + i));
        }
        for (int i = 0; i < 3_000; i++) {
            urls.add(site.url("/silent/" + i % 1_500)); // each twice
        }
        var file = Files.write(folder.resolve("urls.txt"), urls);
        var output = folder.resolve("out.jsonl");
        try (var command =
                Command.start(
                        "fetch",
                        "--per-host=" + perHost,
                        "-i",
                        file.toString(),
                        "-o",
                        output.toString(),
                        site.url("/silent/first"))) {
            site.awaitRequests(10 + (perHost == 0 ? 100 : perHost));
            command.signal(signal);
            var ended = command.end();

            assertThat(ended.status()).isEqualTo(status);
            assertThat(ended.err()).isEmpty();
            assertThat(ended.out()).contains("10 ok, 3001 cancelled");
            assertThat(ended.out().lines().count()).as("rows of what was begun").isLessThan(120);
            var records = Lines.read(output);
            urls.add(site.url("/silent/first"));
            assertThat(records)
                    .extracting(FetchRecord::url)
                    .containsExactlyInAnyOrderElementsOf(urls);
            assertThat(records)
                    .filteredOn(record -> record.outcome() == FetchOutcome.CANCELLED)
                    .hasSize(3_001)
                    .allMatch(record -> ("stopped by SIG" + signal).equals(record.error()));
        }
    }

    @Test
    void should_stop_while_it_waits_for_standard_input() throws Exception {
        var output = folder.resolve("out.jsonl");
        try (var command = Command.start("fetch", "-i", "-", "-o", output.toString())) {
            command.say(site.url("/silent/1") + "\n");
            site.awaitRequests(1);
            command.signal("INT");

            assertThat(command.end().status()).isEqualTo(130);
            assertThat(Lines.read(output))
                    .extracting(FetchRecord::outcome)
                    .isEqualTo(List.of(FetchOutcome.CANCELLED));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void should_end_as_stopped_also_when_the_reader_of_its_table_was(boolean recorded)
            throws Exception {
        var output = folder.resolve("out.jsonl");
        var line = Command.line("fetch", site.url("/silent/1"), site.url("/silent/2"));
        if (recorded) {
            line.addAll(List.of("-o", output.toString()));
        }
        var process = Command.launch(line);
        try {
            site.awaitRequests(2);
            process.getInputStream().close();
            Command.signal(process, "INT");

            assertThat(Command.await(process)).isEqualTo(130);
            assertThat(process.getErrorStream()).isEmpty();
            if (recorded) {
                assertThat(Lines.read(output)).hasSize(2);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void should_end_at_once_at_the_second_signal() throws Exception {
        var urls = new ArrayList<String>();
        for (int i = 0; i < 5_000; i++) {
            urls.add(site.url("/ok/" + i));
        }
        var file = Files.write(folder.resolve("urls.txt"), urls);
        // Nobody reads what it prints: it is stuck in a write, and cannot end by itself.
        var process = Command.launch(Command.line("fetch", "-i", file.toString()));
        try {
            site.awaitQuiet();
            Command.signal(process, "INT");
            Command.signal(process, "INT");
            while (process.isAlive()) {
                Command.signal(process, "INT");
            }
            assertThat(Command.await(process)).isEqualTo(130);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void should_have_written_each_record_when_it_is_killed() throws Exception {
        var output = folder.resolve("out.jsonl");
        try (var command =
                Command.start(
                        "fetch", "-o", output.toString(), site.url("/ok/1"), site.url("/silent"))) {
            while (!Files.exists(output) || Files.size(output) == 0) {
                Thread.onSpinWait();
            }
            command.signal("KILL");
            command.end();
            assertThat(Lines.read(output))
                    .extracting(FetchRecord::url)
                    .containsExactly(site.url("/ok/1"));
        }
    }
}

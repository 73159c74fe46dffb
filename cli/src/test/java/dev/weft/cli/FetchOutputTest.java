package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class FetchOutputTest {
    private final Site site = Site.open();
    @TempDir private Path folder;

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void should_write_nothing_but_json_lines_to_standard_output_if_told_so() {
        var ended = Command.run("fetch", "-o", "-", site.url("/ok/1"), site.url("/ok/2"));

        assertThat(ended.status()).isZero();
        assertThat(ended.out().lines().map(Lines::parse))
                .extracting(FetchRecord::url)
                .containsExactlyInAnyOrder(site.url("/ok/1"), site.url("/ok/2"));
        assertThat(ended.err()).startsWith("2 URLs in ");
    }

    @Test
    void should_replace_what_the_file_had() throws IOException {
        var output = Files.writeString(folder.resolve("out.jsonl"), "old");
        Command.run("fetch", "-o", output.toString(), site.url("/ok/1"));

        assertThat(Lines.read(output)).hasSize(1);
    }

    @Test
    void should_say_so_when_nobody_reads_its_output() throws IOException {
        var process = Command.launch(Command.line("fetch", site.url("/slow/300")));
        process.getInputStream().close();
        var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(Command.await(process)).isEqualTo(1);
        assertThat(err).isEqualTo("weft: cannot write standard output: Broken pipe\n");
    }

    @Test
    void should_go_on_recording_when_nobody_reads_its_table() throws IOException {
        var output = folder.resolve("out.jsonl");
        var arguments = new ArrayList<>(List.of("fetch", "-o", output.toString(), "-c", "2"));
        for (int i = 0; i < 10; i++) {
            arguments.add(site.url("/slow/100?" + i));
        }
        var process = Command.launch(Command.line(arguments.toArray(String[]::new)));
        process.getInputStream().close();
        var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(Command.await(process)).isEqualTo(1);
        assertThat(err).isEqualTo("weft: cannot write standard output: Broken pipe\n");
        assertThat(Lines.read(output))
                .hasSize(10)
                .extracting(FetchRecord::outcome)
                .containsOnly(FetchOutcome.OK);
    }

    @Test
    void should_say_so_when_its_help_cannot_be_written() {
        assumeTrue(Files.exists(Path.of("/dev/full")));
        var ended = Command.shell("exec \"$@\" >/dev/full", "fetch", "--help");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).isEqualTo("weft: cannot write standard output\n");
    }

    @Test
    void should_stop_when_its_results_cannot_be_written() {
        assumeTrue(Files.exists(Path.of("/dev/full")));
        var ended = Command.run("fetch", "-o", "/dev/full", site.url("/ok/1"), site.url("/silent"));

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err())
                .isEqualTo("weft: cannot write /dev/full: No space left on device\n");
    }
}

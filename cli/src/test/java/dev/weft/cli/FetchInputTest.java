package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class FetchInputTest {
    private final Site site = Site.open();
    @TempDir private Path folder;

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void should_fetch_what_the_command_line_names_and_end_with_status_0() {
        var ended = Command.run("fetch", site.url("/ok/1"), site.url("/ok/2"));

        assertThat(ended.status()).isZero();
        assertThat(ended.out())
                .contains("This is page 1")
                .contains("This is page 2")
                .contains("2 URLs in");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void should_fetch_a_url_as_often_as_it_is_given() throws IOException {
        var output = folder.resolve("out.jsonl");
        var urls =
                Files.writeString(folder.resolve("urls.txt"), (site.url("/ok/1") + "\n").repeat(5));
        var ended =
                Command.run(
                        "fetch", site.url("/ok/1"), "-i", urls.toString(), "-o", output.toString());

        assertThat(ended.status()).isZero();
        assertThat(Lines.read(output)).hasSize(6);
        assertThat(site.requests("/ok/1")).isEqualTo(6);
    }

    @Test
    void should_read_standard_input() {
        try (var command = Command.start("fetch", "-i", "-")) {
            command.input("# some\n" + site.url("/ok/1") + "\n\n" + site.url("/ok/2") + "\n");
            var ended = command.end();

            assertThat(ended.status()).isZero();
            assertThat(ended.out()).contains("2 URLs in");
        }
    }

    @Test
    void should_fetch_what_standard_input_has_before_its_end() throws InterruptedException {
        try (var command = Command.start("fetch", "-i", "-")) {
            command.say(site.url("/ok/1") + "\n");
            site.awaitRequests(1);
            command.input(site.url("/ok/2") + "\n");

            assertThat(command.end().out()).contains("2 URLs in");
        }
    }

    @Test
    void should_finish_what_it_has_begun_when_standard_input_has_a_bad_line() {
        var output = folder.resolve("out.jsonl");
        try (var command = Command.start("fetch", "-i", "-", "-o", output.toString())) {
            command.input(site.url("/slow/200") + "\nnonsense\n" + site.url("/ok/2") + "\n");
            var ended = command.end();

            assertThat(ended.status()).isEqualTo(2);
            assertThat(ended.err()).startsWith("weft: standard input:2: ").contains("nonsense");
            assertThat(Lines.read(output))
                    .extracting(FetchRecord::outcome)
                    .isEqualTo(List.of(FetchOutcome.OK));
        }
    }

    @Test
    void should_finish_what_it_has_begun_when_standard_input_is_not_utf_8() {
        try (var command = Command.start("fetch", "-i", "-")) {
            command.input(
                    (site.url("/ok/1") + "\n" + site.url("/\u00fc") + "\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            var ended = command.end();

            assertThat(ended.status()).isEqualTo(2);
            assertThat(ended.err()).isEqualTo("weft: standard input:2: not UTF-8\n");
            assertThat(site.requests()).isEqualTo(1);
        }
    }

    @Test
    void should_take_arguments_and_file_names_in_utf_8() throws IOException {
        Files.writeString(folder.resolve("urls.txt"), site.url("/ok/1") + "\n");
        var ended =
                Command.shell(
                        "cd '%s' && u=$(printf '\\303\\274') && mv urls.txt $u && LC_ALL=C.UTF-8 exec \"$@\" -i $u -o $u.out $URL/$u"
                                .formatted(folder)
                                .replace("$URL", site.url("")),
                        "fetch");

        assertThat(ended.err()).isEmpty();
        assertThat(ended.out()).contains("2 URLs in");
        assertThat(site.requests("/%C3%BC")).isEqualTo(1);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void should_show_pages_without_letting_them_touch_the_terminal() {
        var ended = Command.run("fetch", site.url("/escape"), site.url("/latin"));

        assertThat(ended.out()).contains("·[2J· red").contains("été");
        assertThat(ended.out().replace("\n", "")).doesNotContainPattern("\\p{Cntrl}");
    }
}

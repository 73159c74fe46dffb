package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class FetchUsageTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"--help", "fetch --help", "--version", "fetch --version"})
    void should_help_on_standard_output(String line) {
        var ended = inThisProcess(List.of(line.split(" ", -1)));

        assertThat(ended.status()).isZero();
        assertThat(ended.out()).containsIgnoringCase("weft");
        assertThat(ended.err()).isEmpty();
    }

    static List<List<String>> bad() {
        return List.of(
                List.of("Which command"),
                List.of("'fetsch'", "fetsch"),
                List.of("Nothing to fetch", "fetch"),
                List.of("'--frobnicate'", "fetch", "--frobnicate", "http://a/"),
                List.of("'5'", "fetch", "--timeout=5", "http://a/"),
                List.of("'0s'", "fetch", "--timeout=0s", "http://a/"),
                List.of("'soon'", "fetch", "--connect-timeout=soon", "http://a/"),
                List.of("'big'", "fetch", "--max-body=big", "http://a/"),
                List.of("--max-body takes", "fetch", "--max-body=0", "http://a/"),
                List.of("not 0", "fetch", "-c", "0", "http://a/"),
                List.of("'many'", "fetch", "-c", "many", "http://a/"),
                List.of("not -1", "fetch", "--per-host=-1", "http://a/"),
                List.of("not -1", "fetch", "--retries=-1", "http://a/"),
                List.of("example.org", "fetch", "http://a/", "example.org"),
                List.of("ftp://a/", "fetch", "ftp://a/"),
                List.of("no-such-file", "fetch", "-i", "no-such-file"),
                List.of("not UTF-8", "fetch", "http://a/\ufffd"),
                List.of("not UTF-8", "fetch", "-i", "\ufffd.txt"),
                List.of("not UTF-8", "fetch", "-o", "\ufffd.txt", "http://a/"),
                List.of("a file name", "fetch", "-i", ""),
                List.of("cannot read", "fetch", "-i", "x".repeat(5_000)),
                List.of("a file name", "fetch", "-o", "", "http://a/"),
                List.of("cannot write", "fetch", "-o", "x".repeat(5_000), "http://a/"),
                List.of("no-such-folder", "fetch", "-o", "no-such-folder/x", "http://a/"),
                List.of("--demo goes with", "fetch", "--demo", "http://a/"),
                List.of("--demo needs", "fetch", "--demo", "--timeout=2s"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void should_name_what_is_wrong_and_end_with_status_2(List<String> saysAndLine) {
        var arguments = saysAndLine.subList(1, saysAndLine.size());
        var ended = inThisProcess(arguments);

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).startsWith("weft: ").contains(saysAndLine.getFirst());
        assertThat(ended.err()).doesNotContain("\tat ");
        assertThat(ended.out()).isEmpty();
    }

    /** What comes to no request needs no process of its own. */
    private static Command.Ended inThisProcess(List<String> arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var outBefore = System.out;
        var errBefore = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            int status = Main.run(arguments.toArray(String[]::new));
            return new Command.Ended(
                    status,
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(outBefore);
            System.setErr(errBefore);
        }
    }

    @Test
    void should_name_line_and_url_of_a_bad_line_before_anything_is_sent() throws IOException {
        var urls = folder.resolve("urls.txt");
        var output = Files.writeString(folder.resolve("out.jsonl"), "kept");
        try (var site = Site.open()) {
            Files.writeString(urls, "# mine\n" + site.url("/ok/1") + "\n\nnonsense\n");
            var ended = Command.run("fetch", "-i", urls.toString(), "-o", output.toString());

            assertThat(ended.status()).isEqualTo(2);
            assertThat(ended.err()).isEqualToIgnoringNewLines(ended.err().strip());
            assertThat(ended.err()).startsWith("weft: " + urls + ":4: ").contains("nonsense");
            assertThat(site.requests()).isZero();
            assertThat(output).hasContent("kept");
        }
    }

    @Test
    void should_refuse_a_folder_as_input() {
        var ended = Command.run("fetch", "-i", folder.toString());

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).startsWith("weft: cannot read " + folder);
    }

    @Test
    void should_refuse_to_overwrite_its_input() throws IOException {
        var urls = Files.writeString(folder.resolve("urls.txt"), "http://127.0.0.1:1/\n");
        var ended = Command.run("fetch", "-i", urls.toString(), "-o", urls.toString());

        assertThat(ended.status()).isEqualTo(2);
        assertThat(urls).hasContent("http://127.0.0.1:1/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"$@\" -i - -o F <F",
                "\"$@\" -i - -o - <F >>F",
                "\"$@\" -i - <F >>F",
                "\"$@\" -i F >>F",
                "ln F G && \"$@\" -i F -o G"
            })
    void should_refuse_to_write_into_its_input(String line) throws IOException {
        var urls = Files.writeString(folder.resolve("F"), "http://127.0.0.1:1/\n");
        var ended = Command.shell("cd '" + folder + "' && " + line, "fetch", "--retries=0");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).startsWith("weft: ").contains("would be written into");
        assertThat(urls).hasContent("http://127.0.0.1:1/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://a/", "-i ", "http://a/ -o "})
    void should_refuse_an_argument_that_is_not_utf_8(String before) {
        for (String locale : List.of("C", "C.UTF-8")) {
            var ended =
                    Command.shell(
                            "LC_ALL=" + locale + " exec \"$@\" " + before + "$(printf 'x\\374')",
                            "fetch");

            assertThat(ended.status()).isEqualTo(2);
            assertThat(ended.err()).startsWith("weft: not UTF-8: ").doesNotContain("Exception");
        }
    }

    @Test
    void should_take_an_empty_file_for_no_urls() throws IOException {
        var urls = Files.writeString(folder.resolve("urls.txt"), "# none\n");
        var ended = Command.run("fetch", "-i", urls.toString());

        assertThat(ended.status()).isZero();
        assertThat(ended.out()).contains("0 URLs in");
    }
}

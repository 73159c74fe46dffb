package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** On a pseudo-terminal of util-linux' {@code script}, where that is installed. */
class FetchTerminalTest {
    private static final String WIPE = "\r\033[K";
    private final Site site = Site.open();
    @TempDir private Path folder;

    @BeforeEach
    void needsScript() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")));
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
    }

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void should_draw_a_progress_line_and_print_rows_above_it() throws IOException {
        String screen = onTerminal(70, "", "fetch", "-c", "1", "-i", urls(4, "/slow/150?"));

        assertThat(screen)
                .contains("\033[?7l[")
                .contains("% ")
                .contains("/4, ")
                .contains("0 errors");
        assertThat(shown(screen)).hasSize(6).allMatch(line -> TerminalText.width(line) <= 70);
        assertThat(shown(screen).getLast()).startsWith("4 URLs in ");
    }

    @Test
    void should_draw_it_at_a_bounded_rate() throws IOException {
        String screen = onTerminal(70, "", "fetch", "-i", urls(2_000, "/ok/"));

        int drawn = screen.split("\\Q\033[?7l\\E", -1).length - 1;
        int rows = shown(screen).size();
        assertThat(rows).isEqualTo(2_002);
        assertThat(drawn).isLessThan(rows / 2);
    }

    @Test
    void should_draw_none_where_standard_error_is_no_terminal() throws IOException {
        String screen =
                onTerminal(70, " 2>/dev/null", "fetch", "-c", "1", "-i", urls(3, "/slow/150?"));

        assertThat(screen).doesNotContain("\033");
        assertThat(shown(screen)).hasSize(5);
    }

    @Test
    void should_draw_none_on_a_terminal_that_takes_its_json_lines() throws IOException {
        String screen =
                onTerminal(70, "", "fetch", "-o", "-", "-c", "1", "-i", urls(3, "/slow/150?"));

        assertThat(screen).doesNotContain("\033");
        assertThat(shown(screen)).filteredOn(line -> line.startsWith("{")).hasSize(3);
    }

    private String urls(int count, String path) throws IOException {
        var urls = IntStream.range(0, count).mapToObj(i -> site.url(path + i)).toList();
        return Files.write(folder.resolve("urls.txt"), urls).toString();
    }

    private static String onTerminal(int columns, String redirection, String... arguments)
            throws IOException {
        String line =
                Command.line(arguments).stream()
                        .map(word -> "'" + word + "'")
                        .collect(Collectors.joining(" "));
        var script =
                List.of(
                        "script",
                        "-qec",
                        "stty cols " + columns + "; " + line + redirection,
                        "/dev/null");
        var process = Command.launch(script);
        process.getOutputStream().close();
        String screen = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(Command.await(process)).as(screen).isZero();
        return screen;
    }

    /** The lines that are left on the screen in the end. */
    private static List<String> shown(String screen) {
        var lines = new ArrayList<String>();
        for (String line : screen.split("\r?\n", -1)) {
            String last =
                    line.substring(
                            line.lastIndexOf(WIPE) < 0
                                    ? 0
                                    : line.lastIndexOf(WIPE) + WIPE.length());
            lines.add(last.replace("\r", ""));
        }
        lines.removeIf(String::isEmpty);
        return lines;
    }
}

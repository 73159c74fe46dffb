package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** The programs as processes of their own, as a reader would run them. */
class ProgramsTest {
    private final Pages pages = new Pages();

    @AfterEach
    void close() {
        pages.close();
    }

    @Test
    void first_characters_prints_the_first_100_of_each_in_the_order_given() throws Exception {
        var lines =
                run(
                        FirstCharacters.class,
                        pages.url("/page/1"),
                        pages.url("/page/2"),
                        pages.url("/page/3"));

        assertThat(lines)
                .containsExactly(
                        Pages.page(1).substring(0, 100),
                        Pages.page(2).substring(0, 100),
                        Pages.page(3).substring(0, 100));
    }

    @Test
    void two_timeouts_prints_results() throws Exception {
        var lines = run(TwoTimeouts.class, pages.url("/page/1"), pages.url("/page/2"));

        assertThat(lines).containsExactly("a page of 1000 characters", "a page of 1000 characters");
    }

    @Test
    void two_timeouts_prints_a_timeout_and_a_cancellation() throws Exception {
        var lines = run(TwoTimeouts.class, pages.url("/never"), pages.url("/never"));

        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).startsWith("timed out: ");
        assertThat(lines.getLast()).isEqualTo("cancelled: one second more was enough");
    }

    @Test
    void two_timeouts_prints_a_failure() throws Exception {
        var lines = run(TwoTimeouts.class, "http://127.0.0.1:1/", pages.url("/page/1"));

        assertThat(lines.getFirst()).startsWith("failed: GET http://127.0.0.1:1/: ");
        assertThat(lines.getLast()).isEqualTo("a page of 1000 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"FirstCharacters", "TwoTimeouts"})
    void are_under_40_lines(String program) throws IOException {
        assertThat(Files.readAllLines(Docs.PROGRAMS.resolve(program + ".java")))
                .hasSizeLessThan(40);
    }

    private static List<String> run(Class<?> program, String... urls)
            throws IOException, InterruptedException {
        try (var process = new Program(program, urls)) {
            return process.lines();
        }
    }
}

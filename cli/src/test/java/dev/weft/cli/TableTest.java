package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
    private static final String LONG = "http://example.org/" + "very/long/".repeat(40);

    @Test
    void should_say_status_size_time_url_and_first_characters() {
        var table = new Table(80, 20);

        assertThat(table.row(record("http://a/b", 200, null)))
                .isEqualTo("200       1.5K    0.123  http://a/b            Hello, world\n");
    }

    @Test
    void should_say_what_went_wrong_instead() {
        var table = new Table(120, 10);

        assertThat(table.row(record("http://a/b", null, "refused")))
                .isEqualTo(
                        "-         1.5K    0.123  http://a/b  timeout after 2 attempts: refused\n");
    }

    @Test
    void should_show_the_end_of_an_error_that_does_not_fit() {
        var table = new Table(100, 10);

        assertThat(
                        table.row(
                                record(
                                        "http://a/b",
                                        null,
                                        "a.example:80: cannot connect to all of its addresses:"
                                                + " refused")))
                .endsWith("  timeout after 2 attempts: … refused\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 100, 213})
    void should_fit_the_terminal_whatever_comes(int width) {
        var table = new Table(width, LONG.length());

        assertThat(table.header().strip().length()).isLessThanOrEqualTo(width);
        assertThat(
                        TerminalText.width(
                                table.row(record(LONG, 200, "日本".repeat(200))).stripTrailing()))
                .isLessThanOrEqualTo(width);
    }

    @Test
    void should_keep_to_one_line_whatever_comes() {
        var table = new Table(80, Integer.MAX_VALUE);

        assertThat(table.row(record("http://a/\n\u001b[2J", 200, "x\r\ny")))
                .matches("[^\\n\\r\\u001b]*\\n");
    }

    @Test
    void should_stay_readable_on_a_terminal_that_is_too_narrow() {
        assertThat(new Table(1, 50).row(record("http://a/b", 404, "status 404")))
                .contains("404")
                .contains("http://a/b");
    }

    private static FetchRecord record(
            String url, @Nullable Integer status, @Nullable String error) {
        var outcome = error == null ? FetchOutcome.OK : FetchOutcome.TIMEOUT;
        return new FetchRecord(url, status, 1536, 123, 2, outcome, error, "Hello,\n world");
    }
}

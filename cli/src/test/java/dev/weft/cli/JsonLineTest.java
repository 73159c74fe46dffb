package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonLineTest {

    @Test
    void should_be_one_object_on_one_line() {
        var record =
                new FetchRecord("http://a/", 200, 12, 34, 1, FetchOutcome.OK, null, "not in it");

        assertThat(JsonLine.of(record))
                .isEqualTo(
                        "{\"url\":\"http://a/\",\"status\":200,\"bytes\":12,\"millis\":34,"
                                + "\"attempts\":1,\"outcome\":\"ok\",\"error\":null}\n");
    }

    @Test
    void should_say_null_where_no_answer_came() {
        var record =
                new FetchRecord("http://a/", null, 0, 5, 3, FetchOutcome.CONNECT_ERROR, "no", "");

        assertThat(JsonLine.of(record))
                .contains("\"status\":null")
                .contains("\"outcome\":\"connect_error\",\"error\":\"no\"");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "0022, `\\\"`",
                "005c, `\\\\`",
                "000a, `\\n`",
                "000d, `\\r`",
                "0009, `\\t`",
                "0000, `\\u0000`",
                "001b, `\\u001b`",
                "007f, `\\u007f`",
                "009b, `\\u009b`",
                "2028, `\\u2028`",
                "d800, `\\ud800`",
                "dc00, `\\udc00`",
                "00e9, `é`",
                "4e2d, `中`",
                "002f, `/`"
            })
    void should_escape_what_json_or_a_line_cannot_carry(String hex, String escaped) {
        var json = new StringBuilder();
        JsonLine.quote(json, "a" + (char) Integer.parseInt(hex, 16) + "b");

        assertThat(json).hasToString("\"a" + escaped + "b\"");
    }

    @Test
    void should_keep_pairs_of_surrogates_together() {
        var json = new StringBuilder();
        JsonLine.quote(json, "\ud83d\ude00\ud83d");

        assertThat(json).hasToString("\"\ud83d\ude00\\ud83d\"");
    }
}

package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.Instant;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("1994-11-06T08:49:30Z");

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "1, PT1S",
        "' 120 ', PT2M",
        "0000000001, P365D",
        "99999999999999999999, P365D"
    })
    void should_read_seconds(String value, Duration wait) {
        assertThat(RetryAfter.parse(value, NOW)).contains(wait);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
            })
    void should_read_a_date_in_all_three_forms(String value) {
        assertThat(RetryAfter.parse(value, NOW)).contains(Duration.ofSeconds(7));
    }

    @Test
    void should_not_wait_for_a_date_in_the_past() {
        assertThat(RetryAfter.parse("Sun, 06 Nov 1994 08:49:29 GMT", NOW)).contains(Duration.ZERO);
    }

    @Test
    void should_take_a_two_digit_year_more_than_50_years_ahead_as_past() {
        var now = Instant.parse("2026-11-20T00:00:00Z");
        assertThat(RetryAfter.parse("Friday, 20-Nov-26 00:00:05 GMT", now))
                .contains(Duration.ofSeconds(5));
        assertThat(RetryAfter.parse("Sunday, 06-Nov-94 08:49:37 GMT", now)).contains(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "soon",
                "-1",
                "1.5",
                "1 2",
                "Mon, 06 Nov 1994 08:49:37 GMT",
                "Sun, 31 Feb 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 25:49:37 GMT",
                "Sun, 06 Nov 1994 08:49:37 CET",
                "١"
            })
    void should_ignore_what_it_cannot_read(String value) {
        assertThat(RetryAfter.parse(value, NOW)).isEmpty();
    }
}

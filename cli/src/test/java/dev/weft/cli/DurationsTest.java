package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine.TypeConversionException;

import java.time.Duration;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "500ms, PT0.5S",
        "2s, PT2S",
        "1.5s, PT1.5S",
        "1m, PT1M",
        "1h, PT1H",
        "1.5ms, PT0.0015S",
        "2S, PT2S",
        "' 2s ', PT2S"
    })
    void should_read_a_number_and_its_unit(String text, Duration duration) {
        assertThat(new Durations().convert(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "s", "-1s", "1d", "1 s", "1s2", "1,5s", "1e3s", "NaNs", ".5s"})
    void should_name_what_is_no_duration(String text) {
        assertThatThrownBy(() -> new Durations().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "0ms", "0.0000001ms", "0.999ms"})
    void should_refuse_less_than_a_millisecond(String text) {
        assertThatThrownBy(() -> new Durations().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("less than 1ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9000h", "999999999h", "999999999.999999999h"})
    void should_refuse_more_than_a_year(String text) {
        assertThatThrownBy(() -> new Durations().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("a year");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0ms",
        "PT0.25S, 250ms",
        "PT2S, 2s",
        "PT2.54S, 2.5s",
        "PT12.6S, 13s",
        "PT59.7S, 1m",
        "PT65S, 1m 5s",
        "PT1H, 1h",
        "PT2H3M4S, 2h 3m"
    })
    void should_print_the_digits_that_matter(Duration duration, String text) {
        assertThat(Durations.text(duration)).isEqualTo(text);
    }
}

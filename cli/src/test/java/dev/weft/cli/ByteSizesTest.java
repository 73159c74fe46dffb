package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine.TypeConversionException;

class ByteSizesTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "4096, 4096",
        "4096B, 4096",
        "512K, 524288",
        "64M, 67108864",
        "64MiB, 67108864",
        "64mb, 67108864",
        "1G, 1073741824",
        "2T, 2199023255552"
    })
    void should_read_a_number_and_its_unit(String text, long bytes) {
        assertThat(new ByteSizes().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "-1", "1.5M", "1X", "1 M", "1Mi", "999999999999T"})
    void should_name_what_is_no_size(String text) {
        assertThatThrownBy(() -> new ByteSizes().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1023, 1023",
        "1024, 1K",
        "1536, 1.5K",
        "1048575, 1M",
        "10485760, 10M",
        "1073741824, 1G",
        "10995116277760, 10T"
    })
    void should_print_at_most_four_digits(long bytes, String text) {
        assertThat(ByteSizes.text(bytes)).isEqualTo(text);
    }
}

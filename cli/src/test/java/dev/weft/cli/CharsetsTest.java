package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CharsetsTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`text/html; charset=ISO-8859-1`, ISO-8859-1",
                "`text/html;charset=\"utf-16\"`, UTF-16",
                "`text/html; q=1; CHARSET = Shift_JIS`, Shift_JIS",
                "`text/html`, UTF-8",
                "``, UTF-8",
                "`text/html; charset=klingon`, UTF-8",
                "`text/html; charset=***`, UTF-8",
                "`text/html; charset=`, UTF-8"
            })
    void should_be_what_the_header_names_if_it_is_known(String contentType, String charset) {
        assertThat(Charsets.of(contentType).name()).isEqualTo(charset);
    }
}

package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

class TerminalTextTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTF-8",
                "ISO-8859-1",
                "UTF-16LE",
                "windows-1252",
                "Shift_JIS",
                "ISO-2022-CN"
            })
    void should_decode_any_bytes_in_any_charset(String name) {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        assertThat(TerminalText.decode(ByteBuffer.wrap(bytes), Charset.forName(name))).isNotEmpty();
    }

    @Test
    void should_leave_out_a_character_that_is_cut_off() {
        byte[] bytes = "aé中".getBytes(StandardCharsets.UTF_8);
        var cut = ByteBuffer.wrap(bytes, 0, bytes.length - 1);

        assertThat(TerminalText.decode(cut, StandardCharsets.UTF_8)).isEqualTo("aé");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`plain`, `plain`",
                "`  a \t\r\n b  `, `a b`",
                "`\u001b[31mred`, `·[31mred`",
                "`a\u0000b\u0007`, `a·b·`",
                "`a\u009bb`, `a·b`",
                "`\u202egnp.exe`, `gnp.exe`",
                "`\ufeffbom`, `bom`",
                "`a\u00a0b`, `a b`",
                "`a\ud800b`, `a·b`",
                "`日本 é`, `日本 é`"
            })
    void should_clean_what_would_move_the_cursor_or_hide(String text, String clean) {
        assertThat(TerminalText.clean(text)).isEqualTo(clean);
    }

    @ParameterizedTest
    @CsvSource({
        "abcdef, 6, abcdef",
        "abcdef, 5, abcd…",
        "abcdef, 1, …",
        "日本語, 6, 日本語",
        "日本語, 5, 日本…",
        "日本語, 4, 日…",
        "e\u0301e\u0301e\u0301, 3, e\u0301e\u0301e\u0301",
        "e\u0301e\u0301e\u0301, 2, e\u0301…"
    })
    void should_cut_to_columns_not_characters(String text, int columns, String cut) {
        assertThat(TerminalText.cut(text, columns)).isEqualTo(cut);
        assertThat(TerminalText.width(cut)).isLessThanOrEqualTo(columns);
    }

    @Test
    void should_cut_to_nothing_where_there_is_no_room() {
        assertThat(TerminalText.cut("abc", 0)).isEmpty();
        assertThat(TerminalText.cut("", 0)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "abcdefgh", "日本", "日本語です"})
    void should_fit_to_exactly_the_columns(String text) {
        assertThat(TerminalText.width(TerminalText.fit(text, 7))).isEqualTo(7);
    }
}

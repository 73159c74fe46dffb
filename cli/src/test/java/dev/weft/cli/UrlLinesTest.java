package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

class UrlLinesTest {

    @Test
    void should_read_a_url_a_line() throws BadInput {
        assertThat(read("http://a/\nhttps://b/c?d#e\n"))
                .containsExactly("http://a/", "https://b/c?d#e");
    }

    @Test
    void should_skip_empty_lines_and_comments() throws BadInput {
        assertThat(read("\n# one\n  # two\n \t\nhttp://a/\n")).containsExactly("http://a/");
    }

    @Test
    void should_ignore_white_space_line_ends_of_windows_and_a_byte_order_mark() throws BadInput {
        assertThat(read("\ufeffhttp://a/\r\n  http://b/\t\r\n"))
                .containsExactly("http://a/", "http://b/");
    }

    @Test
    void should_read_a_last_line_without_its_end() throws BadInput {
        assertThat(read("http://a/")).containsExactly("http://a/");
    }

    @Test
    void should_keep_what_occurs_twice() throws BadInput {
        assertThat(read("http://a/\nhttp://a/\n")).containsExactly("http://a/", "http://a/");
    }

    @ParameterizedTest
    @CsvSource({
        "example.org",
        "ftp://example.org/",
        "http://",
        "//example.org",
        "http://a:99999/",
        "http:/a"
    })
    void should_name_file_line_and_url_of_a_bad_one(String bad) {
        assertThatThrownBy(() -> read("http://a/\n\n# comment\n" + bad + "\nhttp://b/\n"))
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith("urls.txt:4: ")
                .hasMessageContaining(bad);
    }

    @Test
    void should_refuse_a_line_without_end() {
        assertThatThrownBy(() -> read("http://a/\n" + "x".repeat(UrlLines.LONGEST_LINE + 1)))
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith("urls.txt:2: ");
    }

    @Test
    void should_read_lines_longer_than_a_block_in_all() throws BadInput {
        assertThat(read("http://a/long/enough\n".repeat(50_000))).hasSize(50_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00fc", "\u00c3", "\u00ed\u00a0\u0080", "\u00c0\u00af"})
    void should_refuse_what_is_not_utf_8_and_name_its_line(String octets) {
        byte[] text =
                ("http://a/\n# " + octets + "\nhttp://b/\n").getBytes(StandardCharsets.ISO_8859_1);
        var lines = new UrlLines("urls.txt", new ByteArrayInputStream(text));

        assertThatThrownBy(
                        () -> {
                            lines.next();
                            lines.next();
                        })
                .isInstanceOf(BadInput.class)
                .hasMessage("urls.txt:2: not UTF-8");
    }

    @Test
    void should_take_any_character_of_utf_8() throws BadInput {
        assertThat(read("http://a/\ufffd\ud83d\ude00"))
                .containsExactly("http://a/\ufffd\ud83d\ude00");
    }

    @Test
    void should_say_what_cannot_be_read() {
        var broken =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("Is a directory");
                    }

                    @Override
                    public int read(byte[] into, int from, int length) throws IOException {
                        return read();
                    }
                };
        assertThatThrownBy(() -> new UrlLines("urls.txt", broken).next())
                .isInstanceOf(BadInput.class)
                .hasMessage("cannot read urls.txt: Is a directory");
    }

    private static List<String> read(String text) throws BadInput {
        var urls = new ArrayList<String>();
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        try (var lines = new UrlLines("urls.txt", new ByteArrayInputStream(bytes))) {
            for (var target = lines.next(); target != null; target = lines.next()) {
                urls.add(target.url());
            }
        }
        return urls;
    }
}

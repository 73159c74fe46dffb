package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads a file of JSON lines back, strictly. */
final class Lines {
    private static final Pattern FORM =
            Pattern.compile(
                    "\\{\"url\":\"((?:[^\"\\\\\\p{Cntrl}]|\\\\.)*)\",\"status\":(null|\\d{3}),\"bytes\":(\\d+),"
                        + "\"millis\":(\\d+),\"attempts\":(\\d+),\"outcome\":\"([a-z_]+)\","
                        + "\"error\":(?:null|\"((?:[^\"\\\\\\p{Cntrl}]|\\\\.)*)\")}");

    private Lines() {}

    static List<FetchRecord> read(Path file) {
        try {
            String text = Files.readString(file);
            assertThat(text).matches("(?s)|.*\n");
            return text.lines().map(Lines::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static FetchRecord parse(String line) {
        var form = FORM.matcher(line);
        assertThat(form.matches()).as(line).isTrue();
        @Nullable Integer status =
                form.group(2).equals("null") ? null : Integer.valueOf(form.group(2));
        return new FetchRecord(
                form.group(1),
                status,
                Long.parseLong(form.group(3)),
                Long.parseLong(form.group(4)),
                Integer.parseInt(form.group(5)),
                FetchOutcome.valueOf(form.group(6).toUpperCase(Locale.ROOT)),
                form.group(7),
                "");
    }
}

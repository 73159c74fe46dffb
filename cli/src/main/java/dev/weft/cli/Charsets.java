package dev.weft.cli;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.regex.Pattern;

/** The charset that a {@code Content-Type} names; UTF-8 where it names none that is known. */
final class Charsets {
    private static final Pattern PARAMETER =
            Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\\s;\"]+)", Pattern.CASE_INSENSITIVE);

    private Charsets() {}

    static Charset of(String contentType) {
        var parameter = PARAMETER.matcher(contentType);
        if (parameter.find()) {
            try {
                return Charset.forName(parameter.group(1));
            } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
                return StandardCharsets.UTF_8;
            }
        }
        return StandardCharsets.UTF_8;
    }
}

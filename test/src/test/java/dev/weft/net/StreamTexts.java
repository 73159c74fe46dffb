package dev.weft.net;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What was read, as text. */
final class StreamTexts {
    private StreamTexts() {}

    static String text(Bytes bytes) {
        try (bytes) {
            return bytes.toString(UTF_8);
        }
    }
}

package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/** Messages that are lines. */
final class LineFraming implements Framing<String> {
    private final int limit;

    LineFraming(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException(
                    "a limit of " + limit + " bytes for a line: its end needs 1");
        }
        this.limit = limit;
    }

    @Override
    public @Nullable String read(ByteStream stream) {
        return stream.readLine(limit);
    }

    @Override
    public void write(ByteStream stream, String message) {
        if (message.indexOf('\n') >= 0 || message.endsWith("\r")) {
            throw new IllegalArgumentException("a message with an end of line is no line");
        }
        byte[] line = (message + "\n").getBytes(StandardCharsets.UTF_8);
        if (line.length > limit) {
            throw new IllegalArgumentException(
                    "a line of " + line.length + " bytes, where " + limit + " are the limit");
        }
        stream.write(Bytes.wrap(line));
    }
}

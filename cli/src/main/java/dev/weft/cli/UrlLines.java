package dev.weft.cli;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/**
 * URLs read from UTF-8 text, one a line, one at a time. White space around them is ignored, and so
 * are lines that are empty or begin with {@code #}. Blocks its thread: not for the loop.
 */
final class UrlLines implements Closeable {
    static final int LONGEST_LINE = 16 * 1024;

    private final String name;
    private final InputStream in;
    private final byte[] block = new byte[64 * 1024];
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int at;
    private int end;
    private long line;

    /**
     * @param name of the text in messages
     */
    UrlLines(String name, InputStream in) {
        this.name = name;
        this.in = in;
    }

    /** The next URL, or null at the end of the text. */
    @Nullable Target next() throws BadInput {
        return next(true);
    }

    /** The next URL, or null if there is none in the whole lines that have been read already. */
    @Nullable Target nextAtHand() throws BadInput {
        return next(false);
    }

    private @Nullable Target next(boolean reads) throws BadInput {
        while (reads || hasLineAtHand()) {
            String text = nextLine();
            if (text == null) {
                return null;
            }
            String url =
                    (line == 1 && text.startsWith("\ufeff") ? text.substring(1) : text).strip();
            if (!url.isEmpty() && !url.startsWith("#")) {
                try {
                    return Target.of(url);
                } catch (BadInput e) {
                    throw here(e.getMessage());
                }
            }
        }
        return null;
    }

    private boolean hasLineAtHand() {
        for (int i = at; i < end; i++) {
            if (block[i] == '\n') {
                return true;
            }
        }
        return false;
    }

    private @Nullable String nextLine() throws BadInput {
        line++;
        bytes.reset();
        try {
            int b = read();
            if (b < 0) {
                return null;
            }
            for (; b >= 0 && b != '\n'; b = read()) {
                if (bytes.size() == LONGEST_LINE) {
                    throw here(
                            "a line of more than " + ByteSizes.text(LONGEST_LINE) + " is no URL");
                }
                bytes.write(b);
            }
            return decoder.decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            throw here("not UTF-8");
        } catch (IOException e) {
            throw new BadInput("cannot read " + name + ": " + e.getMessage());
        }
    }

    private int read() throws IOException {
        if (at == end) {
            at = 0;
            end = Math.max(0, in.read(block));
            if (end == 0) {
                return -1;
            }
        }
        return block[at++] & 0xff;
    }

    private BadInput here(@Nullable String message) {
        return new BadInput(name + ":" + line + ": " + message);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            return; // it was only read
        }
    }
}

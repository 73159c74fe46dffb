package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** The lines of a stream, one after the other. */
final class Lines implements Iterator<String> {
    private final ByteStream stream;
    private @Nullable String next;

    Lines(ByteStream stream) {
        this.stream = stream;
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            next = stream.readLine();
        }
        return next != null;
    }

    @Override
    public String next() {
        String line = hasNext() ? next : null;
        next = null;
        if (line == null) {
            throw new NoSuchElementException("the stream has ended");
        }
        return line;
    }
}

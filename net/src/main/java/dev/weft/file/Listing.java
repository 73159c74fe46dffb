package dev.weft.file;

import dev.weft.WaitList;
import dev.weft.Weft;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/**
 * What comes piece by piece from the disk, while one goes through it: paths, lines. Holds something
 * open until it is closed.
 *
 * <pre>{@code
 * try (var all = Disk.walk(folder, Integer.MAX_VALUE)) {
 *     for (Path path : all) {
 *         ...
 *     }
 * }
 * }</pre>
 *
 * <p><em>Loop-confined</em>, to be gone through once, by one task at a time. {@code hasNext} waits;
 * cancelled, it has lost nothing, and may be called again. One that is still open when its loop
 * ends is closed, and a warning names it.
 *
 * @param <T> what comes
 */
public final class Listing<T> implements Iterable<T>, AutoCloseable {
    private final String name;
    private final Supplier<List<T>> more;
    private final Runnable closer;
    private final WaitList guard = new WaitList("Listing");
    private final ArrayDeque<T> ahead = new ArrayDeque<>();
    private boolean asking;
    private boolean closed;

    /**
     * @param more waits for some; empty at the end
     * @param closer waits until it is closed
     */
    Listing(String name, Supplier<List<T>> more, Runnable closer) {
        this.name = name;
        this.more = more;
        this.closer = closer;
        guard.check();
    }

    @Override
    public Iterator<T> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return Listing.this.hasNext();
            }

            @Override
            public T next() {
                if (!Listing.this.hasNext()) {
                    throw new NoSuchElementException(name + ": there is no more");
                }
                return ahead.remove();
            }
        };
    }

    private boolean hasNext() {
        guard.enter();
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
        if (!ahead.isEmpty()) {
            return true;
        }
        if (asking) {
            throw new IllegalStateException(this + " is gone through by another task");
        }
        asking = true;
        try {
            ahead.addAll(more.get());
        } finally {
            asking = false;
        }
        return !ahead.isEmpty();
    }

    /** Closes what it holds, and waits for that, also when cancelled. May be called twice. */
    @Override
    public void close() {
        guard.check();
        if (!closed) {
            closed = true;
            ahead.clear();
            Weft.shield(OpenFile.CLOSE_LIMIT, closer::run);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}

package dev.weft.cli;

import dev.weft.Weft;

import org.jspecify.annotations.Nullable;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The URLs to fetch: those of the command line, then those of a text, which is read as they are
 * asked for and never held as a whole. Loop-confined until the loop has ended; then {@link #rest}
 * gives what was not begun.
 *
 * <p>The text is read by a daemon thread. Where it has nothing yet (a terminal, a pipe) the asking
 * task waits, and can be cancelled, while the thread stays behind in its read.
 */
final class Inputs implements Iterator<Target> {
    private static final int CHUNK = 512;

    /** What one reading brought: URLs, and why there are no more. */
    private record Chunk(List<Target> targets, boolean last, @Nullable BadInput bad) {}

    private final UrlLines lines;
    private final boolean file;
    private Iterator<Target> chunk;
    private @Nullable CompletableFuture<Chunk> reading;
    private @Nullable Target handed;
    private @Nullable BadInput bad;
    private boolean last;

    /**
     * @param lines the text
     * @param file whether the text has an end that is there already
     */
    Inputs(List<Target> first, UrlLines lines, boolean file) {
        this.chunk = first.iterator();
        this.lines = lines;
        this.file = file;
    }

    /** Only these. */
    Inputs(List<Target> all) {
        this(all, new UrlLines("no input", InputStream.nullInputStream()), true);
    }

    /** Adds what was not known at first; only before anything is asked for. */
    void append(List<Target> more) {
        chunk = more.iterator();
    }

    /** Waits for more if it must. False at the end, and from the first bad line on. */
    @Override
    public boolean hasNext() {
        while (!chunk.hasNext()) {
            if (last) {
                return false;
            }
            if (reading == null) {
                reading = read();
            }
            take(Weft.await(reading));
        }
        return true;
    }

    @Override
    public Target next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        handed = chunk.next();
        return handed;
    }

    /** Says that a task has taken on this URL and answers for its record. */
    void begun(Target target) {
        if (target.equals(handed)) { // of two with the same URL, the requests differ
            handed = null;
        }
    }

    /** Throws what ended the text early, if anything did. */
    void check() throws BadInput {
        if (bad != null) {
            throw bad;
        }
    }

    /**
     * Passes on all that no task has begun: the whole rest of a file, of a pipe or terminal what
     * has been read. Not on the loop.
     */
    void rest(Consumer<? super Target> each) {
        if (handed != null) {
            each.accept(handed);
            handed = null;
        }
        chunk.forEachRemaining(each);
        while (!last) {
            if (reading == null) {
                if (file) {
                    reading = read();
                } else {
                    take(lastChunk());
                }
            }
            if (reading != null) {
                if (!file && !reading.isDone()) {
                    return;
                }
                take(reading.join());
            }
            chunk.forEachRemaining(each);
        }
    }

    private void take(Chunk read) {
        reading = null;
        chunk = read.targets().iterator();
        last = read.last();
        bad = read.bad();
    }

    private CompletableFuture<Chunk> read() {
        var read = new CompletableFuture<Chunk>();
        Thread.ofPlatform().daemon().name("weft-input").start(() -> readInto(read));
        return read;
    }

    private void readInto(CompletableFuture<Chunk> read) {
        try {
            read.complete(readChunk());
        } catch (Throwable e) {
            read.completeExceptionally(e);
        }
    }

    private Chunk readChunk() {
        var targets = new ArrayList<Target>();
        try {
            Target target = lines.next();
            if (target == null) {
                return new Chunk(targets, true, null);
            }
            while (target != null) {
                targets.add(target);
                target = targets.size() < CHUNK ? lines.nextAtHand() : null;
            }
            return new Chunk(targets, false, null);
        } catch (BadInput e) {
            return new Chunk(targets, true, e);
        }
    }

    /** What is left of what has been read, where no thread reads. */
    private Chunk lastChunk() {
        var targets = new ArrayList<Target>();
        try {
            Target target = lines.nextAtHand();
            while (target != null) {
                targets.add(target);
                target = lines.nextAtHand();
            }
            return new Chunk(targets, true, null);
        } catch (BadInput e) {
            return new Chunk(targets, true, e);
        }
    }
}

package dev.weft.file;

import dev.weft.WaitList;
import dev.weft.Weft;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A file or a folder that is there until this is closed, in the system's folder for such things
 * ({@code java.io.tmpdir}). Nobody else may read it.
 *
 * <pre>{@code
 * try (var folder = Temporary.folder()) {
 *     Disk.write(folder.path().resolve("input"), bytes);
 *     ...
 * }
 * }</pre>
 *
 * <p><em>Loop-confined.</em> One that is never closed stays on the disk.
 */
public final class Temporary implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path WHERE = Path.of("weft-");

    private final Path path;
    private final WaitList guard = new WaitList("Temporary");
    private boolean closed;

    private Temporary(Path path) {
        this.path = path;
        guard.check();
    }

    /** Makes an empty folder. */
    public static Temporary folder() {
        return new Temporary(
                Call.change("make", WHERE, () -> Files.createTempDirectory(WHERE.toString())));
    }

    /**
     * Makes an empty file.
     *
     * @param suffix how its name ends, such as {@code .csv}
     */
    public static Temporary file(String suffix) {
        return new Temporary(
                Call.change("make", WHERE, () -> Files.createTempFile(WHERE.toString(), suffix)));
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /**
     * Deletes it, with all that is in it, if it is still there. Waits for that; a cancellation
     * leaves it 30 seconds. May be called twice.
     */
    @Override
    public void close() {
        guard.check();
        if (!closed) {
            closed = true;
            Weft.shield(
                    LIMIT,
                    () -> {
                        var _ = Disk.deleteTree(path);
                    });
        }
    }

    @Override
    public String toString() {
        return "Temporary " + path;
    }
}

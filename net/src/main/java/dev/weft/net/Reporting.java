package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;

/**
 * Writes to the log {@code dev.weft.net}. A logger that fails, as on a full disk, must not take the
 * I/O task or a server with it: then the report goes to the standard error output, or nowhere.
 */
final class Reporting {
    private static final System.Logger LOG = System.getLogger("dev.weft.net");

    private Reporting() {}

    static void log(Level level, String message, @Nullable Throwable thrown) {
        try {
            LOG.log(level, message, thrown);
        } catch (Throwable broken) {
            try {
                System.err.println(
                        message + ": " + thrown + " (and the logger failed: " + broken + ")");
            } catch (Throwable nothingLeft) {
                return;
            }
        }
    }
}

package dev.weft.cli;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.text.MessageFormat;
import java.util.ResourceBundle;

/**
 * What libraries log, in this command: a warning or error is one line on standard error, anything
 * less is nothing. {@code -Dweft.debug=true} shows everything, with stack traces.
 */
public final class Log extends System.LoggerFinder {
    private static final boolean DEBUG = Boolean.getBoolean("weft.debug");

    /** For the service loader. */
    public Log() {}

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new Line(name);
    }

    private record Line(String name) implements System.Logger {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            int least = (DEBUG ? Level.DEBUG : Level.WARNING).getSeverity();
            return level != Level.OFF && level.getSeverity() >= least;
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String message,
                @Nullable Throwable thrown) {
            if (isLoggable(level)) {
                System.err.println("weft: " + message + (thrown == null ? "" : ": " + thrown));
                if (DEBUG && thrown != null) {
                    thrown.printStackTrace(System.err);
                }
            }
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String format,
                @Nullable Object... parameters) {
            if (isLoggable(level)) {
                boolean plain = format == null || parameters == null || parameters.length == 0;
                log(
                        level,
                        bundle,
                        plain ? format : MessageFormat.format(format, parameters),
                        (Throwable) null);
            }
        }
    }
}

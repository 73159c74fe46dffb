package dev.weft.process;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Something about a child process failed. Each kind is a class of its own, and the message begins
 * with the command. Unchecked; {@link #getCause} is the failure beneath.
 */
public abstract sealed class ProcessException extends UncheckedIOException
        permits StartException, ExitException, OutputLimitException {
    private static final long serialVersionUID = 1;

    private final String command;

    ProcessException(Command command, String message, @Nullable Throwable cause) {
        super(
                command + ": " + message,
                cause instanceof IOException io ? io : new IOException(message, cause));
        this.command = command.toString();
    }

    /** The command as one would type it, cut where it is long. */
    public String command() {
        return command;
    }
}

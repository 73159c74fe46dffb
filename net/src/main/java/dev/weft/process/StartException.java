package dev.weft.process;

import org.jspecify.annotations.Nullable;

/** A child could not be started; nothing of it is left. */
public final class StartException extends ProcessException {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** Why. */
    public enum Kind {
        /** There is no such program, or not the interpreter that it names. */
        NOT_FOUND,
        /** There is one, but it may not be executed, or is nothing that can be. */
        NOT_EXECUTABLE,
        /** The directory to run in is not there, or is none. */
        NO_DIRECTORY,
        /** A file for its input or output can't be opened. */
        NO_FILE,
        /** No process, descriptor or memory is left. */
        TOO_MANY,
        /** Arguments and environment are longer than the system takes. */
        TOO_LONG,
        /** Something else. */
        OTHER
    }

    StartException(Command command, Kind kind, String message, @Nullable Throwable cause) {
        super(command, message, cause);
        this.kind = kind;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}

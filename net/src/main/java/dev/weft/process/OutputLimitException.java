package dev.weft.process;

/** A child wrote more than its {@link Command#outputLimit}; it has been killed. */
public final class OutputLimitException extends ProcessException {
    private static final long serialVersionUID = 1;

    private final int limit;

    OutputLimitException(Command command, String stream, int limit) {
        super(
                command,
                stream
                        + " is longer than "
                        + limit
                        + " bytes; the process was killed. Raise Command.outputLimit, or start it"
                        + " and read as it comes",
                null);
        this.limit = limit;
    }

    /** The limit in bytes. */
    public int limit() {
        return limit;
    }
}

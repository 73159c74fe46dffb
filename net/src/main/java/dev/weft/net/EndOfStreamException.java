package dev.weft.net;

/**
 * The other side ended its stream before as many bytes, or the separator, had come that the reader
 * asked for.
 */
public final class EndOfStreamException extends NetException {
    private static final long serialVersionUID = 1;

    private final int available;

    EndOfStreamException(String target, String message, int available) {
        super(target, message, null);
        this.available = available;
    }

    /** How many bytes did come; they are still there to be read. */
    public int available() {
        return available;
    }
}

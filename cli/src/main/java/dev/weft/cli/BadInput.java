package dev.weft.cli;

/**
 * An input that can't be used. The message names it, with file and line where it comes from a file.
 */
final class BadInput extends Exception {
    private static final long serialVersionUID = 1L;

    BadInput(String message) {
        super(message);
    }
}

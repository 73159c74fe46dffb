package dev.weft.cli;

import java.io.IOException;

/** What was to be written can't be. The message says where to and why. */
final class OutputFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutputFailure(String name, IOException cause) {
        super("cannot write " + name + ": " + cause.getMessage(), cause);
    }
}

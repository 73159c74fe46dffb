package dev.weft.http;

import org.jspecify.annotations.Nullable;

/** The connection ended, or failed, where more was to come or to go. Inside the module only. */
final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken(String what, @Nullable Throwable cause) {
        super(what, cause, false, false);
    }
}

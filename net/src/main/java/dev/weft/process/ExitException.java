package dev.weft.process;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/** A child ended with a status other than 0; the message has the end of its error output. */
public final class ExitException extends ProcessException {
    private static final long serialVersionUID = 1;
    private static final int TAIL = 2_000;

    private final int code;
    private final int signal;
    private final transient @Nullable Result result;

    ExitException(Result result) {
        super(result.command(), describe(result), null);
        this.code = result.status().code();
        this.signal = result.status().signal();
        this.result = result;
    }

    private static String describe(Result result) {
        String text = result.errorText().strip();
        if (text.isEmpty()) {
            return result.status().toString();
        }
        String tail = text.length() <= TAIL ? text : "…" + text.substring(text.length() - TAIL);
        return result.status() + ": " + tail;
    }

    /** How it ended. */
    public ExitStatus status() {
        return new ExitStatus(code, signal);
    }

    /** All that is known; empty after serialisation. */
    public Optional<Result> result() {
        return Optional.ofNullable(result);
    }
}

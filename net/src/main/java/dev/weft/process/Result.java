package dev.weft.process;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** How a child ended, and what it wrote to its piped outputs. <em>Any thread</em>. */
public final class Result {
    private final Command command;
    private final ExitStatus status;
    private final byte[] stdout;
    private final byte[] stderr;

    Result(Command command, ExitStatus status, byte[] stdout, byte[] stderr) {
        this.command = command;
        this.status = status;
        this.stdout = stdout;
        this.stderr = stderr;
    }

    /** What was run. */
    public Command command() {
        return command;
    }

    /** How it ended. */
    public ExitStatus status() {
        return status;
    }

    /** Its output; empty if that was not piped. A copy. */
    public byte[] stdout() {
        return stdout.clone();
    }

    /** Its error output; empty if that was not piped, or was merged. A copy. */
    public byte[] stderr() {
        return stderr.clone();
    }

    /** Its output in UTF-8; what is none is replaced by U+FFFD. */
    public String text() {
        return text(StandardCharsets.UTF_8);
    }

    /** Its output as text. */
    public String text(Charset charset) {
        return new String(stdout, charset);
    }

    /** Its error output in UTF-8; what is none is replaced by U+FFFD. */
    public String errorText() {
        return new String(stderr, StandardCharsets.UTF_8);
    }

    /** The lines of {@link #text()}. */
    public List<String> lines() {
        return text().lines().toList();
    }

    /**
     * This, if its status is 0.
     *
     * @throws ExitException if not, with the end of its error output
     */
    public Result check() {
        if (!status.isSuccess()) {
            throw new ExitException(this);
        }
        return this;
    }

    @Override
    public String toString() {
        return command + ": " + status;
    }
}

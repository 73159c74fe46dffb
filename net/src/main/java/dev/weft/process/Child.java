package dev.weft.process;

import dev.weft.Source;
import dev.weft.Task;
import dev.weft.WaitList;
import dev.weft.Weft;
import dev.weft.net.ByteSink;
import dev.weft.net.ByteSource;
import dev.weft.net.Bytes;
import dev.weft.net.ConnectionResetException;
import dev.weft.net.LimitExceededException;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;

/**
 * A child process, from {@link Command#start} to {@link #close}.
 *
 * <pre>{@code
 * try (var server = Command.exec("redis-server", "--port", "0").start()) {
 *     String line = server.stdout().readLine();
 *     ...
 *     server.terminate();
 *     ExitStatus status = server.await();
 * }
 * }</pre>
 *
 * <p>Its pipes hold 64 KiB each: a child waits when its output is not read, so read all that is
 * piped, discard it, or let {@link #communicate} do it.
 *
 * <p><em>Loop-confined</em>. A cancelled wait leaves the child as it is, running: it is the end of
 * its scope that ends it. One that is still open when its loop ends is killed, and a warning names
 * it. It does not outlive the loop, but does outlive this process if that is killed.
 */
public final class Child implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.weft.process");

    /** How long a process may take to die after SIGKILL: only a system call can hold it up. */
    private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

    private static final byte[] NOTHING = {};

    private final Command command;
    private final Running process;
    private final WaitList guard = new WaitList("Child.await");
    private boolean closed;

    Child(Command command, Running process) {
        this.command = command;
        this.process = process;
        guard.check();
    }

    /** What was started. */
    public Command command() {
        return command;
    }

    /** The process's number. */
    public long pid() {
        return process.pid();
    }

    // ---- its streams

    /**
     * What it reads. Closing it lets the child see the end; a child that has closed it, or has
     * ended, makes a write fail with {@link ConnectionResetException}.
     *
     * @throws IllegalStateException if its input is not piped
     */
    public ByteSink stdin() {
        return piped(process.pipes().stdin(), "input");
    }

    /**
     * What it writes.
     *
     * @throws IllegalStateException if its output is not piped
     */
    public ByteSource stdout() {
        return piped(process.pipes().stdout(), "output");
    }

    /**
     * What it writes as errors.
     *
     * @throws IllegalStateException if its error output is not piped, or is merged into its output
     */
    public ByteSource stderr() {
        return piped(process.pipes().stderr(), "error output");
    }

    private <T> T piped(@Nullable T stream, String what) {
        guard.check();
        if (stream == null) {
            throw new IllegalStateException(
                    this + ": its " + what + " is not piped to this program; see Command");
        }
        return stream;
    }

    // ---- its end

    /**
     * Waits until it has ended: the process alone, not its pipes, which may be open for longer if
     * it has handed them on. What it wrote can still be read. As often as one likes. Cancelled, it
     * leaves the child running.
     */
    public ExitStatus await() {
        guard.enter();
        return process.exit().await();
    }

    /** The clause of a {@link Weft#select} that happens when it has ended, as {@link #await}. */
    public Source<ExitStatus> awaiting() {
        guard.check();
        return process.exit().awaiting();
    }

    /** Whether it has not ended, as far as this loop has heard. */
    public boolean isAlive() {
        guard.check();
        return !process.exit().isDone();
    }

    /**
     * Writes {@code input} and closes the child's input, reads its outputs to their ends, and waits
     * until it has ended: all at once, so that no full pipe can hold it up. Streams that are not
     * piped are left out. A child that does not read all of its input is no failure; nor is a
     * status other than 0. Cancelled, it leaves the child running, and what was read may be lost.
     *
     * <p>An output ends when all have closed it that have it: a child's children, too. If they may
     * outlive the child, give this a {@link Weft#timeout}.
     *
     * @throws OutputLimitException if an output is longer than {@link Command#outputLimit}; then
     *     the child has been killed
     * @throws IllegalStateException if there is input, but the child's is not piped
     */
    public Result communicate(byte[] input) {
        Objects.requireNonNull(input, "the input");
        guard.check();
        if (input.length > 0) {
            var _ = stdin(); // there must be one
        }
        try {
            return Weft.groupCall(
                    group -> {
                        Task<byte[]> out =
                                group.start(() -> collect(process.pipes().stdout(), "stdout"));
                        Task<byte[]> err =
                                group.start(() -> collect(process.pipes().stderr(), "stderr"));
                        group.background(() -> feed(process.pipes().stdin(), input));
                        return new Result(command, await(), out.await(), err.await());
                    });
        } catch (OutputLimitException e) {
            kill();
            throw e;
        }
    }

    private static void feed(@Nullable ByteSink stdin, byte[] input) {
        if (stdin == null) {
            return;
        }
        try {
            stdin.write(input);
            stdin.flush();
        } catch (ConnectionResetException itWantsNoMore) {
            return;
        } finally {
            stdin.abort();
        }
    }

    private byte[] collect(@Nullable ByteSource source, String name) {
        if (source == null) {
            return NOTHING;
        }
        int limit = command.outputLimit();
        try (Bytes all = source.readAll(limit)) {
            return all.toArray();
        } catch (LimitExceededException e) {
            throw new OutputLimitException(command, name, limit);
        }
    }

    // ---- signals

    /**
     * Sends a signal, to its whole group if it has {@linkplain Command#ownGroup one of its own}.
     * Never waits, and never reaches another process that has got its number since.
     *
     * @return false if it has ended, as far as this loop has heard; then nothing was sent
     * @throws UnsupportedOperationException where children are started through the JDK, for all but
     *     {@code TERM} and {@code KILL}
     */
    public boolean signal(Signal signal) {
        return signal(Objects.requireNonNull(signal, "the signal").number());
    }

    /**
     * As {@link #signal(Signal)}, by the system's number.
     *
     * @throws IllegalArgumentException if there is no such signal, or it may not be sent
     */
    public boolean signal(int number) {
        guard.check();
        if (number <= 0) {
            throw new IllegalArgumentException("signal " + number + ": numbers begin with 1");
        }
        return process.signal(number);
    }

    /** Asks it to end: {@code SIGTERM}. */
    public boolean terminate() {
        return signal(Signal.TERM);
    }

    /** Ends it: {@code SIGKILL}. */
    public boolean kill() {
        return signal(Signal.KILL);
    }

    // ---- the end of its scope

    /**
     * Sees to it that it is gone. If it still runs: closes its input and sends {@code SIGTERM};
     * after {@link Command#grace} sends {@code SIGKILL}; waits until it has ended. Then kills what
     * is left of {@linkplain Command#ownGroup its group}, and closes its pipes. Waits no longer
     * than the grace and five seconds, also when it is cancelled, which it shields itself from so
     * long. May be called twice.
     */
    @Override
    public void close() {
        guard.check();
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (isAlive()) {
                Weft.shield(command.grace().plus(KILL_LIMIT).plus(KILL_LIMIT), this::stop);
            }
        } finally {
            process.release();
        }
    }

    private void stop() {
        ByteSink stdin = process.pipes().stdin();
        if (stdin != null) {
            stdin.abort();
        }
        if (!command.grace().isZero() && terminate() && endsWithin(command.grace())) {
            return;
        }
        kill();
        if (!endsWithin(KILL_LIMIT)) {
            LOG.log(
                    Level.WARNING,
                    this + " has not ended " + KILL_LIMIT.toSeconds() + " s after SIGKILL");
        }
    }

    private boolean endsWithin(Duration limit) {
        return Weft.moveOnAfter(
                limit,
                () -> {
                    var _ = process.exit().await();
                });
    }

    @Override
    public String toString() {
        return command + " (pid " + pid() + ")";
    }
}

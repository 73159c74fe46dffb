package dev.weft.process;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What to run as a child process, and how. Immutable; a method with a value gives a changed copy.
 * <em>Any thread</em>, but {@link #run} and {@link #start} need a loop that one of Netty's drivers
 * drives.
 *
 * <pre>{@code
 * var log = Command.exec("git", "log", "--oneline").in(repository).outputLimit(1 << 20);
 * List<String> commits = Weft.timeout(Duration.ofSeconds(10), () -> log.run().check().lines());
 * }</pre>
 *
 * <p>The semantics are those of asyncio's {@code create_subprocess_exec} and of Trio's {@code
 * run_process}, but no child outlives its scope.
 *
 * @param words the program and its arguments, which no shell looks at. A program without a {@code
 *     /} is looked for in the child's {@code PATH}
 * @param directory where it runs; empty path (the default): where this program does
 * @param environment its environment variables; the default is this program's
 * @param stdin where its input comes from
 * @param stdout where its output goes
 * @param stderr where its error output goes
 * @param merged whether its error output goes where its output goes, whatever {@code stderr} says
 * @param outputLimit how many bytes {@link #run} and {@link Child#communicate} take at most of each
 *     output; the default is 16 MiB
 * @param grace how long it has after {@code SIGTERM} when its scope ends; the default is 5 s
 * @param ownGroup whether it leads a session, and so a process group, of its own
 */
public record Command(
        List<String> words,
        Path directory,
        Environment environment,
        Input stdin,
        Output stdout,
        Output stderr,
        boolean merged,
        int outputLimit,
        Duration grace,
        boolean ownGroup) {
    private static final int OUTPUT_LIMIT = 16 * 1024 * 1024;
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Path HERE = Path.of("");

    /**
     * What to run.
     *
     * @throws IllegalArgumentException if there is no program, a word has a NUL character, the
     *     limit is not positive, or the grace is negative
     */
    public Command {
        words = Words.checked(Objects.requireNonNull(words, "the words"));
        Objects.requireNonNull(directory, "the directory");
        Objects.requireNonNull(environment, "the environment");
        Objects.requireNonNull(stdin, "the input");
        Objects.requireNonNull(stdout, "the output");
        Objects.requireNonNull(stderr, "the error output");
        Objects.requireNonNull(grace, "the grace");
        if (outputLimit < 1) {
            throw new IllegalArgumentException(
                    "an output limit of "
                            + outputLimit
                            + " bytes: at least 1 is needed; to take none use Output.discarded()");
        }
        if (grace.isNegative()) {
            throw new IllegalArgumentException(
                    "a grace of " + grace + ": zero kills at once, less makes no sense");
        }
    }

    /** A program with arguments, each passed on as it is: no shell is involved. */
    public static Command exec(String program, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(Objects.requireNonNull(program, "the program"));
        words.addAll(Arrays.asList(arguments));
        return exec(words);
    }

    /** A program with arguments, each passed on as it is: no shell is involved. */
    public static Command exec(List<String> words) {
        return new Command(
                words,
                HERE,
                Environment.same(),
                Input.piped(),
                Output.piped(),
                Output.piped(),
                false,
                OUTPUT_LIMIT,
                GRACE,
                false);
    }

    /**
     * A line for {@code /bin/sh}, with pipes, wildcards and variables. Never build one from what
     * others have written: it could hold any command. {@link #exec} takes words as they are; or
     * pass them through {@link #env} and write {@code "$NAME"}, quoted.
     */
    public static Command shell(String line) {
        return exec("/bin/sh", "-c", Objects.requireNonNull(line, "the line"));
    }

    // ---- how

    /** Runs it there. */
    public Command in(Path d) {
        return copy(d, environment, stdin, stdout, stderr, merged, outputLimit, grace, ownGroup);
    }

    /** With an environment variable more, or another value of it. */
    public Command env(String name, String value) {
        return environment(
                environment.with(
                        Objects.requireNonNull(name, "the name"),
                        Objects.requireNonNull(value, "the value")));
    }

    /** Without an environment variable. */
    public Command withoutEnv(String name) {
        return environment(environment.without(Objects.requireNonNull(name, "the name")));
    }

    /** Without any environment variable; those that are added later are there. */
    public Command clearEnv() {
        return environment(Environment.none());
    }

    /** With these environment variables. */
    public Command environment(Environment e) {
        return copy(directory, e, stdin, stdout, stderr, merged, outputLimit, grace, ownGroup);
    }

    /** Where its input comes from. */
    public Command stdin(Input i) {
        return copy(
                directory, environment, i, stdout, stderr, merged, outputLimit, grace, ownGroup);
    }

    /** Where its output goes. */
    public Command stdout(Output o) {
        return copy(directory, environment, stdin, o, stderr, merged, outputLimit, grace, ownGroup);
    }

    /** Where its error output goes. */
    public Command stderr(Output o) {
        return copy(directory, environment, stdin, stdout, o, false, outputLimit, grace, ownGroup);
    }

    /** Its error output goes where its output goes, in the order in which both are written. */
    public Command mergeStderr() {
        return copy(
                directory, environment, stdin, stdout, stderr, true, outputLimit, grace, ownGroup);
    }

    /** How many bytes {@link #run} takes at most of each output. */
    public Command outputLimit(int bytes) {
        return copy(directory, environment, stdin, stdout, stderr, merged, bytes, grace, ownGroup);
    }

    /** How long it has after {@code SIGTERM} when its scope ends; zero: it is killed at once. */
    public Command grace(Duration g) {
        return copy(
                directory, environment, stdin, stdout, stderr, merged, outputLimit, g, ownGroup);
    }

    /**
     * In a session of its own ({@code setsid}): signals go to it and to whatever it has started,
     * and what of that still runs at {@link Child#close} is killed. The terminal's Ctrl-C does not
     * reach it, and it can't read from the terminal. What it starts may leave by a {@code setsid}
     * of its own.
     */
    public Command inOwnGroup() {
        return copy(
                directory, environment, stdin, stdout, stderr, merged, outputLimit, grace, true);
    }

    private Command copy(
            Path d,
            Environment e,
            Input i,
            Output o,
            Output err,
            boolean m,
            int limit,
            Duration g,
            boolean own) {
        return new Command(words, d, e, i, o, err, m, limit, g, own);
    }

    // ---- running it

    /**
     * Runs it to its end, with nothing to read; what it writes to piped outputs is in the result. A
     * status other than 0 is no failure here: see {@link Result#check}. Cancelled, it stops the
     * child as {@link Child#close} does and throws then.
     *
     * @throws StartException if it can't be started
     * @throws OutputLimitException if it writes more than {@link #outputLimit}; it has been killed
     *     then
     */
    public Result run() {
        return runWith(new byte[0]);
    }

    /**
     * As {@link #run()}, with something to read.
     *
     * @throws IllegalStateException if its input is not piped
     */
    public Result runWith(byte[] input) {
        Objects.requireNonNull(input, "the input");
        try (Child child = start()) {
            return child.communicate(input);
        }
    }

    /** As {@link #run()}, with a text to read, in UTF-8. */
    public Result runWith(String input) {
        return runWith(Objects.requireNonNull(input, "the input").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Starts it, on another thread, and waits until its program has been loaded. Cancelled before
     * that, nothing has started; cancelled meanwhile, it is killed and gone when this throws. Use
     * it with {@code try (var child = command.start())}, or {@code group.use(command.start())}.
     *
     * @throws StartException if it can't be started
     * @throws UnsupportedOperationException if {@link #ownGroup} can't be had here
     * @throws IllegalStateException off a loop, or if none of Netty's drivers drives it
     */
    public Child start() {
        return Starting.start(this);
    }

    /** The program's file name. */
    String name() {
        String program = words.getFirst();
        return program.substring(program.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return Words.shown(words);
    }
}

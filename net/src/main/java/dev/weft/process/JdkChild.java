package dev.weft.process;

import dev.weft.Promise;
import dev.weft.net.ByteSink;
import dev.weft.net.ByteSource;
import dev.weft.net.Descriptors;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A child that the JDK has started, which waits for it with a thread and reaps it there. */
final class JdkChild implements Running {
    private static final Pattern ERROR = Pattern.compile("error(?:=|: )(\\d+)");

    private final Process process;
    private final Pipes pipes;
    private final Promise<ExitStatus> exit = new Promise<>();
    private final Descriptors.Registration loopEnd;

    JdkChild(Process process, Command command) {
        this.process = process;
        String name = command.name() + " (pid " + process.pid() + ")";
        this.pipes =
                new Pipes(
                        command.stdin() == Input.piped()
                                ? ByteSink.over(process.getOutputStream(), "stdin of " + name)
                                : null,
                        command.stdout() == Output.piped()
                                ? ByteSource.over(process.getInputStream(), "stdout of " + name)
                                : null,
                        command.stderr() == Output.piped() && !command.merged()
                                ? ByteSource.over(process.getErrorStream(), "stderr of " + name)
                                : null);
        this.loopEnd = Descriptors.whenLoopEnds("Command.start", process::destroyForcibly);
        var _ =
                process.onExit()
                        .thenAccept(p -> exit.tryComplete(ExitStatus.exited(p.exitValue())));
    }

    /** Starts one, on a thread that may block. */
    static Process start(Command command) {
        Executable.requireDirectory(command);
        String program = Executable.find(command);
        List<String> words = new ArrayList<>(command.words());
        words.set(0, program);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.directory(command.directory().toAbsolutePath().toFile());
        Environment environment = command.environment();
        if (!environment.inherits()) {
            builder.environment().clear();
        }
        builder.environment().keySet().removeAll(environment.removed());
        builder.environment().putAll(environment.added());
        builder.redirectInput(of(command.stdin()));
        builder.redirectOutput(of(command.stdout()));
        builder.redirectError(of(command.stderr()));
        builder.redirectErrorStream(command.merged());
        try {
            return builder.start();
        } catch (IOException e) {
            Matcher error = ERROR.matcher(String.valueOf(e.getMessage()));
            if (error.find()) {
                throw Executable.refused(command, program, Integer.parseInt(error.group(1)), e);
            }
            throw new StartException(
                    command, StartException.Kind.NO_FILE, String.valueOf(e.getMessage()), e);
        }
    }

    private static ProcessBuilder.Redirect of(Input input) {
        return switch (input) {
            case Input.FromFile(Path file) -> ProcessBuilder.Redirect.from(file.toFile());
            case Input.Kind.EMPTY -> ProcessBuilder.Redirect.from(new File("/dev/null"));
            case Input.Kind.INHERITED -> ProcessBuilder.Redirect.INHERIT;
            case Input.Kind.PIPED -> ProcessBuilder.Redirect.PIPE;
        };
    }

    private static ProcessBuilder.Redirect of(Output output) {
        return switch (output) {
            case Output.ToFile(Path file, boolean appends) ->
                    appends
                            ? ProcessBuilder.Redirect.appendTo(file.toFile())
                            : ProcessBuilder.Redirect.to(file.toFile());
            case Output.Kind.DISCARDED -> ProcessBuilder.Redirect.DISCARD;
            case Output.Kind.INHERITED -> ProcessBuilder.Redirect.INHERIT;
            case Output.Kind.PIPED -> ProcessBuilder.Redirect.PIPE;
        };
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Pipes pipes() {
        return pipes;
    }

    @Override
    public Promise<ExitStatus> exit() {
        return exit;
    }

    /** The JDK looks that the process is still the same. */
    @Override
    public boolean signal(int number) {
        if (!process.isAlive()) {
            return false;
        }
        if (number == Signal.TERM.number()) {
            process.destroy();
        } else if (number == Signal.KILL.number()) {
            process.destroyForcibly();
        } else {
            throw new UnsupportedOperationException(
                    Signal.describe(number)
                            + " can't be sent here: children are started through the JDK, which"
                            + " knows SIGTERM and SIGKILL. On Linux, with --enable-native-access,"
                            + " any signal can");
        }
        return true;
    }

    @Override
    public void release() {
        loopEnd.close();
        pipes.close();
        process.destroyForcibly();
    }
}

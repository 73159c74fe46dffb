package dev.weft.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The entry of the {@code weft} command. Ends the process with 0 if all went well, 1 if something
 * failed, 2 on bad usage, 130 and 143 after SIGINT and SIGTERM; what went wrong is one line on
 * standard error. {@code -Dweft.debug=true} adds stack traces.
 */
@Command(
        name = "weft",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "asyncio for Java: the command-line tools of Weft.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = FetchCommand.class)
public final class Main implements Runnable {
    @Spec private @Nullable CommandSpec spec;

    private Main() {}

    /**
     * Runs the command and ends the process.
     *
     * @param args as typed
     */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        // A first request loads classes for longer than a step should take: nothing a user could
        // act on.
        System.getProperties().putIfAbsent("weft.slow-step", "0");
        try {
            int status =
                    new CommandLine(new Main())
                            .setExpandAtFiles(false)
                            .setParameterExceptionHandler((e, _) -> usage(e))
                            .setExecutionExceptionHandler((e, _, _) -> failure(e))
                            .execute(args);
            return System.out.checkError() ? helpFailure() : status;
        } catch (Throwable e) {
            return failure(e);
        }
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "Which command? See weft --help.");
        }
    }

    private static int helpFailure() {
        say("cannot write standard output");
        return ExitStatus.FAILED;
    }

    private static int usage(ParameterException e) {
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        say(e.getMessage() + "\nTry '" + name + " --help'.");
        return ExitStatus.USAGE;
    }

    private static int failure(Throwable e) {
        if (Boolean.getBoolean("weft.debug")) {
            e.printStackTrace(System.err);
        }
        switch (e) {
            case BadInput bad -> {
                say(bad.getMessage());
                return ExitStatus.USAGE;
            }
            case OutputFailure output -> say(output.getMessage());
            default -> say(e.getClass().getName() + ": " + e.getMessage());
        }
        return ExitStatus.FAILED;
    }

    private static void say(@Nullable String message) {
        System.err.println("weft: " + message);
    }
}

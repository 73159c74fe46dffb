package dev.weft.process;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds programs as a shell would; on a thread that may block. */
final class Executable {
    private Executable() {}

    /** The file to execute, or the name itself if it says where it is. */
    static String find(Command command) {
        String program = command.words().getFirst();
        if (program.indexOf('/') >= 0) {
            return program;
        }
        Path unusable = null;
        for (String folder : command.environment().path().split(":", -1)) {
            Path file = command.directory().resolve(folder).resolve(program);
            if (Files.isRegularFile(file)) {
                if (Files.isExecutable(file)) {
                    return file.toAbsolutePath().toString();
                }
                unusable = file;
            }
        }
        throw unusable == null
                ? new StartException(
                        command,
                        StartException.Kind.NOT_FOUND,
                        "there is no program '"
                                + program
                                + "' in PATH ("
                                + command.environment().path()
                                + ")",
                        null)
                : new StartException(
                        command,
                        StartException.Kind.NOT_EXECUTABLE,
                        unusable + " may not be executed: permission denied",
                        null);
    }

    static void requireDirectory(Command command) {
        if (!Files.isDirectory(command.directory().toAbsolutePath())) {
            throw new StartException(
                    command,
                    StartException.Kind.NO_DIRECTORY,
                    "the directory to run in, "
                            + command.directory()
                            + ", "
                            + (Files.exists(command.directory())
                                    ? "is no directory"
                                    : "does not exist"),
                    null);
        }
    }

    /** What the system's answer to an attempt to execute {@code program} means. */
    static StartException refused(Command command, String program, int errno, Throwable cause) {
        boolean isThere = Files.exists(command.directory().resolve(program));
        return switch (errno) {
            case Posix.NOT_THERE ->
                    new StartException(
                            command,
                            StartException.Kind.NOT_FOUND,
                            isThere
                                    ? program
                                            + " names an interpreter or loader that does not exist"
                                    : "there is no program " + program,
                            cause);
            case Posix.NO_PERMISSION ->
                    new StartException(
                            command,
                            StartException.Kind.NOT_EXECUTABLE,
                            program + " may not be executed: permission denied",
                            cause);
            case Posix.NO_FORMAT ->
                    new StartException(
                            command,
                            StartException.Kind.NOT_EXECUTABLE,
                            program
                                    + " is no program, nor a script that begins with #! and its"
                                    + " interpreter",
                            cause);
            case Posix.TOO_LONG ->
                    new StartException(
                            command,
                            StartException.Kind.TOO_LONG,
                            "arguments and environment are longer than the system takes; pass data"
                                    + " through stdin or a file",
                            cause);
            case Posix.TRY_AGAIN,
                    Posix.NO_MEMORY,
                    Posix.FILES_USED_UP,
                    Posix.SYSTEM_FILES_USED_UP ->
                    new StartException(
                            command,
                            StartException.Kind.TOO_MANY,
                            Posix.Failed.text(errno)
                                    + "; start fewer at once, or raise the limit (ulimit)",
                            cause);
            default ->
                    new StartException(
                            command,
                            StartException.Kind.OTHER,
                            "can't be started: " + Posix.Failed.text(errno),
                            cause);
        };
    }
}

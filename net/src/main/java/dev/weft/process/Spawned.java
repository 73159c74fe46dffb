package dev.weft.process;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A process that has been started, with this side's ends of its pipes; -1 where there is none.
 *
 * @param descriptor of the process itself
 */
record Spawned(int pid, int descriptor, int stdin, int stdout, int stderr) {
    private static final int NONE = -1;

    /** Starts one, on a thread that may block. All or nothing. */
    static Spawned start(Posix posix, Command command) {
        Executable.requireDirectory(command);
        String program = Executable.find(command);
        Opening opening = new Opening(posix, command);
        boolean started = false;
        try {
            opening.open();
            int pid =
                    posix.spawn(
                            program,
                            command.words(),
                            posix.environment(command.environment()),
                            command.directory().toString(),
                            opening.theirs,
                            command.ownGroup());
            int descriptor = watched(posix, pid);
            started = true;
            return new Spawned(pid, descriptor, opening.ours[0], opening.ours[1], opening.ours[2]);
        } catch (Posix.Failed e) {
            throw Executable.refused(command, program, e.errno, e);
        } finally {
            opening.closeTheirs();
            if (!started) {
                opening.closeOurs();
            }
        }
    }

    /** It can't have been reaped yet, so its number is still its own. */
    private static int watched(Posix posix, int pid) throws Posix.Failed {
        try {
            return posix.processDescriptor(pid);
        } catch (Posix.Failed noDescriptorIsLeft) {
            posix.kill(pid, Signal.KILL.number());
            posix.reap(pid);
            throw noDescriptorIsLeft;
        }
    }

    void closePipes(Posix posix) {
        IntStream.of(stdin, stdout, stderr).filter(d -> d > 2).forEach(posix::close);
    }

    /** The descriptors of a process that is about to start. */
    private static final class Opening {
        final int[] theirs = {NONE, NONE, NONE};
        final int[] ours = {NONE, NONE, NONE};
        private final Posix posix;
        private final Command command;

        Opening(Posix posix, Command command) {
            this.posix = posix;
            this.command = command;
        }

        void open() throws Posix.Failed {
            openInput();
            openOutput(1, command.stdout());
            if (command.merged()) {
                theirs[2] = theirs[1];
            } else {
                openOutput(2, command.stderr());
            }
        }

        private void openInput() throws Posix.Failed {
            switch (command.stdin()) {
                case Input.FromFile(Path file) -> theirs[0] = openFile(file, Posix.READ_ONLY);
                case Input.Kind.EMPTY -> theirs[0] = posix.open("/dev/null", Posix.READ_ONLY);
                case Input.Kind.INHERITED -> theirs[0] = 0;
                case Input.Kind.PIPED -> pipe(0, 1);
            }
        }

        private void openOutput(int number, Output output) throws Posix.Failed {
            switch (output) {
                case Output.ToFile(Path file, boolean appends) ->
                        theirs[number] = openFile(file, appends ? Posix.APPEND : Posix.WRITE);
                case Output.Kind.DISCARDED -> theirs[number] = posix.open("/dev/null", Posix.WRITE);
                case Output.Kind.INHERITED -> theirs[number] = number;
                case Output.Kind.PIPED -> pipe(number, 0);
            }
        }

        private void pipe(int number, int ourEnd) throws Posix.Failed {
            int[] ends = posix.pipe();
            ours[number] = ends[ourEnd];
            theirs[number] = ends[1 - ourEnd];
            posix.makeNonBlocking(ours[number]);
        }

        private int openFile(Path file, int flags) throws Posix.Failed {
            try {
                return posix.open(file.toAbsolutePath().toString(), flags);
            } catch (Posix.Failed e) {
                if (e.errno == Posix.FILES_USED_UP) {
                    throw e;
                }
                throw new StartException(
                        command,
                        StartException.Kind.NO_FILE,
                        "can't open " + file + ": " + Posix.Failed.text(e.errno),
                        e);
            }
        }

        void closeTheirs() {
            Arrays.stream(theirs).filter(d -> d > 2).distinct().forEach(posix::close);
        }

        void closeOurs() {
            Arrays.stream(ours).filter(d -> d > 2).forEach(posix::close);
        }
    }
}

package dev.weft.process;

import dev.weft.Promise;
import dev.weft.net.Descriptors;

import java.lang.System.Logger.Level;

/**
 * A child that this process has started by itself and reaps by itself, on the child's loop alone:
 * so its number can't have been given to another process when a signal is sent.
 */
final class NativeChild implements Running {
    private static final System.Logger LOG = System.getLogger("dev.weft.process");

    private final Posix posix;
    private final int pid;
    private final String name;

    /**
     * The leader of a group is reaped when the child is released: until then the group's number is
     * not given to others either.
     */
    private final boolean isGroup;

    private final Pipes pipes;
    private final Promise<ExitStatus> exit = new Promise<>();
    private final Descriptors.Registration end;
    private final Descriptors.Registration loopEnd;
    private boolean reaped;
    private boolean released;

    NativeChild(Posix posix, Spawned spawned, Command command) {
        this.posix = posix;
        this.pid = spawned.pid();
        this.name = command.name() + " (pid " + pid + ")";
        this.isGroup = command.ownGroup();
        this.end = watch(spawned);
        int in = spawned.stdin();
        int out = spawned.stdout();
        int err = spawned.stderr();
        this.pipes =
                new Pipes(
                        in < 0 ? null : Descriptors.sink(in, "stdin of " + name),
                        out < 0 ? null : Descriptors.source(out, "stdout of " + name),
                        err < 0 ? null : Descriptors.source(err, "stderr of " + name));
        this.loopEnd = Descriptors.whenLoopEnds("Command.start", this::loopEnded);
    }

    /** One that can't be watched is not to run. */
    private Descriptors.Registration watch(Spawned spawned) {
        try {
            return Descriptors.whenReadable(spawned.descriptor(), this::ended);
        } catch (RuntimeException e) {
            spawned.closePipes(posix);
            signal(Signal.KILL.number());
            reaped = true;
            reapLater();
            throw e;
        }
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public Pipes pipes() {
        return pipes;
    }

    @Override
    public Promise<ExitStatus> exit() {
        return exit;
    }

    /** Its descriptor says so. */
    private void ended() {
        ExitStatus status = ExitStatus.exited(255);
        try {
            ExitStatus told = posix.statusOf(pid, !isGroup);
            if (told != null) {
                status = told;
            }
            reaped = !isGroup;
        } catch (Posix.Failed somebodyElseHasReapedIt) {
            reaped = true;
            LOG.log(
                    Level.WARNING,
                    name
                            + ": somebody else in this process has taken its exit status, which is"
                            + " reported as 255");
        }
        end.close();
        if (reaped) {
            loopEnd.close();
        }
        exit.complete(status);
        if (released) {
            finish();
        }
    }

    @Override
    public boolean signal(int number) {
        if (reaped) {
            return false;
        }
        try {
            posix.kill(isGroup ? -pid : pid, number);
            return true;
        } catch (Posix.Failed e) {
            if (e.errno == Posix.NO_SUCH_PROCESS) {
                return false;
            }
            throw new IllegalArgumentException(
                    "signal " + number + " can't be sent to " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void release() {
        released = true;
        pipes.close();
        if (exit.isDone()) {
            finish();
        } else {
            signal(Signal.KILL.number());
        }
    }

    /** What is left of a group. */
    private void finish() {
        if (reaped) {
            return;
        }
        signal(Signal.KILL.number());
        reaped = true;
        loopEnd.close();
        try {
            posix.reap(pid); // it has ended, so this does not wait
        } catch (Posix.Failed somebodyElseHasReapedIt) {
            return;
        }
    }

    private void loopEnded() {
        if (reaped) {
            return;
        }
        if (!released) {
            LOG.log(
                    Level.WARNING,
                    name
                            + " was still running when its loop ended, now killed. Close children"
                            + " with try (var child = command.start()).");
        }
        signal(Signal.KILL.number());
        reaped = true;
        end.close();
        reapLater();
    }

    private void reapLater() {
        Thread.ofPlatform().daemon().name("weft-reaper").start(this::reapElsewhere);
    }

    private void reapElsewhere() {
        try {
            posix.reap(pid);
        } catch (Posix.Failed somebodyElseHasReapedIt) {
            return;
        }
    }
}

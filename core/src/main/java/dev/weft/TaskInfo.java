package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What one task was doing when somebody looked: an entry of a {@link TaskTree}. Plain values only,
 * so it may be kept, compared and sent anywhere. Any thread.
 *
 * @param id the number of its thread, as the JDK's thread dumps have it; never used again in this
 *     process
 * @param parent the task that started it, or rather in whose group it is; 0 for the main task
 * @param group the index, in the parent's {@link #scopes}, of the group that it is in; -1 for the
 *     main task and for tasks of the program's root
 * @param name its name
 * @param path where it stands in the tree, see {@link Task#path}
 * @param kind what it is to its parent
 * @param state what it was doing
 * @param awaits what it waited for; null if it did not wait
 * @param scopes the groups, timeouts and shields that it had open, outermost first
 * @param cancellations what it had been asked to stop for, and has not unwound from yet
 * @param body the class of its body; empty if unknown
 * @param stack its innermost frames, as many as were asked for, from the call that the program made
 *     downwards: frames of the JDK's parking and of Weft's waits are left out
 * @param startedAt the frames that started it; empty without {@code -Dweft.debug}
 */
public record TaskInfo(
        long id,
        long parent,
        int group,
        String name,
        String path,
        Kind kind,
        State state,
        @Nullable Wait awaits,
        List<InScope> scopes,
        List<Cancellation> cancellations,
        String body,
        List<StackTraceElement> stack,
        List<StackTraceElement> startedAt) {

    public TaskInfo {
        Objects.requireNonNull(name, "the name");
        Objects.requireNonNull(path, "the path");
        Objects.requireNonNull(kind, "the kind");
        Objects.requireNonNull(state, "the state");
        Objects.requireNonNull(body, "the body");
        scopes = List.copyOf(Objects.requireNonNull(scopes, "the scopes"));
        cancellations = List.copyOf(Objects.requireNonNull(cancellations, "the cancellations"));
        stack = List.copyOf(Objects.requireNonNull(stack, "the stack"));
        startedAt = List.copyOf(Objects.requireNonNull(startedAt, "the frames of the start"));
    }

    /** What a task is to its parent. */
    public enum Kind {
        /** The program's body. */
        MAIN,
        /** Started in a group, which waits for it. */
        CHILD,
        /** Started in a group, which cancels it when the others are done. */
        DAEMON,
        /** Belongs to the program as a whole. */
        BACKGROUND,
        /** A virtual thread that Weft did not start and that inherited the loop. */
        FOREIGN
    }

    /** What a task does. */
    public enum State {
        /** Has not had its first step. */
        NOT_BEGUN,
        /** Runs. */
        RUNNING,
        /** Will run as soon as the others that are ready have. */
        READY,
        /** Waits for something of Weft's. */
        WAITING,
        /** Waits inside a call of the JDK's: a lock, a socket, {@code Thread.sleep}. */
        IN_JDK
    }

    /**
     * What a task waits for.
     *
     * @param what the operation, such as {@code Queue.get}; of several at once, all
     * @param time how long it has waited, by the loop's clock as of the turn in which it began;
     *     null if unknown
     * @param left how long until it ends by itself; null if it does not
     * @param tasks the tasks without which it can't end: the awaited one, the children of a group,
     *     who has the lock. Empty if unknown
     */
    public record Wait(
            String what, @Nullable Duration time, @Nullable Duration left, List<Long> tasks) {
        public Wait {
            Objects.requireNonNull(what, "the operation");
            tasks = List.copyOf(Objects.requireNonNull(tasks, "the tasks"));
        }
    }

    /**
     * A scope that a task has open.
     *
     * @param what {@code group}, {@code timeout} or {@code shield}; {@code Offload.onLoop} while
     *     the task does something for its worker
     * @param name a group's name; empty for others
     * @param left until a timeout's deadline or a shield's end, 146 years for one without limit;
     *     null for a group
     * @param cancelled why it was cancelled; null if it was not
     */
    public record InScope(
            String what, String name, @Nullable Duration left, @Nullable String cancelled) {
        public InScope {
            Objects.requireNonNull(what, "the kind");
            Objects.requireNonNull(name, "the name");
        }
    }

    /**
     * A request to stop that has reached a task.
     *
     * @param scope what was cancelled
     * @param reason why
     * @param by who cancelled it
     * @param stage how far it has come
     */
    public record Cancellation(String scope, String reason, String by, Stage stage) {
        public Cancellation {
            Objects.requireNonNull(scope, "the scope");
            Objects.requireNonNull(reason, "the reason");
            Objects.requireNonNull(by, "the one who cancelled");
            Objects.requireNonNull(stage, "the stage");
        }
    }

    /** How far a request to cancel has come. */
    public enum Stage {
        /** Arrives at the next wait. */
        PENDING,
        /** Was thrown, and the task unwinds. */
        DELIVERED,
        /** Was thrown, and the grace has passed: arrives at every wait. */
        DUE_AGAIN
    }

    /** The innermost frame that is neither the JDK's nor Weft's: the line it is at. */
    public @Nullable StackTraceElement at() {
        for (StackTraceElement frame : stack) {
            if (!Frames.isLibrary(frame)) {
                return frame;
            }
        }
        return null;
    }
}

package dev.weft.net;

import dev.weft.Loop;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;

/**
 * The mark of the one task of a loop that is inside Netty. For authors of protocols that work on a
 * {@link TcpStream#detach detached} channel: every call of a task into Netty stands between {@link
 * #enter} and {@link #exit}.
 *
 * <pre>{@code
 * inside.enter();
 * try {
 *     channel.write(message, channel.voidPromise());
 * } finally {
 *     inside.exit();
 * }
 * }</pre>
 *
 * <p>Netty takes every task of the loop for its one thread, which holds as long as no task gives up
 * the carrier half-way through. Should one do so all the same (a lock of an allocator, a handler
 * that waits), the mark stays with it: other tasks, and the I/O task, wait in {@code enter} until
 * it has left, and a warning names it and shows its stack. Never wait between the two calls.
 *
 * <p><em>Loop-confined</em>; plain fields. Entering is no cancellation point, and may be nested.
 */
public final class InsideNetty {

    private final ArrayDeque<Thread> waiting = new ArrayDeque<>();
    private @Nullable Thread owner;
    private int depth;
    private boolean reported;

    InsideNetty() {}

    /**
     * The mark of the running task's loop.
     *
     * @throws IllegalStateException off a loop, or if Netty does not drive it
     */
    public static InsideNetty mark() {
        return NettyDriver.current("InsideNetty.mark").inside;
    }

    /** Takes the mark; waits while another task has it, which is reported. */
    public void enter() {
        Thread me = Thread.currentThread();
        if (owner == null) {
            owner = me;
        } else if (owner == me) {
            depth++;
        } else {
            waitUntilFree(owner);
            owner = me;
        }
    }

    /** Gives the mark back. */
    public void exit() {
        if (owner != Thread.currentThread()) {
            throw new IllegalStateException(
                    "InsideNetty.exit without enter, by "
                            + Thread.currentThread()
                            + "; the mark is held by "
                            + owner);
        }
        if (depth > 0) {
            depth--;
            return;
        }
        owner = null;
        reported = false;
        if (!waiting.isEmpty()) {
            LockSupport.unpark(waiting.peekFirst());
        }
    }

    boolean isOwner(Thread thread) {
        return owner == thread;
    }

    boolean isFree() {
        return owner == null;
    }

    private void waitUntilFree(Thread holder) {
        Thread me = Thread.currentThread();
        boolean interrupted = false;
        waiting.addLast(me);
        while (owner != null) {
            if (!reported) {
                reported = true;
                report(holder);
                continue;
            }
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        waiting.remove(me);
        if (!waiting.isEmpty()) {
            // The one after this waits for an exit of its own; should this one park inside, it must
            // look and report.
            LockSupport.unpark(waiting.peekFirst());
        }
        if (interrupted) {
            me.interrupt();
        }
    }

    private static void report(Thread holder) {
        var where = new IllegalStateException("the stack of " + name(holder) + " inside Netty");
        where.setStackTrace(holder.getStackTrace());
        Reporting.log(
                Level.WARNING,
                "A "
                        + name(holder)
                        + " waits inside Netty; all I/O of "
                        + Loop.current()
                        + " stands still until it goes on. A handler, allocator or class"
                        + " initialiser that Netty called waits for something; wait outside Netty"
                        + " instead.",
                where);
    }

    /** Tasks without a name of their own have none as threads. */
    static String name(Thread thread) {
        return thread.getName().isEmpty()
                ? "task #" + thread.threadId()
                : "task '" + thread.getName() + "'";
    }

    @Override
    public String toString() {
        Thread holder = owner;
        return holder == null ? "InsideNetty (nobody)" : "InsideNetty (" + name(holder) + ")";
    }
}

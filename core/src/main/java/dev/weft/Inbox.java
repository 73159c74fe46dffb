package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What other threads hand to the loop: a lock-free stack that the loop empties at once and turns
 * round. Any thread adds, the loop takes.
 */
final class Inbox {
    /** One hand-over: a continuation to resume, or work for the system task. */
    static final class Entry {
        final Runnable work;
        final boolean isContinuation;
        @Nullable Entry next;

        Entry(Runnable work, boolean isContinuation) {
            this.work = work;
            this.isContinuation = isContinuation;
        }
    }

    private static final VarHandle TOP;

    static {
        try {
            TOP = MethodHandles.lookup().findVarHandle(Inbox.class, "top", Entry.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // through TOP
    private volatile @Nullable Entry top;

    boolean isEmpty() {
        return top == null;
    }

    /** How many entries there are, about. */
    int size() {
        int n = 0;
        for (Entry e = top; e != null; e = e.next) {
            n++;
        }
        return n;
    }

    /** Adds an entry; a full fence. */
    void add(Runnable work, boolean isContinuation) {
        Entry entry = new Entry(work, isContinuation);
        Entry seen;
        do {
            seen = top;
            entry.next = seen;
        } while (!TOP.compareAndSet(this, seen, entry));
    }

    /** Takes everything, oldest first. */
    @Nullable Entry takeAll() {
        if (top == null) {
            return null;
        }
        Entry entry = (Entry) TOP.getAndSet(this, (Entry) null);
        Entry oldestFirst = null;
        while (entry != null) {
            Entry next = entry.next;
            entry.next = oldestFirst;
            oldestFirst = entry;
            entry = next;
        }
        return oldestFirst;
    }
}

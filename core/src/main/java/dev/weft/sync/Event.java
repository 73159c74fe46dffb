package dev.weft.sync;

import dev.weft.WaitList;

/**
 * A flag that tasks wait for (asyncio's {@code Event}). <em>Loop-confined</em>; a cancelled {@link
 * #await} leaves nothing behind.
 */
public final class Event {
    private final WaitList waiters = new WaitList("Event.await");
    private boolean set;

    /** An event that is not set. */
    public Event() {}

    /**
     * Waits until the flag is set; returns at once if it is. A task that waited when {@link #set}
     * was called returns although {@link #clear} may have been called since.
     */
    public void await() {
        waiters.enter();
        if (!set) {
            waiters.await();
        }
    }

    /** Sets the flag; those who wait go on, in the order in which they came. Never waits. */
    public void set() {
        waiters.check();
        set = true;
        waiters.wakeAll(null);
    }

    /** Takes the flag down: whoever waits from now on waits for the next {@link #set}. */
    public void clear() {
        waiters.check();
        set = false;
    }

    /** Whether the flag is set. */
    public boolean isSet() {
        return set;
    }

    /** How many tasks wait for it. */
    public int waiting() {
        return waiters.size();
    }

    @Override
    public String toString() {
        return "Event[" + (set ? "set" : "not set") + ", waiting=" + waiters.size() + "]";
    }
}

package dev.weft.sync;

import dev.weft.Task;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tasks that hold permits, each in a slot, so that taking one and giving it back allocate
 * nothing.
 */
final class Holders {
    private static final int NONE = -1;

    private @Nullable Task<?>[] tasks = new Task<?>[4];
    private int[] nextFree = new int[4];
    private int firstFree = NONE;
    private int used;
    private boolean stopped;

    /** Gives the slot to be handed to {@link #remove}. */
    int add(Task<?> task) {
        if (stopped) {
            return NONE;
        }
        int slot = firstFree;
        if (slot != NONE) {
            firstFree = nextFree[slot];
        } else {
            slot = used++;
            if (slot == tasks.length) {
                tasks = Arrays.copyOf(tasks, slot * 2);
                nextFree = Arrays.copyOf(nextFree, slot * 2);
            }
        }
        tasks[slot] = task;
        return slot;
    }

    void remove(int slot) {
        if (slot != NONE && !stopped) {
            tasks[slot] = null;
            nextFree[slot] = firstFree;
            firstFree = slot;
        }
    }

    /** From now on it cannot be told who holds what. */
    void stop() {
        if (!stopped) {
            stopped = true;
            tasks = new Task<?>[0];
            nextFree = new int[0];
        }
    }

    List<Task<?>> list() {
        List<Task<?>> all = new ArrayList<>();
        for (Task<?> task : tasks) {
            if (task != null) {
                all.add(task);
            }
        }
        return all;
    }
}

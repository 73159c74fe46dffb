package dev.weft.sync;

import dev.weft.Task;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tasks that hold permits, each in a slot, so that taking one and giving it back allocate
 * nothing. Once it was asked whether a task is among many, and until nobody holds anything, slots
 * of like hashes are chained.
 */
final class Holders {
    private static final int NONE = -1;
    private static final int LEAST = 4;

    /** So many slots are looked through. */
    private static final int FEW = 16;

    /** More than so many are given up when nobody holds anything. */
    private static final int MOST_KEPT = 64;

    private static final int[] NO_CHAINS = {};

    private @Nullable Task<?>[] tasks = new Task<?>[LEAST];

    /** Of the free slots, or in a chain. */
    private int[] next = new int[LEAST];

    private int[] previous = NO_CHAINS;

    /** By hash, the first slot of the chain; empty as long as there are no chains. */
    private int[] chains = NO_CHAINS;

    private int firstFree = NONE;
    private int used;
    private int held;
    private boolean stopped;

    /** Gives the slot to be handed to {@link #remove}. */
    int add(Task<?> task) {
        if (stopped) {
            return NONE;
        }
        int slot = firstFree;
        if (slot != NONE) {
            firstFree = next[slot];
        } else {
            slot = used;
            if (slot == tasks.length) {
                grow();
            }
            used++;
        }
        tasks[slot] = task;
        held++;
        if (chains != NO_CHAINS) {
            link(slot, task);
        }
        return slot;
    }

    void remove(int slot) {
        if (slot == NONE || stopped) {
            return;
        }
        if (chains != NO_CHAINS) {
            unlink(slot);
        }
        tasks[slot] = null;
        next[slot] = firstFree;
        firstFree = slot;
        if (--held == 0 && used > FEW) {
            forget();
        }
    }

    private void forget() {
        chains = NO_CHAINS;
        previous = NO_CHAINS;
        firstFree = NONE;
        used = 0;
        if (tasks.length > MOST_KEPT) {
            tasks = new Task<?>[LEAST];
            next = new int[LEAST];
        }
    }

    /** From now on it cannot be told who holds what. */
    void stop() {
        if (!stopped) {
            stopped = true;
            forget();
            tasks = new Task<?>[0];
            next = new int[0];
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

    // ---- whether a task holds anything

    boolean contains(Task<?> task) {
        if (used <= FEW) {
            return Arrays.asList(tasks).contains(task);
        }
        if (chains == NO_CHAINS) {
            chain();
        }
        int slot = chains[chainOf(task)];
        while (slot != NONE && tasks[slot] != task) {
            slot = next[slot];
        }
        return slot != NONE;
    }

    private int chainOf(Task<?> task) {
        return System.identityHashCode(task) & (chains.length - 1);
    }

    private void chain() {
        previous = new int[tasks.length];
        chains = new int[tasks.length]; // a power of two
        Arrays.fill(chains, NONE);
        for (int slot = 0; slot < used; slot++) {
            Task<?> task = tasks[slot];
            if (task != null) {
                link(slot, task);
            }
        }
    }

    private void link(int slot, Task<?> task) {
        int chain = chainOf(task);
        int first = chains[chain];
        next[slot] = first;
        previous[slot] = headOf(chain);
        if (first != NONE) {
            previous[first] = slot;
        }
        chains[chain] = slot;
    }

    /** What is in {@link #previous} of a chain's first slot; and back. */
    private static int headOf(int chain) {
        return NONE - 1 - chain;
    }

    private void unlink(int slot) {
        int before = previous[slot];
        int after = next[slot];
        if (before < NONE) {
            chains[headOf(before)] = after;
        } else {
            next[before] = after;
        }
        if (after != NONE) {
            previous[after] = before;
        }
    }

    private void grow() {
        int room = used * 2;
        tasks = Arrays.copyOf(tasks, room);
        next = Arrays.copyOf(next, room);
        if (chains != NO_CHAINS) {
            chain();
        }
    }
}

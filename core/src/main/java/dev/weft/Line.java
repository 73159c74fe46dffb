package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.AbstractList;
import java.util.Objects;

/** Candidates of a simulation in the order in which they came; any of them can be taken out. */
final class Line extends AbstractList<Simulation.Candidate> {
    private Simulation.@Nullable Candidate[] ring = new Simulation.Candidate[16];
    private int head;
    private int size;

    @Override
    public int size() {
        return size;
    }

    @Override
    public Simulation.Candidate get(int index) {
        return at(Objects.checkIndex(index, size));
    }

    @SuppressWarnings("NullAway") // those below size are set
    private Simulation.Candidate at(int index) {
        return ring[place(index)];
    }

    private int place(int index) {
        return (head + index) & (ring.length - 1);
    }

    @Override
    public boolean add(Simulation.Candidate candidate) {
        if (size == ring.length) {
            Simulation.@Nullable Candidate[] bigger = new Simulation.Candidate[size * 2];
            for (int i = 0; i < size; i++) {
                bigger[i] = at(i);
            }
            ring = bigger;
            head = 0;
        }
        ring[place(size++)] = candidate;
        return true;
    }

    /** Moves those on the shorter side. */
    @Override
    public Simulation.Candidate remove(int index) {
        Simulation.Candidate taken = get(index);
        if (index < size / 2) {
            for (int i = index; i > 0; i--) {
                ring[place(i)] = ring[place(i - 1)];
            }
            ring[head] = null;
            head = place(1);
        } else {
            for (int i = index; i < size - 1; i++) {
                ring[place(i)] = ring[place(i + 1)];
            }
            ring[place(size - 1)] = null;
        }
        size--;
        return taken;
    }

    @Override
    public void clear() {
        ring = new Simulation.Candidate[16];
        head = 0;
        size = 0;
    }
}

package dev.weft.test;

import java.util.Arrays;

/** How one thread of the program is known to a run. */
final class Actor {
    final String name;

    /** Of those with this name. */
    final int which;

    private int points;
    private long suspendedAt;

    /** How many steps of the program it was suspended for at each point. */
    private int[] lengths = new int[8];

    Actor(String name, int which) {
        this.name = name;
        this.which = which;
    }

    /** How many cancellation points it has come to. */
    int points() {
        return points;
    }

    void comesToPoint() {
        points++;
    }

    void suspends(long step) {
        suspendedAt = step;
    }

    void goesOn(long step) {
        if (points > 0) {
            if (points > lengths.length) {
                lengths = Arrays.copyOf(lengths, points * 2);
            }
            lengths[points - 1] = (int) (step - suspendedAt);
        }
    }

    int length(int point) {
        return point < lengths.length ? lengths[point] : 0;
    }

    boolean isVictim(Fault f) {
        return !f.kind().isOfPlaces() && which == f.which() && name.equals(f.victim());
    }
}

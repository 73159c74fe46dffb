package dev.weft.test;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Objects;

/**
 * What makes one run what it is: who came next at each choice, at which moments time passed
 * although something was ready, which fault was put in, and the seed of the program's own
 * randomness. Two runs of one program with the same decisions are the same. What is not said is 0:
 * the order in which a loop without a simulation would run. The arrays are not to be changed.
 */
final class Decisions {
    private static final String VERSION = "w1";

    static final int[] NONE = {};

    /** So many decisions of a kind are read at most, and so large ones. */
    private static final int MOST = 10_000_000;

    private final long data;
    private final int[] schedule;
    private final int[] slow;
    private final @Nullable Fault fault;

    Decisions(long data, int[] schedule, int[] slow, @Nullable Fault fault) {
        this.data = data;
        this.schedule = schedule;
        this.slow = slow;
        this.fault = fault;
    }

    /** The seed of the program's randomness. */
    long data() {
        return data;
    }

    /** For each choice among several, the index of what came next. */
    int[] schedule() {
        return schedule;
    }

    /** For each moment at which time could have passed, 1 if it did. */
    int[] slow() {
        return slow;
    }

    /** What was put in; null if nothing. */
    @Nullable Fault fault() {
        return fault;
    }

    /** As they stand without a simulation. */
    static Decisions calm(long data) {
        return new Decisions(data, NONE, NONE, null);
    }

    Decisions with(@Nullable Fault other) {
        return new Decisions(data, schedule, slow, other);
    }

    Decisions withSchedule(int[] other) {
        return new Decisions(data, trimmed(other), slow, fault);
    }

    Decisions withSlow(int[] other) {
        return new Decisions(data, schedule, trimmed(other), fault);
    }

    Decisions withData(long other) {
        return new Decisions(other, schedule, slow, fault);
    }

    /** How many differ from what a loop without a simulation does. */
    int deviations() {
        return deviations(schedule) + deviations(slow) + (fault == null ? 0 : 1);
    }

    private static int deviations(int[] list) {
        return (int) Arrays.stream(list).filter(i -> i != 0).count();
    }

    static int[] trimmed(int[] list) {
        int n = list.length;
        while (n > 0 && list[n - 1] == 0) {
            n--;
        }
        return n == list.length ? list : Arrays.copyOf(list, n);
    }

    // ---- as text

    /** One word, to be pasted into {@code @Replay}. */
    @Override
    public String toString() {
        return VERSION
                + ':'
                + Long.toString(data, 36)
                + ':'
                + text(schedule)
                + ':'
                + text(slow)
                + ':'
                + (fault == null ? "" : fault);
    }

    /** Runs of zeros, of which there are many, are written as their length in brackets. */
    private static String text(int[] list) {
        StringBuilder text = new StringBuilder();
        int zeros = 0;
        for (int i : trimmed(list)) {
            if (i == 0) {
                zeros++;
                continue;
            }
            zeros(text, zeros);
            zeros = 0;
            if (i < 36) {
                text.append(Character.forDigit(i, 36));
            } else {
                text.append('<').append(i).append('>');
            }
        }
        return text.toString();
    }

    private static void zeros(StringBuilder text, int n) {
        if (n > 3) {
            text.append('(').append(n).append(')');
        } else {
            text.append("0".repeat(n));
        }
    }

    /**
     * What {@link #toString} gave.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    static Decisions parse(String text) {
        String[] parts = text.split(":", 5);
        if (parts.length != 5 || !parts[0].equals(VERSION)) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is no replay of this version of weft-test: it would begin with '"
                            + VERSION
                            + ":' and have five parts");
        }
        try {
            return new Decisions(
                    Long.parseLong(parts[1], 36),
                    list(parts[2]),
                    list(parts[3]),
                    parts[4].isEmpty() ? null : Fault.parse(parts[4]));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("'" + text + "' is no replay: " + e.getMessage(), e);
        }
    }

    private static int[] list(String text) {
        int[] list = new int[16];
        int n = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int value;
            int times = 1;
            if (c == '(' || c == '<') {
                int end = text.indexOf(c == '(' ? ')' : '>', i);
                if (end < 0) {
                    throw new IllegalArgumentException("a bracket is not closed");
                }
                int number = Integer.parseInt(text.substring(i + 1, end));
                if (number < 0 || number > MOST) {
                    throw new IllegalArgumentException(
                            number + " in brackets: 0 to " + MOST + " can be");
                }
                value = c == '(' ? 0 : number;
                times = c == '(' ? number : 1;
                i = end;
            } else {
                value = Character.digit(c, 36);
                if (value < 0) {
                    throw new IllegalArgumentException("'" + c + "' is no digit");
                }
            }
            if (n + times > MOST) {
                throw new IllegalArgumentException("more than " + MOST + " decisions");
            }
            if (n + times > list.length) {
                list = Arrays.copyOf(list, Math.max(n + times, list.length * 2));
            }
            Arrays.fill(list, n, n + times, value);
            n += times;
        }
        return Arrays.copyOf(list, n);
    }

    // ---- as a value: arrays compare by what is in them

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Decisions d
                && data == d.data
                && Arrays.equals(trimmed(schedule), trimmed(d.schedule))
                && Arrays.equals(trimmed(slow), trimmed(d.slow))
                && Objects.equals(fault, d.fault);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(data)
                ^ Arrays.hashCode(trimmed(schedule))
                ^ 31 * Arrays.hashCode(trimmed(slow));
    }
}

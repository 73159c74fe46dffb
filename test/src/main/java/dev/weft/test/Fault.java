package dev.weft.test;

import java.util.Locale;

/**
 * Something that befalls one task at one of its cancellation points, one of the places that the
 * program declared with {@link Sim#mayFail}, or what goes through its network.
 *
 * @param kind what happens
 * @param victim the name of the task, or of the place
 * @param which the how-manieth of that name, from 0; for a place 0
 * @param point at its how-manieth point, from 0
 * @param window when, of that point
 * @param later how many steps of the program after the task began to wait; 0 but for {@link
 *     Window#PENDING}
 */
record Fault(Kind kind, String victim, int which, int point, Window window, int later) {
    Fault(Kind kind, String victim, int which, int point, Window window) {
        this(kind, victim, which, point, window, 0);
    }

    Fault withLater(int other) {
        return new Fault(kind, victim, which, point, window, other);
    }

    /** What happens. */
    enum Kind {
        /** The task is cancelled. */
        CANCEL,
        /** The innermost timeout around what the task does expires. */
        EXPIRE,
        /** The place throws. */
        FAIL,
        /** What goes through the network breaks, as {@code SimulatedNetwork} says. */
        BREAK;

        /** Whether it befalls a place, and no task. */
        boolean isOfPlaces() {
            return this == FAIL || this == BREAK;
        }
    }

    /** When, of a wait. */
    enum Window {
        /** As the task enters it: it throws at once. */
        ENTRY,
        /** While the task waits: the wait ends by it. */
        PENDING,
        /** When the wait has happened, and the task has not gone on: it shows at the next. */
        READY
    }

    /** As part of a replay. */
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT)
                + '/'
                + window.name().toLowerCase(Locale.ROOT)
                + (later == 0 ? "" : "+" + later)
                + '/'
                + point
                + '/'
                + which
                + '/'
                + victim;
    }

    static Fault parse(String text) {
        String[] parts = text.split("/", 5);
        if (parts.length != 5) {
            throw new IllegalArgumentException("'" + text + "' is no fault");
        }
        String[] window = parts[1].split("\\+", 2);
        return new Fault(
                Kind.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                parts[4],
                Integer.parseInt(parts[3]),
                Integer.parseInt(parts[2]),
                Window.valueOf(window[0].toUpperCase(Locale.ROOT)),
                window.length == 1 ? 0 : Integer.parseInt(window[1]));
    }

    /** In words. */
    String describe() {
        if (kind.isOfPlaces()) {
            String how = kind == Kind.FAIL ? "' fails" : "' breaks";
            return "'" + victim + how + " the " + nth(point) + " time";
        }
        String who = "task '" + victim + "'" + (which == 0 ? "" : " (the " + nth(which) + ")");
        String when =
                switch (window) {
                    case ENTRY -> " as it enters its " + nth(point) + " wait";
                    case PENDING ->
                            " in its "
                                    + nth(point)
                                    + " wait"
                                    + (later == 0
                                            ? ""
                                            : ", "
                                                    + later
                                                    + (later == 1 ? " step" : " steps")
                                                    + " after it began");
                    case READY ->
                            " when its " + nth(point) + " wait has happened, before it goes on";
                };
        return (kind == Kind.CANCEL ? who + " is cancelled" : "a timeout of " + who + " expires")
                + when;
    }

    private static String nth(int fromZero) {
        int n = fromZero + 1;
        int last = n % 100 / 10 == 1 ? 0 : n % 10;
        return n + (last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th");
    }
}

package dev.weft.test;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;

/**
 * Makes a failing run as near to the order of a loop without a simulation as it gets while it still
 * fails the same way: fewer decisions, of which more are 0. It first looks close to that order, if
 * a run with no decision at all or with one fails too, and then takes away from what was found.
 */
final class Shrinker {
    private static final int MOST_RUNS = 1_000;
    private static final long MOST_NANOS = 5_000_000_000L;

    /** So many other draws of the program's own are tried without a decision. */
    private static final int MOST_DATA = 20;

    /** So many places are tried for a single decision. */
    private static final int MOST_PLACES = 100;

    private final Explorer.Search search;
    private final String failure;
    private final long until = System.nanoTime() + MOST_NANOS;
    private int runs;

    Shrinker(Explorer.Search search, Throwable failure) {
        this.search = search;
        this.failure = kind(failure);
    }

    /** Failures of one kind are the same one: messages tell of times and numbers. */
    private static String kind(Throwable t) {
        return t.getClass().getName();
    }

    Decisions shrink(Decisions found) {
        Decisions best = calm(found);
        Decisions before;
        do {
            before = best;
            best = withSimplerFault(best);
            best = better(best, best.withData(0));
            best = smaller(best, Decisions::slow, Decisions::withSlow);
            best = smaller(best, Decisions::schedule, Decisions::withSchedule);
            if (best.deviations() == before.deviations()) {
                best = withOneDecision(best);
            }
        } while (!best.equals(before) && !isOver());
        return best;
    }

    private Decisions better(Decisions best, Decisions candidate) {
        return !candidate.equals(best) && fails(candidate) ? candidate : best;
    }

    /** Without any decision: with the fault or not, and with other draws of the program's. */
    private Decisions calm(Decisions found) {
        for (Fault fault : found.fault() == null ? NO_FAULT : new Fault[] {null, found.fault()}) {
            for (int i = -1; i < MOST_DATA && !isOver(); i++) {
                Decisions calm = Decisions.calm(i < 0 ? found.data() : i).with(fault);
                if (fails(calm)) {
                    return calm;
                }
            }
        }
        return found;
    }

    private static final @Nullable Fault[] NO_FAULT = {null};

    /** Without it, or earlier in the wait. */
    private Decisions withSimplerFault(Decisions start) {
        if (start.fault() == null) {
            return start;
        }
        Decisions best = better(start, start.with(null));
        for (Fault f = best.fault(); f != null && f.later() > 0 && !isOver(); ) {
            int now = f.later();
            for (int earlier : new int[] {0, now / 2, now - 1}) {
                best = best.fault() == f ? better(best, best.with(f.withLater(earlier))) : best;
            }
            f = best.fault() == f ? null : best.fault();
        }
        return best;
    }

    /** If several are left: whether one alone would do. */
    private Decisions withOneDecision(Decisions best) {
        int[] schedule = best.schedule();
        if (Arrays.stream(schedule).filter(i -> i != 0).count() < 2) {
            return best;
        }
        int places = Math.min(MOST_PLACES, schedule.length * 2);
        for (int place = 0; place < places && !isOver(); place++) {
            for (int value = 1; value < 3; value++) {
                int[] one = new int[place + 1];
                one[place] = value;
                Decisions candidate = best.withSchedule(one);
                if (fails(candidate)) {
                    return candidate;
                }
            }
        }
        return best;
    }

    // ---- one of the two lists

    private interface With {
        Decisions apply(Decisions all, int[] list);
    }

    /** Cut off; then spans of it left out, or 0; then single decisions lower. */
    private Decisions smaller(Decisions start, Function<Decisions, int[]> of, With with) {
        Decisions best = cutOff(start, of, with);
        for (int span = Math.max(1, of.apply(best).length / 2); span >= 1; span /= 2) {
            for (int at = of.apply(best).length; at > 0 && !isOver(); at -= span) {
                int[] list = of.apply(best);
                int to = Math.min(at, list.length);
                int from = Math.max(0, to - span);
                Decisions zeroed = better(best, with.apply(best, zeroed(list, from, to)));
                best =
                        zeroed != best
                                ? zeroed
                                : better(best, with.apply(best, without(list, from, to)));
            }
        }
        for (int i = 0; i < of.apply(best).length; i++) {
            int[] list = of.apply(best);
            for (int value = 1; value < list[i] && !isOver(); value++) {
                int[] lower = list.clone();
                lower[i] = value;
                Decisions candidate = with.apply(best, lower);
                if (fails(candidate)) {
                    best = candidate;
                    break;
                }
            }
        }
        return best;
    }

    /** The shortest beginning that still fails, about. */
    private Decisions cutOff(Decisions start, Function<Decisions, int[]> of, With with) {
        int[] list = of.apply(start);
        for (int keep = 0; keep < list.length && !isOver(); keep = keep == 0 ? 1 : keep * 2) {
            Decisions shorter = with.apply(start, Arrays.copyOf(list, keep));
            if (fails(shorter)) {
                return shorter;
            }
        }
        return start;
    }

    private static int[] zeroed(int[] list, int from, int to) {
        int[] other = list.clone();
        Arrays.fill(other, from, to, 0);
        return other;
    }

    private static int[] without(int[] list, int from, int to) {
        int[] other = Arrays.copyOf(list, list.length - (to - from));
        System.arraycopy(list, to, other, from, list.length - to);
        return other;
    }

    // ---- trying

    private boolean isOver() {
        return runs >= MOST_RUNS || System.nanoTime() - until >= 0;
    }

    private boolean fails(Decisions decisions) {
        runs++;
        Throwable wrong = search.again(decisions, false).wrong();
        return wrong != null && Objects.equals(kind(wrong), failure);
    }

    int runs() {
        return runs;
    }
}

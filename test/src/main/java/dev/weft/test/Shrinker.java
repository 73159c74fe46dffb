package dev.weft.test;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;

/**
 * Makes a failing run as near to the order of a loop without a simulation as it gets while it still
 * fails the same way: fewer decisions, of which more are 0.
 */
final class Shrinker {
    private static final int MOST_RUNS = 1_000;
    private static final long MOST_NANOS = 5_000_000_000L;

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
        Decisions best = found;
        Decisions before;
        do {
            before = best;
            if (best.fault() != null) {
                best = better(best, best.with(null));
            }
            if (best.data() != 0) {
                best = better(best, best.withData(0));
            }
            best = smaller(best, best.slow(), best::withSlow);
            best = smaller(best, best.schedule(), best::withSchedule);
        } while (best != before && !isOver());
        return best;
    }

    private Decisions better(Decisions best, Decisions candidate) {
        return candidate != null && fails(candidate) ? candidate : best;
    }

    /** One of the two lists: cut off, then spans of it 0, then single decisions lower. */
    private Decisions smaller(Decisions start, int[] list, Function<int[], Decisions> with) {
        int[] best = list;
        Decisions kept = start;
        int keep = 0;
        while (keep < best.length && !isOver()) { // the shortest beginning that still fails
            int[] shorter = Arrays.copyOf(best, keep);
            if (fails(with.apply(shorter))) {
                best = shorter;
                kept = with.apply(shorter);
                break;
            }
            keep = keep == 0 ? 1 : keep * 2;
        }
        for (int span = Math.max(1, best.length / 2); span >= 1; span /= 2) {
            for (int at = best.length; at > 0 && !isOver(); at -= span) {
                int from = Math.max(0, at - span);
                int[] zeroed = best.clone();
                Arrays.fill(zeroed, from, at, 0);
                if (!Arrays.equals(zeroed, best) && fails(with.apply(zeroed))) {
                    best = zeroed;
                    kept = with.apply(zeroed);
                }
            }
        }
        for (int i = 0; i < best.length && !isOver(); i++) {
            for (int lower = 1; lower < best[i] && !isOver(); lower++) {
                int[] one = best.clone();
                one[i] = lower;
                if (fails(with.apply(one))) {
                    best = one;
                    kept = with.apply(one);
                    break;
                }
            }
        }
        return kept;
    }

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

package dev.weft.test;

import dev.weft.Simulation.Candidate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Decides the order of one run. */
interface Strategy {
    /** Which of at least two comes next. */
    int choose(List<? extends Candidate> candidates);

    /** Whether time passes now, although something is ready. */
    default boolean isSlow() {
        return false;
    }

    /** As a loop without a simulation: first come, first served. */
    final class Fifo implements Strategy {
        @Override
        public int choose(List<? extends Candidate> candidates) {
            return 0;
        }
    }

    /**
     * An order that may let a task wait for ever, while others wait for it in a circle of steps,
     * takes what has been ready longest so often.
     */
    int FAIR = 64;

    /** Last come, first served; timers as they come. */
    final class Lifo implements Strategy {
        private int choices;

        @Override
        public int choose(List<? extends Candidate> candidates) {
            if (++choices % FAIR == 0) {
                return 0;
            }
            return candidates.getFirst().isTimer() ? 0 : candidates.size() - 1;
        }
    }

    /** Each candidate as likely, and now and then a step that takes long. */
    final class RandomWalk implements Strategy {
        private final SplittableRandom schedule;
        private final SplittableRandom slow;
        private final double slowness;

        /**
         * @param slowness how likely time passes at a moment at which it could
         */
        RandomWalk(long seed, double slowness) {
            SplittableRandom both = new SplittableRandom(seed);
            this.schedule = both.split();
            this.slow = both.split();
            this.slowness = slowness;
        }

        @Override
        public int choose(List<? extends Candidate> candidates) {
            return schedule.nextInt(candidates.size());
        }

        @Override
        public boolean isSlow() {
            return slowness > 0 && slow.nextDouble() < slowness;
        }
    }

    /**
     * Probabilistic concurrency testing: every task has a priority drawn at random, the highest
     * goes on as long as it can, and at a few moments, drawn at random too, it falls behind all
     * others. A bug that needs {@code depth} orderings is found with a probability of at least 1 /
     * (n k^(depth - 1)), of n tasks and k steps (Burckhardt, Kothari, Musuvathi, Nagarakatte 2010).
     */
    final class Pct implements Strategy {
        private final SplittableRandom random;
        private final int[] changes;
        private long[] priorities = new long[16];
        private int choices;
        private long lowest;

        /**
         * @param depth at least 1
         * @param length about how many choices the run will have
         */
        Pct(long seed, int depth, int length) {
            this.random = new SplittableRandom(seed);
            this.changes = random.ints(depth - 1L, 0, Math.max(1, length)).sorted().toArray();
        }

        @Override
        public int choose(List<? extends Candidate> candidates) {
            if (choices % FAIR == FAIR - 1) {
                choices++;
                return 0;
            }
            int highest = highest(candidates);
            if (Arrays.binarySearch(changes, choices++) >= 0) {
                int actor = candidates.get(highest).actor();
                if (actor >= 0) {
                    priorities[actor] = --lowest;
                    highest = highest(candidates);
                }
            }
            return highest;
        }

        private int highest(List<? extends Candidate> candidates) {
            int highest = 0;
            long most = Long.MIN_VALUE;
            for (int i = 0; i < candidates.size(); i++) {
                long priority = priority(candidates.get(i).actor());
                if (priority > most) {
                    most = priority;
                    highest = i;
                }
            }
            return highest;
        }

        private long priority(int actor) {
            if (actor < 0) { // a timer has none of its own
                return random.nextLong(1, Long.MAX_VALUE);
            }
            if (actor >= priorities.length) {
                priorities = Arrays.copyOf(priorities, Math.max(actor + 1, actor * 2));
            }
            if (priorities[actor] == 0) {
                priorities[actor] = random.nextLong(1, Long.MAX_VALUE);
            }
            return priorities[actor];
        }
    }

    /** What was decided once; 0 where nothing was. */
    final class Replayed implements Strategy {
        private final int[] schedule;
        private final int[] slow;
        private int choices;
        private int moments;

        Replayed(Decisions decisions) {
            this.schedule = decisions.schedule();
            this.slow = decisions.slow();
        }

        @Override
        public int choose(List<? extends Candidate> candidates) {
            int chosen = choices < schedule.length ? schedule[choices] : 0;
            choices++;
            return Math.min(chosen, candidates.size() - 1); // the program may have changed
        }

        @Override
        public boolean isSlow() {
            return moments < slow.length && slow[moments++] != 0;
        }
    }

    /** All orders, one after the other, depth first; one object for all runs. */
    final class Exhaustive implements Strategy {
        private final List<int[]> path = new ArrayList<>();
        private int at;

        @Override
        public int choose(List<? extends Candidate> candidates) {
            if (at == path.size()) {
                path.add(new int[] {0, candidates.size()});
            }
            return path.get(at++)[0];
        }

        /** After a run: whether there is an order left. */
        boolean next() {
            at = 0;
            while (!path.isEmpty()) {
                int[] last = path.getLast();
                if (++last[0] < last[1]) {
                    return true;
                }
                path.removeLast();
            }
            return false;
        }
    }
}

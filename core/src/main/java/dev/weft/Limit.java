package dev.weft;

import dev.weft.sync.CapacityLimiter;

import org.jspecify.annotations.Nullable;

/** How many calls run at once; the others wait their turn, first come, first served. */
sealed interface Limit {
    /** Waits for a token, if there is none, and gives what gives it back. */
    Runnable take(OffloadCall<?> call);

    /** Whether calls under {@code other} may borrow its tokens. */
    boolean lendsTo(Limit other);

    /** A limiter of the program's. */
    record Shared(CapacityLimiter limiter) implements Limit {
        @Override
        public Runnable take(OffloadCall<?> call) {
            return limiter.acquireOnBehalfOf(call)::close;
        }

        @Override
        public boolean lendsTo(Limit other) {
            return equals(other);
        }
    }

    /** One of a loop's own. */
    final class OfLoop implements Limit {
        private final WaitList turn;
        private final @Nullable Limit lendsToo;
        private int free;

        OfLoop(int total, String what, @Nullable Limit lendsToo) {
            this.turn = new WaitList(what);
            this.lendsToo = lendsToo;
            this.free = total;
        }

        @Override
        public Runnable take(OffloadCall<?> call) {
            if (free > 0) {
                free--;
            } else {
                turn.await();
            }
            return this::giveBack;
        }

        private void giveBack() {
            if (!turn.wakeFirst(null)) {
                free++;
            }
        }

        @Override
        public boolean lendsTo(Limit other) {
            return other == this || other == lendsToo;
        }
    }
}

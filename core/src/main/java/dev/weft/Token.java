package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * The right of one call to run, under the limit that bounds it. While the call's worker waits for
 * the loop, nothing of the call runs, so it lends the token to what is called for it there, one
 * call at a time: that would else wait for a token which comes back only after its own end.
 *
 * <p>Who finds it lent waits in the limit's line like everybody else, for whichever comes first.
 */
final class Token {
    private final Limit limit;
    private final LoopTask<?> task;
    private @Nullable Token lender;
    private @Nullable Runnable giveBack;

    private boolean isLent;
    private boolean isDone;
    private final ArrayDeque<Token> wanted = new ArrayDeque<>(0);

    private Token(Limit limit, LoopTask<?> task) {
        this.limit = limit;
        this.task = task;
    }

    /** Waits for one, if there is none. */
    static Token take(Limit limit, OffloadCall<?> call) {
        Token token = new Token(limit, call.task);
        Token lender = lenderTo(call.task, limit);
        if (lender == null) {
            token.giveBack = limit.take(call);
        } else {
            lender.giveTo(token, call);
        }
        return token;
    }

    private static @Nullable Token lenderTo(LoopTask<?> task, Limit limit) {
        for (Scope s = task.innermost; s != null; s = s.outer) {
            Token token = s instanceof ErrandScope errand ? errand.token : null;
            if (token != null && token.place().limit.lendsTo(limit)) {
                return token;
            }
        }
        return null;
    }

    /** Where it was borrowed first. */
    private Token place() {
        Token token = this;
        while (token.lender != null) {
            token = token.lender;
        }
        return token;
    }

    private void giveTo(Token borrower, OffloadCall<?> call) {
        if (isLent) {
            // now, for once it is among those who want the token it may stop in the line only
            borrower.task.yieldTurn();
        }
        if (!isLent) {
            lendTo(borrower);
            return;
        }
        wanted.add(borrower);
        try {
            Runnable taken = borrower.limit.take(call);
            if (!borrower.isBorrowed()) {
                borrower.giveBack = taken;
            }
        } finally {
            wanted.remove(borrower);
        }
    }

    private void lendTo(Token borrower) {
        isLent = true;
        borrower.lender = this;
    }

    boolean isBorrowed() {
        return lender != null;
    }

    /** The call's thread is done with it. */
    void done() {
        isDone = true;
        if (!isLent) { // to a call that was abandoned
            giveBack();
        }
    }

    private void giveBack() {
        if (lender != null) {
            lender.comesBack();
        } else if (giveBack != null) {
            giveBack.run();
        }
    }

    private void comesBack() {
        isLent = false;
        if (isDone) {
            giveBack();
            return;
        }
        Token next;
        while (!isLent && (next = wanted.poll()) != null) {
            if (next.task.wake(null)) { // else the limit has, or a cancellation
                lendTo(next);
            }
        }
    }
}

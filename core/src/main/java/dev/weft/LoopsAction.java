package dev.weft;

/** What runs on each of several {@link Loops}. */
@FunctionalInterface
public interface LoopsAction<X extends Exception> {
    /** Runs as a task of one of the loops; {@link Loops#index} tells of which. */
    void run(Loops loops) throws X;
}

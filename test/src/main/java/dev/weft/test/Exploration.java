package dev.weft.test;

/**
 * What an exploration did that found nothing.
 *
 * @param runs how often the program ran
 * @param steps how many steps these had together
 * @param complete whether all orders there are were tried: of {@link Explorer#exhaustively}
 */
public record Exploration(long runs, long steps, boolean complete) {
    /** In short: how many, and whether that was all there are. */
    String inOrders() {
        return (complete ? "complete: " : "bounded: ") + runs + " orders";
    }

    @Override
    public String toString() {
        return (complete ? "complete: " : "bounded: ") + runs + " runs, " + steps + " steps";
    }
}
